import { addDays, rupiah, type BusinessDate } from '#lib/kernel';
import {
  bookJournal,
  captureJournal,
  refundJournal,
  reversalJournal,
  unitOfJournalWithoutDeposit,
  voidJournal,
} from '#lib/ledger';
import type { SettleOn } from '#lib/settlement';
import { BEYOND, foundOf, settleAsTold, type Sale, type Told, type Word } from './naive-settlement';
import type { ABreak, SettlementWorld } from './settlement-world';

/** What may happen to a sale after its day's run. */
export type Turn = 'reverse' | 'refund' | 'pay' | 'decline' | 'end' | 'book' | 'correct';

/** A sale, how their files speak of it, and what becomes of it. */
export interface Plan {
  amount: bigint;
  channelId: string;
  isImmediate: boolean;
  drawsFloat: boolean;
  isUnknown: boolean;
  isDoubled: boolean;
  word: Word;
  next: Word;
  corrected: Word;
  /** When, in half days from its run on: 0 before the day is settled, 1 after it, 2 before the next one is, and so on. */
  turns: readonly { at: number; what: Turn }[];
}

/** A business date of the source. */
export interface Day {
  sales: readonly Plan[];
  /** What their file states for sales that we do not know. */
  strangers: readonly bigint[];
  /** An adjustment that is about no payment. */
  adjusted: bigint;
}

export const SOURCE = 'LPB01';
const FIRST = '2026-07-10';
const CLEARING = `biller:${SOURCE}:clearing`;
const SUSPENSE = `biller:${SOURCE}:suspense`;
const REFUND = 1_000n;
const AGAINST = new Set(['late', 'only_ours', 'status', 'amount']);

const ANCHOR: Plan = {
  amount: 5_000n,
  channelId: 'ca017',
  isImmediate: false,
  drawsFloat: false,
  isUnknown: false,
  isDoubled: false,
  word: 'agrees',
  next: 'agrees',
  corrected: 'agrees',
  turns: [],
};

/** One source's days as they go, with the rules told beside them. */
export class Story {
  private readonly sales: (Sale & { plan: Plan })[] = [];
  private readonly told: Told = { sales: 0n, rounding: 0n, disputed: 0n, refunds: 0n, adjustments: 0n };
  private readonly carried = new Map<BusinessDate, Sale[]>();
  private readonly strangers = new Map<BusinessDate, readonly bigint[]>();
  private bookedInDispute = 0n;
  private journals = 0;

  constructor(
    private readonly world: SettlementWorld,
    private readonly settleOn: SettleOn,
  ) {}

  async play(days: readonly Day[]): Promise<void> {
    await this.world.reset();
    this.world.settleOn[SOURCE] = this.settleOn;
    this.world.modes['ca021'] = 'postpaid';
    for (const [index, day] of days.entries()) {
      await this.begin(index, day);
      await this.turn(2 * index);
      await this.settle(addDays(FIRST, index));
      await this.turn(2 * index + 1);
    }
    await this.endEverything();
    await this.begin(days.length, { sales: [], strangers: [], adjusted: 0n });
    await this.settle(addDays(FIRST, days.length));
    await this.expectNothingLeft();
  }

  /** Sells, adjusts, and closes the day's run. A sale that agrees is there every day. */
  private async begin(index: number, { sales, strangers, adjusted }: Day): Promise<void> {
    const day = addDays(FIRST, index);
    for (const [number, plan] of [ANCHOR, ...sales].entries())
      await this.sell(`T${index}X${number}`, day, plan);
    this.strangers.set(day, strangers);
    if (adjusted !== 0n) {
      await this.adjust({ 'own:loss': adjusted, [CLEARING]: -adjusted });
      this.told.adjustments += adjusted;
    }
    const before = this.sales.filter((sale) => sale.day < day);
    this.carried.set(
      day,
      before.filter(
        ({ found, today, day: own }) =>
          today?.found?.kind === 'late' || (found?.kind === 'late' && addDays(own, 1) === day),
      ),
    );
    await this.closeRun(day);
  }

  private async sell(paymentId: string, day: BusinessDate, plan: Plan): Promise<void> {
    const { amount, channelId, isImmediate, drawsFloat, isUnknown, isDoubled, word, next } = plan;
    const state = isUnknown ? 'SUSPECT' : 'PAID';
    const sold = { paymentId, businessDate: day, amount, channelId, isImmediate, drawsFloat, state } as const;
    const money = await this.world.sell({ ...sold, source: SOURCE });
    const none = {
      found: undefined,
      today: undefined,
      fate: 'waits',
      claim: 0n,
      beyond: 0n,
      changes: [],
    } as const;
    this.sales.push({ paymentId, day, money, state, word, next, isDoubled, ...none, changes: [], plan });
  }

