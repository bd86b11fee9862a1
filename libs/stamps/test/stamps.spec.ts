import pino from 'pino';
import { ManualClock } from '#lib/kernel';
import { Billers, type BillerConnector, type StampOrder, type StampOutcome } from '#lib/switching';
import { aDatabase, type TestDatabase } from '../../../test/support/database';
import { FakeBiller } from '../../../test/support/fake-biller';
import {
  checkStampInvariants,
  issueSerials,
  listSerials,
  listTroubledPurchases,
  StampFlow,
  stocks,
} from '../src/index';

const AT = new Date('2026-07-14T05:00:00Z');
const HASH = 'ab'.repeat(32);
const OTHER_HASH = 'cd'.repeat(32);

/** A biller of stamps that stamps once for each order, and behaves as it is told for the next question. */
class StampBiller extends Billers {
  says: 'stamped' | 'refused' | 'unknown' | 'stamped, unheard' | 'broken' = 'stamped';
  readonly asked: StampOrder[] = [];
  readonly done = new Map<string, string>();

  override connector(): BillerConnector {
    return Object.assign(new FakeBiller('stamps'), { stamp: (order: StampOrder) => this.stamp(order) });
  }

  private stamp(order: StampOrder): Promise<StampOutcome> {
    this.asked.push(order);
    const evidence = { said: this.says };
    if (this.says === 'broken') throw new Error('a bug in a connector');
    if (this.says === 'refused') return Promise.resolve({ kind: 'refused', evidence });
    if (this.says !== 'unknown') this.done.set(order.serial, order.reference);
    return Promise.resolve(
      this.says === 'stamped' ? { kind: 'stamped', stampedAt: AT, evidence } : { kind: 'unknown', evidence },
    );
  }
}

let store: TestDatabase;
let clock: ManualClock;
let biller: StampBiller;
let flow: StampFlow;

beforeEach(async () => {
  store = await aDatabase();
  clock = new ManualClock(AT);
  biller = new StampBiller();
  const limits = { scheduleSeconds: [5, 15], pollMs: 1_000, atOnceMax: 16 };
  flow = new StampFlow(clock, store.database, biller, limits, pino({ enabled: false }));
  await buy('P00000000001', 'S1,S2,S3');
});
afterEach(() => store.drop());

async function buy(paymentId: string, serials: string, state = 'PAID', channelId = 'ca'): Promise<void> {
  await store.admin.run(
    'INSERT INTO payment (payment_id, channel_id, channel_reference, request_hash, inquiry_id, product_id, biller_id, ' +
      'customer_number, state, code, amount, admin_fee, total, commission, biller_fee, charge, offer, balance_after, ' +
      'business_date, last_event_no, created_at, updated_at) ' +
      "VALUES (?, ?, ?, REPEAT('x', 32), ?, 'stamp', 'stamps', '1', ?, 'APPROVED', 30000, 0, 30000, 0, 0, 30000, '{}', 0, " +
      "'2026-07-14', 1, ?, ?)",
    [paymentId, channelId, paymentId, `inq_${paymentId}`, state, AT, AT],
  );
  await store.database.run(
    'INSERT INTO stamp_purchase (payment_id, channel_id, biller_id, product_id, serials, bought_at) VALUES ?',
    [[[paymentId, channelId, 'stamps', 'stamp', serials, AT]]],
  );
}

const stamp = (serial: string, reference: string, documentHash = HASH, channelId = 'ca') =>
  flow.stamp({ channelId, serial, reference, documentHash, answerWithinMs: 14_000 });

async function stateOf(serial: string, reference: string, documentHash = HASH): Promise<string> {
  const answer = await stamp(serial, reference, documentHash);
  return answer.ok ? answer.value.order.state : answer.error.code;
}

async function stock() {
  const [one] = await stocks(store.database);
  return one && { issued: one.issued, stamped: one.stamped, reserved: one.reserved, unused: one.unused };
}

async function expectSound(): Promise<void> {
  expect(await checkStampInvariants(store.database)).toMatchObject({ ok: true, firstCounterExample: null });
}

test('a serial is bought, issued and put on a document, and the stock counts it in pieces', async () => {
  expect(await stamp('S1', 'DOC-1')).toMatchObject({
    ok: true,
    value: { isRepeat: false, order: { state: 'STAMPED', stampedAt: AT } },
  });
  expect(await stock()).toEqual({ issued: 3, stamped: 1, reserved: 0, unused: 2 });
  await expectSound();
});

test('the same order again has the same answer and asks nobody', async () => {
  await stamp('S1', 'DOC-1');
  expect(await stamp('S1', 'DOC-1')).toMatchObject({ ok: true, value: { isRepeat: true } });
  expect(biller.asked).toHaveLength(1);
});

test('no serial is on two documents, and no order uses two serials', async () => {
  await stamp('S1', 'DOC-1');
  expect(await stateOf('S1', 'DOC-2')).toBe('SERIAL_USED');
  expect(await stateOf('S2', 'DOC-1')).toBe('REFERENCE_REUSED');
  expect(await stateOf('S1', 'DOC-1', OTHER_HASH)).toBe('REFERENCE_REUSED');
  expect(biller.asked).toHaveLength(1);
  await expectSound();
});

