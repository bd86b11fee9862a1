import pino from 'pino';
import { JAKARTA_MIDNIGHT, ManualClock, PaymentIds, rupiah } from '#lib/kernel';
import { MoneyWriter, type CommitResult, type UnitOfWork } from '#lib/ledger';
import { CommitUnknown } from '#lib/platform';
import {
  AdviceFlow,
  AllRoutesOn,
  Billers,
  Failover,
  Inquiries,
  InquiryFlow,
  isFinal,
  NO_FLOATS,
  PaymentFlow,
  PaymentOpening,
  Payments,
  Router,
  Routing,
  WorkInHand,
  type Answer,
  type BillerConnector,
  type BillerLeg,
  type Payment,
} from '#lib/switching';
import { aFixedCatalog, BILLER_IDS, calendarOf, NO_SECRETS, ROUTING } from './catalog';
import { ScriptedBiller, type Treatment } from './scripted-biller';
import { inMemory } from './stores';

const LIMITS = {
  scheduleSeconds: [5, 15, 60],
  jitterPercent: 0,
  afterDeadlineMs: 5_000,
  pollMs: 500,
  leaseMs: 30_000,
  atOnceMax: 8,
  perSecondMax: 1_000,
};

/** The sources' day ends an hour after the first step. */
const DAY = calendarOf({ ...JAKARTA_MIDNIGHT, at: '13:00' });

/** What becomes of the next commit: written, or not, and the answer to it lost. */
export const MISHAPS = [
  'none',
  'written, answer lost',
  'not written, answer lost',
  'refused as too many',
] as const;
type Mishap = (typeof MISHAPS)[number];

class UnluckyWriter extends MoneyWriter {
  next: Mishap = 'none';

  constructor(private readonly writer: MoneyWriter) {
    super();
  }

  override async commit(unit: UnitOfWork): Promise<CommitResult> {
    const mishap = this.next;
    this.next = 'none';
    if (mishap === 'refused as too many') return { kind: 'overloaded' };
    if (mishap === 'not written, answer lost') throw new CommitUnknown(mishap);
    const result = await this.writer.commit(unit);
    if (mishap === 'written, answer lost') throw new CommitUnknown(mishap);
    return result;
  }

  override async close(): Promise<void> {}
}

class TwoBillers extends Billers {
  readonly all = new Map(BILLER_IDS.map((billerId) => [billerId as string, new ScriptedBiller(billerId)]));

  override connector(billerId: string): BillerConnector {
    const biller = this.all.get(billerId);
    if (!biller) throw new Error(`no biller ${billerId}`);
    return biller;
  }
}

/** One step of a sequence. Places are taken modulo what there is. */
export type Step =
  | { kind: 'pay'; channel: number; customer: number; isBill: boolean; treatment: Treatment; mishap: Mishap }
  | { kind: 'repeat'; place: number; isSame: boolean; mishap: Mishap }
  | { kind: 'twice at once'; channel: number; customer: number; treatment: Treatment }
  | { kind: 'late answer'; place: number }
  | { kind: 'advice'; afterSeconds: number; isSilent: boolean; mishap: Mishap }
  | { kind: 'two workers'; afterSeconds: number }
  | { kind: 'biller decides'; place: number };

const CHANNEL_IDS = ['rich', 'poor', 'on-credit'];
const SILENT = pino({ enabled: false });

type Order = { channelId: string; reference: string; inquiryId: string; total: bigint };