  private async closeRun(day: BusinessDate): Promise<void> {
    const own = this.sales.filter((sale) => sale.day === day);
    const carried = this.carried.get(day) ?? [];
    for (const sale of this.sales) sale.today = undefined;
    for (const sale of own) sale.found = foundOf(sale, sale.word);
    for (const sale of carried) sale.today = { found: foundOf(sale, sale.next) };
    const doubled = own.filter(({ isDoubled }) => isDoubled);
    const breaks: ABreak[] = [
      ...own.flatMap(({ found }) => found ?? []),
      ...carried.flatMap(({ today }) => today?.found ?? []),
      ...doubled.map(({ paymentId, money: { amount } }) => ({
        kind: 'duplicate',
        paymentId,
        ours: amount,
        theirs: amount,
      })),
      ...(this.strangers.get(day) ?? []).map((theirs) => ({ kind: 'only_theirs', theirs })),
    ];
    const against = new Set(breaks.filter(({ kind }) => AGAINST.has(kind)).map(({ paymentId }) => paymentId));
    const agreed = [...own, ...carried].filter(
      ({ paymentId, state }) => state === 'PAID' && !against.has(paymentId),
    );
    const amount = agreed.reduce((sum, { money }) => sum + money.amount, 0n);
    const names = carried.map(({ paymentId }) => paymentId);
    await this.world.closeRun(SOURCE, day, { count: agreed.length, amount }, breaks, names);
  }

  private async settle(day: BusinessDate): Promise<void> {
    await this.world.settled(SOURCE, day);
    settleAsTold(this.told, this.settleOn, day, this.sales, this.strangers.get(day) ?? []);
    const { sales, rounding, disputed, refunds, adjustments } = this.told;
    const stands = {
      payable: await this.world.balance(`biller:${SOURCE}:payable`),
      rounding: await this.world.balance('own:rounding'),
      suspense: await this.world.balance(`biller:${SOURCE}:suspense`),
    };
    const isDue = {
      payable: -(sales + rounding + disputed + refunds + adjustments),
      rounding,
      suspense: disputed - this.bookedInDispute,
    };
    expectSame(stands, isDue);
    await this.world.expectSound();
  }

  private async turn(step: number): Promise<void> {
    for (const sale of this.sales) {
      const since = step - 2 * Number(sale.paymentId.slice(1, sale.paymentId.indexOf('X')));
      for (const { at, what } of sale.plan.turns) if (at === since) await this[what](sale);
    }
  }

  private async reverse(sale: Sale): Promise<void> {
    if (sale.state !== 'PAID' || sale.changes.some(({ kind }) => kind === 'refund') || this.isRefunded(sale))
      return;
    await this.world.book(reversalJournal(sale.money, sale.day, this.world.clock.now()));
    await this.become(sale, 'REVERSED');
    sale.changes.push({ kind: 'reversal', amount: 0n });
  }

  private async refund(sale: Sale): Promise<void> {
    if (sale.state !== 'PAID' || sale.money.drawsFloat || this.isRefunded(sale)) return;
    const refund = { refundId: `RFD-${sale.paymentId}`, amount: rupiah(REFUND), borneBy: 'biller' } as const;
    const when = { businessDate: sale.day, at: this.world.clock.now() };
    await this.world.book(refundJournal(sale.money, { ...refund, ...when, reason: 'agreed' }));
    this.refunded.add(sale.paymentId);
    sale.changes.push({ kind: 'refund', amount: -REFUND });
  }

  private readonly refunded = new Set<string>();

  private isRefunded({ paymentId }: Sale): boolean {
    return this.refunded.has(paymentId);
  }

  private async pay(sale: Sale): Promise<void> {
    if (sale.state !== 'SUSPECT') return;
    await this.world.book(captureJournal(sale.money, this.world.clock.now()));
    await this.become(sale, 'PAID');
  }

  private async decline(sale: Sale): Promise<void> {
    if (sale.state !== 'SUSPECT') return;
    await this.world.book(voidJournal(sale.money, this.world.clock.now()));
    await this.become(sale, 'DECLINED');
  }

  private async become(sale: Sale, state: 'PAID' | 'REVERSED' | 'DECLINED'): Promise<void> {
    await this.world.mark(sale.paymentId, state);
    sale.state = state;
  }

  /** People end its break without a booking. */
  private async end(sale: Sale): Promise<void> {
    const { found } = sale.today ?? sale;
    const kind = found?.kind ?? '';
    if (sale.ended !== undefined || !['amount', 'only_ours', 'status'].includes(kind)) return;
    await this.world.endBreak(kind, sale.paymentId, 'counterparty_error');
    sale.ended = 'free';
  }

