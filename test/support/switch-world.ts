import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pino from 'pino';
import { Catalog } from '#lib/catalog';
import {
  businessDateOf,
  endOfBusinessDate,
  JAKARTA_MIDNIGHT,
  ManualClock,
  ok,
  PaymentIds,
  rupiah,
  ZERO,
} from '#lib/kernel';
import {
  checkLedgerInvariants,
  depositBalance,
  BatchWriter,
  topUpDeposit,
  type MoneyWriter,
} from '#lib/ledger';
import { SecretBox } from '#lib/platform';
import { Receipts } from '#lib/receipts';
import {
  AdviceFlow,
  AllRoutesOn,
  Billers,
  checkPaymentInvariants,
  Failover,
  Inquiries,
  InquiryFlow,
  NO_FLOATS,
  PaymentFlow,
  PaymentOpening,
  Payments,
  Refunds,
  Routing,
  ReversalDelivery,
  ReversalFlow,
  Reversals,
  Router,
  SealedNumbers,
  WorkInHand,
  SqlInquiryStore,
  SqlPaymentStore,
  type AdviceOutcome,
  type Answer,
  type BillerConnector,
  type BillerLeg,
  type BillerReversal,
  type BillerTruth,
  type Floats,
  type Payment,
  type PaymentOutcome,
  type ReversalOutcome,
  type RoutingLimits,
  RouteBook,
  type BillerRoute,
} from '#lib/switching';
import { aDatabase, type TestDatabase } from './database';
import { seedDemo } from './seed';
import { aSharedDatabase } from './shared-database';

const LIMITS = {
  scheduleSeconds: [5, 15, 60],
  jitterPercent: 0,
  afterDeadlineMs: 5_000,
  pollMs: 100,
  leaseMs: 30_000,
  atOnceMax: 32,
  perSecondMax: 1_000,
};

const PIPELINE = { queueMax: 1_000, batchMax: 64, unknownForMs: 2_000, packetWithinMs: 8_000 };

/** Read once for a test file; nothing changes it. */
let receiptsRead: Receipts | undefined;

/** Routes are judged as leniently as if there were no breaker, unless a test asks for less. */
export const ROUTING: RoutingLimits = {
  health: { windowMs: 30_000, failuresMin: 1_000, failurePercent: 50, poorPercent: 10, slowMs: 3_000 },
  breaker: { openMs: 5_000, openMaxMs: 60_000, failedProbesMax: 3 },
  bulkhead: { atOnceMax: 256, queueMax: 256, queueWithinMs: 1_000 },
  failover: { legsMax: 2, leftMinMs: 2_000, tryAnother: ['BILLER_UNAVAILABLE'] },
  ordersPollMs: 2_000,
  billers: {},
};

/** The first route of each product, or those that a test gives. */
export class RoutesInHand extends RouteBook {
  readonly ofProduct = new Map<string, BillerRoute[]>();
  /** What the next draw for a share gives, from 0 to below 1. */
  draw = 0.999;

  constructor(private readonly own: RouteBook) {
    super();
  }

  override routes(productId: string, at: Date): readonly BillerRoute[] {
    return this.ofProduct.get(productId) ?? this.own.routes(productId, at).slice(0, 1);
  }

  /** Gives a product its own route, and further ones after it. */
  add(productId: string, ...further: (Partial<BillerRoute> & { billerId: string })[]): void {
    const [own] = this.own.routes(productId, new Date());
    if (!own) throw new Error(`${productId} has no route`);
    const all = further.map((one, at) => ({
      ...own,
      routeId: `${one.billerId}/${own.billerProduct}`,
      priority: at + 2,
      ...one,
    }));
    this.ofProduct.set(productId, [own, ...all]);
  }
}

/** How the fake biller treats the next payments. */
export type Behaviour =
  | 'approves'
  | 'declines'
  | 'is closed'
  | 'pays and loses the answer'
  | 'loses the request'
  | 'is not reached'
  | 'approves another amount'
  | 'approves without a token'
  | 'breaks';