test('of many orders for one serial at one moment one is sent', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => stamp('S1', `DOC-${n}`)));
  expect(answers.filter((answer) => answer.ok)).toHaveLength(1);
  expect(biller.asked).toHaveLength(1);
  await expectSound();
});

test('of one order sent many times at one moment one is sent on', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => stamp('S1', 'DOC-1')));
  expect(answers.filter((answer) => answer.ok && !answer.value.isRepeat)).toHaveLength(1);
  expect(biller.asked).toHaveLength(1);
});

test('a refused stamping leaves the serial unused, and another order may stamp it', async () => {
  biller.says = 'refused';
  expect(await stateOf('S1', 'DOC-1')).toBe('REFUSED');
  expect(await stock()).toEqual({ issued: 3, stamped: 0, reserved: 0, unused: 3 });
  biller.says = 'stamped';
  expect(await stateOf('S1', 'DOC-1')).toBe('REFUSED');
  expect(await stateOf('S1', 'DOC-2')).toBe('STAMPED');
  await expectSound();
});

test.each(['unknown', 'stamped, unheard', 'broken'] as const)(
  'an order that is %s keeps its serial and is asked about by the same words until it is known',
  async (says) => {
    biller.says = says;
    expect(await stateOf('S1', 'DOC-1')).toBe('ORDERED');
    expect(await stateOf('S1', 'DOC-2')).toBe('SERIAL_USED');
    expect(await stock()).toEqual({ issued: 3, stamped: 0, reserved: 1, unused: 2 });
    await expectSound();
    clock.advance(120_000);
    await flow.askDue();
    biller.says = 'stamped';
    clock.advance(120_000);
    await flow.askDue();
    expect(await stateOf('S1', 'DOC-1')).toBe('STAMPED');
    expect(new Set(biller.asked.map(({ reference }) => reference)).size).toBe(1);
    expect(await flow.askDue()).toBe(0);
    await expectSound();
  },
);

test('nobody else can use a serial, nor one of a payment that does not stand', async () => {
  expect(await stateOf('S9', 'DOC-1')).toBe('PAYMENT_UNKNOWN');
  const strange = await stamp('S1', 'DOC-1', HASH, 'cb');
  expect(strange).toMatchObject({ ok: false, error: { code: 'PAYMENT_UNKNOWN' } });
  await buy('P00000000002', 'S7', 'REVERSED');
  expect(await stateOf('S7', 'DOC-3')).toBe('PAYMENT_UNKNOWN');
});

test('two channels may use one word for their documents; the biller knows them apart', async () => {
  await buy('P00000000003', 'S8', 'PAID', 'cb');
  await stamp('S1', 'DOC-1');
  expect((await stamp('S8', 'DOC-1', HASH, 'cb')).ok).toBe(true);
  expect(new Set(biller.asked.map(({ reference }) => reference)).size).toBe(2);
});

test.each([
  ['S1', /sold before/],
  ['S5,S5', /twice/],
  ['', /no list/],
  ['S5,<b>', /no list/],
])(
  'a list of serials that cannot be right (%s) is for people; nothing of it is issued',
  async (serials, says) => {
    await issueSerials(store.database, AT);
    await buy('P00000000004', serials);
    await Promise.all([issueSerials(store.database, AT), issueSerials(store.database, AT)]);
    expect(await listTroubledPurchases(store.database)).toMatchObject([
      { paymentId: 'P00000000004', trouble: expect.stringMatching(says) as string },
    ]);
    const listed = await listSerials(store.database, { channelId: undefined, rowsMax: 10 });
    expect(listed.map(({ serial }) => serial)).toEqual(['S1', 'S2', 'S3']);
    await expectSound();
  },
);

describe('broken stocks are found', () => {
  test.each([
    ["DELETE FROM stock_movement WHERE kind = 'bought'", /does not say bought/],
    ["DELETE FROM stock_movement WHERE kind = 'stamped'", /does not say stamped/],
    ["DELETE FROM stamp_serial WHERE serial = 'S3'", /bought other serials/],
    [
      "UPDATE stamp_order SET state = 'REFUSED', effective_serial = NULL WHERE reference = 'DOC-1'",
      /stock (says|does not say)/,
    ],
    ["UPDATE stamp_order SET effective_serial = NULL WHERE reference = 'DOC-1'", /does not stand so/],
    ["UPDATE stamp_order SET serial = 'S1', state = 'STAMPED' WHERE reference = 'DOC-2'", /2 documents/],
    ['ALTER TABLE stamp_order DROP INDEX stamp_order_serial', /unique key/],
    [
      "INSERT INTO stock_movement VALUES ('stamped', 'X', 'ca', 'stamps', 1, UTC_TIMESTAMP(3))",
      /nothing else/,
    ],
  ])('%s', async (vandalism, says) => {
    await stamp('S1', 'DOC-1');
    await stamp('S2', 'DOC-2');
    await expectSound();
    await store.admin.run(vandalism);
    expect(await checkStampInvariants(store.database)).toMatchObject({
      ok: false,
      firstCounterExample: expect.stringMatching(says) as string,
    });
  });
});

test.each(['stock_movement', 'stamp_serial'])(
  'the application cannot change or delete a %s',
  async (table) => {
    await expect(store.database.run(`UPDATE ${table} SET channel_id = channel_id`)).rejects.toThrow(/denied/);
    await expect(store.database.run(`DELETE FROM ${table}`)).rejects.toThrow(/denied/);
  },
);