  /** What was in dispute is booked: a difference is adjusted, a claim for what failed is written off. */
  private async book(sale: Sale): Promise<void> {
    if (sale.ended !== undefined || sale.today !== undefined) return;
    const isTheirs = this.settleOn === 'their_file';
    if (sale.found?.kind === 'amount' && sale.state === 'PAID') {
      const { subjectId } = await this.world.endBreak('amount', sale.paymentId, 'adjustment');
      const postings = { 'own:loss': BEYOND.amount, [isTheirs ? SUSPENSE : CLEARING]: -BEYOND.amount };
      await this.adjust(postings, { about: sale, subjectId });
      if (isTheirs) this.bookedInDispute += BEYOND.amount;
      else sale.changes.push({ kind: 'adjustment', amount: BEYOND.amount });
    } else if (sale.found?.kind === 'status' && sale.state === 'DECLINED' && sale.claim > 0n) {
      const { subjectId } = await this.world.endBreak('status', sale.paymentId, 'write_off');
      await this.adjust({ 'own:loss': sale.claim, [SUSPENSE]: -sale.claim }, { subjectId });
      this.bookedInDispute += sale.claim;
    } else return;
    sale.ended = 'booked';
  }

  /** A corrected file of its own day speaks of it otherwise. */
  private async correct(sale: Sale & { plan: Plan }): Promise<void> {
    if (sale.fate !== 'waits' || sale.state === 'REVERSED' || sale.state === 'DECLINED') return;
    sale.word = sale.plan.corrected;
    const ofToday = new Map(this.sales.map((one) => [one, one.today]));
    await this.closeRun(sale.day);
    if (sale.day !== this.lastDay()) for (const [one, today] of ofToday) one.today = today;
  }

  private lastDay(): BusinessDate {
    return [...this.carried.keys()].at(-1) ?? FIRST;
  }

  private async adjust(
    postings: Record<string, bigint>,
    { about, subjectId }: { about?: Sale; subjectId?: string } = {},
  ): Promise<void> {
    this.journals += 1;
    const journal = bookJournal({
      subjectId: subjectId ?? `ADJ-${this.journals}`,
      kind: 'break_adjustment',
      businessDate: FIRST,
      postings: Object.entries(postings).map(([accountId, amount]) => ({
        accountId,
        amount: rupiah(amount),
      })),
      at: this.world.clock.now(),
      ...(about ? { about: { subjectId: about.paymentId, kind: 'capture' as const } } : {}),
    });
    const { kind } = await this.world.tools.writer.commit(unitOfJournalWithoutDeposit(journal));
    expectSame(kind, 'committed');
  }

  /** Every unknown sale gets its end, and every break that holds one back. */
  private async endEverything(): Promise<void> {
    for (const sale of this.sales) {
      await this.pay(sale);
      if (sale.fate === 'gone' && sale.claim === 0n) continue;
      if (sale.ended !== undefined || (sale.fate === 'settled' && sale.claim === 0n)) continue;
      await this.world.endBreak('only_ours', sale.paymentId, 'confirmation');
      sale.ended = 'free';
    }
  }

  /** Whatever was paid is settled once, and each party has had what its sales, corrections and disputes come to. */
  private async expectNothingLeft(): Promise<void> {
    expectSame(await this.world.balance(CLEARING), 0n);
    const { database } = this.world.store;
    expectSame(await database.rows('SELECT 1 FROM settlement_held WHERE released_in IS NULL'), []);
    const rows = await database.rows<{ party_id: string; kind: string; amount: string }>(
      'SELECT party_id, kind, SUM(amount) AS amount FROM settlement_line GROUP BY party_id, kind HAVING SUM(amount) <> 0',
    );
    const had = new Map(rows.map(({ party_id, kind, amount }) => [`${party_id} ${kind}`, BigInt(amount)]));
    expectSame(had, this.due());
  }

  private due(): Map<string, bigint> {
    const due = new Map<string, bigint>();
    const add = (name: string, amount: bigint) => due.set(name, (due.get(name) ?? 0n) + amount);
    for (const sale of this.sales.filter(({ state }) => state === 'PAID')) {
      const { amount, adminFee, billerFee, commission, channelId, drawsFloat } = sale.money;
      add(drawsFloat ? 'aggregator float_principal' : `${SOURCE} principal`, amount);
      add(`${SOURCE} biller_fee`, billerFee);
      add('aggregator own_fee', adminFee - billerFee - commission);
      add(`${channelId} sales`, -(amount + adminFee));
      add(`${channelId} commission`, commission);
      if (this.isRefunded(sale)) add(`${channelId} refund`, REFUND);
    }
    const { rounding, disputed, refunds, adjustments } = this.told;
    add(`${SOURCE} refund`, refunds);
    for (const [kind, amount] of Object.entries({ rounding, disputed, adjustment: adjustments })) {
      add(`${SOURCE} ${kind}`, amount);
      add(`aggregator ${kind}`, -amount);
    }
    return new Map([...due].filter(([, amount]) => amount !== 0n));
  }
}

function expectSame(actual: unknown, due: unknown): void {
  expect(actual).toEqual(due);
}