/** The flows on books in memory, with everything that happens to them in the hand of the test. */
export async function aBench() {
  const clock = new ManualClock(new Date('2026-07-14T05:00:00Z'));
  const ground = await inMemory(clock.now());
  const writer = new UnluckyWriter(ground.stores.writer);
  const billers = new TwoBillers();
  const catalog = aFixedCatalog();
  const payments = new Payments(ground.stores.payments, writer, catalog, LIMITS, SILENT);
  const ids = new PaymentIds('T', 0, Buffer.from('sequences'));
  const opening = new PaymentOpening(payments, writer, ids, DAY.dateOf, LIMITS, SILENT, NO_FLOATS);
  const routing = new Routing({
    clock,
    billers,
    routes: catalog,
    switches: new AllRoutesOn(),
    limits: ROUTING,
    logger: SILENT,
    random: () => 0.999,
  });
  const router = new Router(catalog, routing);
  const failover = new Failover(clock, router, routing);
  const inquiries = new Inquiries(ground.stores.inquiries);
  const inquiring = new InquiryFlow(clock, router, inquiries, payments, NO_SECRETS);
  const paying = new PaymentFlow(clock, router, inquiries, payments, opening, new WorkInHand(100), failover);
  const workers = [0, 1].map(
    () =>
      new AdviceFlow(clock, ground.stores.payments, payments, billers, catalog, LIMITS, SILENT, DAY.endOf),
  );
  const orders: Order[] = [];
  const answers = new Map<Order, Answer[]>();
  /** Payments as they were formed, before anything was answered: what a slow process still has in its hands. */
  const inHand: Payment[] = [];

  async function pay(order: Order, total = order.total): Promise<void> {
    const answer = await paying
      .pay({
        channelId: order.channelId,
        reference: order.reference,
        inquiryId: order.inquiryId,
        total: rupiah(total),
        contentHash: Buffer.from(`${order.inquiryId} ${total}`.padEnd(32).slice(0, 32)),
        answerWithinMs: 14_000,
      })
      .catch(nothingSaid);
    if (!answer) return;
    if (total === order.total) answers.set(order, [...(answers.get(order) ?? []), answer]);
    if (answer.kind === 'payment' && !isFinal(answer.payment.state)) inHand.push(answer.payment);
  }

  async function sell(channelNo: number, customerNo: number, isBill: boolean): Promise<Order | undefined> {
    const answer = await inquiring.inquire({
      channelId: CHANNEL_IDS[channelNo] ?? '',
      reference: 'I',
      productId: isBill ? 'water-bill' : 'power-token',
      customerNumber: `53110000000${customerNo}`,
      amount: isBill ? undefined : rupiah(20_000n),
      billCount: undefined,
      months: undefined,
      year: undefined,
      extra: undefined,
      answerWithinMs: 14_000,
    });
    if (answer.kind !== 'offer') return undefined;
    const { inquiryId, channelId, offer } = answer.inquiry;
    const made = { channelId, reference: `R-${orders.length}`, inquiryId, total: offer.total };
    orders.push(made);
    return made;
  }

  async function advise(seconds: number, count: number): Promise<void> {
    clock.advance(seconds * 1_000);
    await Promise.all(
      workers.slice(0, count).map(async (worker) => {
        await worker.takeOver();
        await worker.adviseDue();
      }),
    );
  }

  return { clock, ground, writer, billers, orders, answers, inHand, payments, pay, sell, advise };
}

/** What cannot be known is not answered: the caller's connection ends, and the caller may ask again. */
function nothingSaid(error: unknown): undefined {
  if (!(error instanceof CommitUnknown)) throw error;
}

export type Bench = Awaited<ReturnType<typeof aBench>>;

/** Does one step. */
export async function play(bench: Bench, step: Step): Promise<void> {
  const { writer, billers, orders, inHand } = bench;
  const treatAs = (how: Treatment) => billers.all.forEach((biller) => (biller.treatment = how));
  writer.next = 'none';
  switch (step.kind) {
    case 'pay': {
      treatAs(step.treatment);
      const order = await bench.sell(step.channel, step.customer, step.isBill);
      writer.next = step.mishap;
      return order && bench.pay(order);
    }
    case 'twice at once': {
      treatAs(step.treatment);
      const order = await bench.sell(step.channel, step.customer, true);
      return order && void (await Promise.all([bench.pay(order), bench.pay(order)]));
    }
    case 'repeat': {
      const order = orders[step.place % Math.max(1, orders.length)];
      writer.next = step.mishap;
      return order && bench.pay(order, step.isSame ? order.total : order.total + 1n);
    }
    case 'late answer': {
      const payment = inHand[step.place % Math.max(1, inHand.length)];
      return payment && answerLate(bench, payment);
    }
    case 'advice':
      billers.all.forEach((biller) => (biller.isAdviceSilent = step.isSilent));
      writer.next = step.mishap;
      return bench.advise(step.afterSeconds, 1);
    case 'two workers':
      return bench.advise(step.afterSeconds, 2);
    case 'biller decides': {
      const payment = inHand[step.place % Math.max(1, inHand.length)];
      if (payment) billers.all.get(payment.billerId)?.decide(legFor(payment));
    }
  }
}

export function legFor({ leg, offer }: Payment): BillerLeg {
  const { reference, billerProduct: product, sourceBusinessDate: settlementDate, sentAt } = leg;
  return {
    reference,
    product,
    customerNumber: '',
    amount: offer.amount,
    billCount: 1,
    echo: {},
    settlementDate,
    sentAt,
  };
}

/** A process that was long away writes down the biller's true word about a payment as it knew it then. */
async function answerLate({ billers, payments, clock }: Bench, payment: Payment): Promise<void> {
  const outcome = await billers.all.get(payment.billerId)?.advise(legFor(payment));
  if (outcome?.kind === 'approved') await payments.record(payment, 'biller approved', outcome, clock.now());
  if (outcome?.kind === 'declined') await payments.record(payment, 'biller declined', outcome, clock.now());
}

/** The invariants that do not hold now. */
export async function brokenNow({ ground, billers, clock }: Bench): Promise<string[]> {
  const truth = [...billers.all.values()].flatMap((biller) => biller.truth);
  const verdicts = await ground.verify(truth, clock.now());
  // Time leaps here and nobody asks in between, so what is overdue says nothing (I8).
  return verdicts
    .filter(({ id, ok }) => !ok && id !== 'I8')
    .map(({ id, firstCounterExample }) => `${id}: ${firstCounterExample}`);
}
