import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pino from 'pino';
import { Catalog } from '#lib/catalog';
import {
  businessDateOf,
  endOfBusinessDate,
  JAKARTA_MIDNIGHT,
  ManualClock,
  PaymentIds,
  rupiah,
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
  type Answer,
  type FoundOffer,
  type Floats,
  type Payment,
  type RoutingLimits,
} from '#lib/switching';
import { aDatabase, type TestDatabase } from './database';
import { FakeBiller, FakeBillers } from './fake-biller';
import { RoutesInHand, ROUTING } from './routes-in-hand';
import { seedDemo } from './seed';
import { aSharedDatabase } from './shared-database';

/** How often a test's worker asks about an open payment. */
export const ADVICE_LIMITS = {
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

/** How often it brings a biller what is ordered. */
export const ORDER_LIMITS = {
  scheduleSeconds: [5, 15, 60],
  exhaustedAfterHours: 48,
  pollMs: 100,
  atOnceMax: 32,
};

/** A switch on a real database, with the demo's catalog, a fake biller and a clock in the test's hand. */
export interface SwitchWorld {
  store: TestDatabase;
  /** Under which the partners' secrets in it are sealed. */
  dataKey: string;
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
    offer?: FoundOffer | undefined;
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
  const payments = new Payments(paymentStore, writer, catalog, ADVICE_LIMITS, logger, receipts);
  const ids = new PaymentIds('T', 0, randomBytes(32));
  const sourceDay = (_: string, at: Date) => businessDateOf(at, JAKARTA_MIDNIGHT);
  const floats = await floatsOf(store);
  const opening = new PaymentOpening(payments, writer, ids, sourceDay, ADVICE_LIMITS, logger, floats);
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
    new AdviceFlow(clock, paymentStore, payments, billers, catalog, ADVICE_LIMITS, logger, dayEndOf);
  const advice = anAdviceFlow();
  const reversals = new Reversals(store.database, writer);
  const delivery = new ReversalDelivery(clock, payments, reversals, billers, ORDER_LIMITS, logger);
  const reversalFlow = new ReversalFlow(clock, catalog, billers, payments, reversals, delivery, ORDER_LIMITS);
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
      offer,
      total,
      channelId,
      duplicateGuardMs,
      isLate = false,
    } = order;
    return paymentFlow.pay({
      channelId: channelId ?? 'ppob-nusantara',
      reference,
      inquiryId,
      ...(offer && { offer }),
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
    dataKey,
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

/** Opens a switch for each test of a file, in turn on one schema, and gives it to `use`; each must leave it sound. */
export function eachTestHasASwitch(use: (world: SwitchWorld) => void): void {
  let switches: Awaited<ReturnType<typeof switchesInTurn>>;
  let world: SwitchWorld;
  beforeAll(async () => {
    switches = await switchesInTurn();
  });
  beforeEach(async () => {
    world = await switches.open();
    use(world);
  });
  afterEach(async () => {
    await world.expectSound();
    await world.close();
  });
  afterAll(() => switches.end());
}