/** How the fake biller treats the next orders to reverse a payment. */
export type ReversalBehaviour =
  'accepts' | 'refuses' | 'reverses and loses the answer' | 'loses the request' | 'is not reached';

const REVERSAL = { scheduleSeconds: [5, 15, 60], exhaustedAfterHours: 48, pollMs: 100, atOnceMax: 32 };

/** A biller with behaviour and a record of its own, in place of one on the network. */
export class FakeBiller implements BillerConnector {
  readonly patience = { inquiryMs: 8_000, paymentMs: 12_000, adviceMs: 5_000, quietMs: 20_000 };
  behaviour: Behaviour = 'approves';
  isAdviceSilent = false;
  /** Waited for before a payment is answered. */
  gate: Promise<void> = Promise.resolve();
  /** How many advices came in. */
  advised = 0;
  /** Waited for before an advice is answered. */
  adviceGate: Promise<void> = Promise.resolve();
  /** What an advice says, whatever the truth is; undefined: the truth. */
  adviceSays: 'paid' | 'declined' | 'unknown' | 'no such payment' | undefined;
  reversalBehaviour: ReversalBehaviour = 'accepts';
  reversesUnknown = false;
  readonly truth: BillerTruth[] = [];
  readonly received: string[] = [];
  /** References of the orders to reverse that came in. */
  readonly reversalsReceived: string[] = [];

  /** @param id as the catalog knows it. */
  constructor(readonly id: string) {}

  async inquire() {
    return ok({
      customerName: 'SITI RAHMA',
      lines: ['202605', '202606', '202607'].map((period) => ({
        period,
        amount: rupiah(50_000n),
        penalty: ZERO,
        details: {},
      })),
      outstanding: 3,
      details: { tariff: 'R1', power: '1300' },
      echo: { ref: 'R' },
      validSeconds: undefined,
    });
  }

  async pay(leg: BillerLeg): Promise<PaymentOutcome> {
    this.received.push(leg.reference);
    await this.gate;
    const evidence = { fake: this.behaviour };
    switch (this.behaviour) {
      case 'approves':
        return this.approval(leg);
      case 'declines':
        return { kind: 'declined', code: 'DECLINED_BY_BILLER', evidence };
      case 'is closed':
        return { kind: 'declined', code: 'BILLER_UNAVAILABLE', evidence };
      case 'pays and loses the answer':
        this.remember(leg);
        return { kind: 'unknown', evidence };
      case 'loses the request':
        return { kind: 'unknown', evidence };
      case 'is not reached':
        return { kind: 'not sent', evidence };
      case 'approves another amount':
        return { ...this.approval(leg), amount: rupiah(leg.amount + 1n) };
      case 'approves without a token':
        return { ...this.approval(leg), receipt: {} };
      case 'breaks':
        throw new Error('a bug in a connector');
    }
  }

  async advise(leg: BillerLeg): Promise<AdviceOutcome> {
    const evidence = { fake: 'advice' };
    this.advised += 1;
    await this.adviceGate;
    if (this.isAdviceSilent || this.adviceSays === 'unknown') return { kind: 'unknown', evidence };
    if (this.adviceSays === 'paid') return this.approvalAgain(leg);
    if (this.adviceSays === 'declined') return { kind: 'declined', code: 'DECLINED_BY_BILLER', evidence };
    if (this.adviceSays === 'no such payment') return { kind: this.adviceSays, evidence };
    if (this.isReversed(leg)) return { kind: 'unknown', evidence };
    return this.isPaid(leg) ? this.approvalAgain(leg) : { kind: 'no such payment', evidence };
  }

  async reverse({ reference, leg }: BillerReversal): Promise<ReversalOutcome> {
    this.reversalsReceived.push(reference);
    const evidence = { fake: this.reversalBehaviour };
    const undo = (): void => {
      if (this.isPaid(leg) && !this.isReversed(leg)) this.remember(leg, 'reversed');
    };
    switch (this.reversalBehaviour) {
      case 'accepts':
        undo();
        return { kind: this.isReversed(leg) ? 'accepted' : 'refused', evidence };
      case 'refuses':
        return { kind: 'refused', evidence };
      case 'reverses and loses the answer':
        undo();
        return { kind: 'unknown', evidence };
      case 'loses the request':
        return { kind: 'unknown', evidence };
      case 'is not reached':
        return { kind: 'not sent', evidence };
    }
  }

  private isPaid(leg: BillerLeg): boolean {
    return this.truth.some(({ legReference }) => legReference === leg.reference);
  }

  private isReversed(leg: BillerLeg): boolean {
    return this.truth.some(({ legReference, kind }) => legReference === leg.reference && kind === 'reversed');
  }

  private approval(leg: BillerLeg) {
    this.remember(leg);
    return this.approvalAgain(leg);
  }

  private approvalAgain(leg: BillerLeg) {
    return {
      kind: 'approved' as const,
      billerReference: `EB${leg.reference}`,
      amount: leg.amount,
      receipt: { token: '12345678901234567890' },
      evidence: {},
    };
  }

  private remember(leg: BillerLeg, kind: BillerTruth['kind'] = 'paid'): void {
    this.truth.push({
      biller: this.id,
      legReference: leg.reference,
      amount: leg.amount.toString(),
      kind,
    });
  }
}

class FakeBillers extends Billers {
  constructor(private readonly fakes: FakeBiller[]) {
    super();
  }

  override connector(billerId: string): BillerConnector {
    const known = this.fakes.find(({ id }) => id === billerId);
    if (known) return known;
    // The demo sells of many more billers than a test speaks to.
    const fake = new FakeBiller(billerId);
    this.fakes.push(fake);
    return fake;
  }
}

/** A switch on a real database, with the demo's catalog, a fake biller and a clock in the test's hand. */
export interface SwitchWorld {
  store: TestDatabase;
  clock: ManualClock;
  /** Sells electricity; its payments may not be reversed. */
  biller: FakeBiller;
  /** Sells water; its payments may be reversed. */
  water: FakeBiller;
  /** Sells nothing of its own; a second route may lead to it. */
  spare: FakeBiller;
  /** Which routes there are, where a test wants others than the products' own. */
  routes: RoutesInHand;
  catalog: Catalog;
  payments: Payments;
  inquiryFlow: InquiryFlow;
  numbers: SealedNumbers;
  paymentFlow: PaymentFlow;
  advice: AdviceFlow;
  /** Another worker's. */
  anAdviceFlow(): AdviceFlow;
  reversals: Reversals;
  delivery: ReversalDelivery;
  refunds: Refunds;
  writer: MoneyWriter;
  inquire(ask?: Partial<Parameters<InquiryFlow['inquire']>[0]>): Promise<Answer>;
  pay(order: {
    reference?: string;
    inquiryId: string;
    total: bigint;
    channelId?: string;
    duplicateGuardMs?: number;
    isLate?: boolean;
  }): Promise<Answer>;
  /** Inquires and pays, each under its own reference. */
  payOne(ask?: Partial<Parameters<InquiryFlow['inquire']>[0]>): Promise<Payment>;
  /** Asks for a water bill and pays it. */
  payWater(customerNumber?: string): Promise<Payment>;
  reverse(order: {
    paymentId: string;
    reference?: string;
    reason?: string;
    channelId?: string;
  }): Promise<Answer>;
  /** Lets time pass second by second; the worker does after each what is due. */
  pass(seconds: number): Promise<void>;
  balance(channelId?: string): ReturnType<typeof depositBalance>;
  topUp(channelId: string, amount: bigint): Promise<void>;
  /** Fails the test unless every invariant holds, the fake biller's record included. */
  expectSound(): Promise<void>;
  close(): Promise<void>;
}

/** What a test wants otherwise than usual. */
export interface SwitchOptions {
  /** Replaces the money writer, to put faults under the flows. */
  writerOf?: (store: TestDatabase) => MoneyWriter;
  /** How many payments are worked on at once. */
  inHandMax?: number;
  /** Where routes are judged, bounded or left otherwise. */
  routingLimits?: Partial<RoutingLimits>;
  /** What is known of prefunded billers, opened when the catalog is there; none are when left out. */
  floatsOf?: (store: TestDatabase) => Promise<Floats>;
  /** What seals the numbers that the books hold masked. */
  numbers?: SealedNumbers;
  /** As the demo has them, or nothing is ever closed. */
  hours?: 'as in the demo' | 'at any hour';
  /** Under which the partners' secrets are sealed, for a process that reads them too. */
  dataKey?: string;
  /** A schema that was seeded under `dataKey`, in place of one of its own. */
  seeded?: TestDatabase;
}

/** What the clock says at first: noon in Jakarta. */
const NOON = new Date('2026-07-14T05:00:00Z');

export async function aSwitch({
  writerOf = ({ url }) => new BatchWriter(url, PIPELINE),
  inHandMax = 100,
  routingLimits = {},
  floatsOf = () => Promise.resolve(NO_FLOATS),
  numbers = new SealedNumbers(new SecretBox(randomBytes(32).toString('base64'))),
  hours = 'at any hour',
  dataKey = randomBytes(32).toString('base64'),
  seeded,
}: SwitchOptions = {}): Promise<SwitchWorld> {
  const clock = new ManualClock(NOON);
  const box = new SecretBox(dataKey);
  const store = seeded ?? (await aDatabase());
  if (!seeded) await seedDemo(store, box, NOON, hours);
  const logger = pino({ enabled: false });
  const catalog = await Catalog.open(store.url, box, () => undefined);
  const [biller, water, spare] = [
    new FakeBiller('pln'),
    new FakeBiller('tirta-jaya'),
    new FakeBiller('story'),
  ];
  const billers = new FakeBillers([biller, water, spare]);
  const writer = writerOf(store);
  const paymentStore = new SqlPaymentStore(store.database);
  receiptsRead ??= Receipts.read(join(__dirname, '..', '..', 'config', 'receipts'));
  const receipts = receiptsRead;
  const payments = new Payments(paymentStore, writer, catalog, LIMITS, logger, receipts);
  const ids = new PaymentIds('T', 0, randomBytes(32));
  const sourceDay = (_: string, at: Date) => businessDateOf(at, JAKARTA_MIDNIGHT);
  const floats = await floatsOf(store);
  const opening = new PaymentOpening(payments, writer, ids, sourceDay, LIMITS, logger, floats);
  const routes = new RoutesInHand(catalog);
  const routing = new Routing({
    clock,
    billers,
    routes,
    switches: new AllRoutesOn(),
    limits: { ...ROUTING, ...routingLimits },
    logger,
    random: () => routes.draw,
  });
  const router = new Router(catalog, routing);
  const failover = new Failover(clock, router, routing);
  const inquiries = new Inquiries(new SqlInquiryStore(store.database));
  const inquiryFlow = new InquiryFlow(clock, router, inquiries, payments, numbers);
  const hand = new WorkInHand(inHandMax);
  const paymentFlow = new PaymentFlow(clock, router, inquiries, payments, opening, hand, failover);
  const dayEndOf = (_: string, date: string) => endOfBusinessDate(date, JAKARTA_MIDNIGHT);
  const anAdviceFlow = () =>
    new AdviceFlow(clock, paymentStore, payments, billers, catalog, LIMITS, logger, dayEndOf);
  const advice = anAdviceFlow();
  const reversals = new Reversals(store.database, writer);
  const delivery = new ReversalDelivery(clock, payments, reversals, billers, REVERSAL, logger);
  const reversalFlow = new ReversalFlow(clock, catalog, billers, payments, reversals, delivery, REVERSAL);
  const truth = () => [...biller.truth, ...water.truth, ...spare.truth];
  let count = 0;

  const inquire: SwitchWorld['inquire'] = (ask = {}) =>
    inquiryFlow.inquire({
      channelId: 'ppob-nusantara',
      reference: `I-${(count += 1)}`,
      productId: 'pln-postpaid',
      customerNumber: `5311${String(count).padStart(8, '0')}`,
      amount: undefined,
      billCount: undefined,
      months: undefined,
      year: undefined,
      extra: undefined,
      answerWithinMs: 14_000,
      ...ask,
    });
  const pay: SwitchWorld['pay'] = (order) => {
    const {
      reference = `P-${(count += 1)}`,
      inquiryId,
      total,
      channelId,
      duplicateGuardMs,
      isLate = false,
    } = order;
    return paymentFlow.pay({
      channelId: channelId ?? 'ppob-nusantara',
      reference,
      inquiryId,
      total: rupiah(total),
      contentHash: Buffer.from(`${inquiryId}${total}`.padEnd(32).slice(0, 32)),
      isLate,
      answerWithinMs: 14_000,
      ...(duplicateGuardMs === undefined ? {} : { duplicateGuardMs }),
    });
  };
  const payOne: SwitchWorld['payOne'] = async (ask = {}) => {
    const offer = await inquire(ask);
    if (offer.kind !== 'offer') throw new Error(`no offer: ${JSON.stringify(offer)}`);
    const { inquiryId, offer: priced, channelId } = offer.inquiry;
    const answer = await pay({ inquiryId, total: priced.total, channelId });
    if (answer.kind !== 'payment') throw new Error(`no payment: ${JSON.stringify(answer)}`);
    return answer.payment;
  };
  return {
    store,
    clock,
    biller,
    water,
    spare,
    routes,
    catalog,
    payments,
    inquiryFlow,
    numbers,
    paymentFlow,
    advice,
    anAdviceFlow,
    reversals,
    delivery,
    refunds: new Refunds(clock, store.database, writer),
    writer,
    inquire,
    pay,
    payOne,
    payWater: (customerNumber = `70${String((count += 1)).padStart(6, '0')}`) =>
      payOne({ productId: 'pdam-tirta-jaya', customerNumber }),
    reverse: ({ paymentId, reference = `R-${(count += 1)}`, reason = 'wrong customer', channelId }) =>
      reversalFlow.reverse({
        channelId: channelId ?? 'ppob-nusantara',
        paymentId,
        reference,
        reason,
        contentHash: createHash('sha256').update(`${paymentId} ${reason}`).digest(),
        answerWithinMs: 14_000,
      }),
    async pass(seconds) {
      for (let second = 0; second < seconds; second += 1) {
        clock.advance(1_000);
        await advice.adviseDue();
        await delivery.deliverDue();
      }
    },
    balance: (channelId = 'ppob-nusantara') => depositBalance(store.database, channelId),
    async topUp(channelId, amount) {
      const topUpId = `TOP-UP-${(count += 1)}`;
      const booking = {
        topUpId,
        channelId,
        amount: rupiah(amount),
        businessDate: '2026-07-14',
        at: clock.now(),
      };
      expect((await topUpDeposit(writer, booking)).kind).toBe('committed');
    },
    async expectSound() {
      const around = { before: truth(), after: () => Promise.resolve(truth()) };
      const verdicts = [
        ...(await checkLedgerInvariants(store.database)),
        ...(await checkPaymentInvariants(store.database, around, clock.now())),
      ];
      expect(verdicts.filter(({ ok: isKept }) => !isKept)).toEqual([]);
    },
    async close() {
      await writer.close();
      await catalog.close();
      await store.drop();
    },
  };
}

/** Switches for the tests of a file, one after the other on one schema; `close()` one before the next is opened. */
export async function switchesInTurn(): Promise<{ open(): Promise<SwitchWorld>; end(): Promise<void> }> {
  const dataKey = randomBytes(32).toString('base64');
  const shared = await aSharedDatabase((store) =>
    seedDemo(store, new SecretBox(dataKey), NOON, 'at any hour'),
  );
  return { open: () => aSwitch({ dataKey, seeded: shared.lent }), end: () => shared.drop() };
}
