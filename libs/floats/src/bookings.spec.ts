import { putForward } from '#lib/audit';
import { rupiah } from '#lib/kernel';
import {
  accountsOfBiller,
  OWN_ACCOUNTS,
  SingleWriter,
  type CommitResult,
  type UnitOfWork,
} from '#lib/ledger';
import { CONFIGURED } from '../../../test/support/approval-limits';
import { aDatabase, type TestDatabase } from '../../../test/support/database';
import { expectSoundFloats, prefund } from '../test/a-float';
import {
  approveAdjustment,
  checkFloatInvariants,
  floatFigures,
  FloatWatch,
  listFloatMatters,
  openAlerts,
  proposeAdjustment,
  raiseAlert,
  topUpFloat,
} from './index';
import pino from 'pino';

const AT = new Date('2026-07-14T05:00:00Z');
const LATER = new Date('2026-07-14T06:00:00Z');

let store: TestDatabase;
beforeEach(async () => {
  store = await aDatabase();
  await store.admin.run('INSERT INTO account (account_id, normal_side, opened_at) VALUES ?', [
    [...OWN_ACCOUNTS, ...accountsOfBiller('pulsa')].map(({ accountId, normalSide }) => [
      accountId,
      normalSide,
      AT,
    ]),
  ]);
  await prefund(store, { opening: 100_000n, low: 50_000n, stop: 10_000n }, 'pulsa');
});
afterEach(() => store.drop());

const books = () => ({ writer: new SingleWriter(store.database), statements: store.database, ...CONFIGURED });
const topUp = (reference: string, amount: bigint, billerId = 'pulsa', at = AT) =>
  topUpFloat(books(), { reference, billerId, amount: rupiah(amount), at });
const propose = (adjustmentId: string, amount: bigint, more: { against?: string; reason?: string } = {}) =>
  proposeAdjustment(store.database, {
    adjustmentId,
    billerId: 'pulsa',
    amount: rupiah(amount),
    against: 'own:loss',
    reason: 'a fee that the biller took, ticket 12',
    by: 'ani@simpul.example',
    at: AT,
    ...more,
  });
/** Two people put the float right. */
async function adjust(adjustmentId: string, amount: bigint): Promise<void> {
  const proposed = await propose(adjustmentId, amount);
  if (!proposed.ok) throw new Error(proposed.error.kind);
  const decision = { ...proposed.value, by: 'budi@simpul.example', at: AT };
  expect(await approveAdjustment(books(), decision)).toMatchObject({
    ok: true,
    value: { adjustmentId, amount },
  });
}
const left = async () => (await floatFigures(store.database, ['pulsa'])).get('pulsa')?.remaining;

test('a top-up is booked once for each reference, however often and however late it is told', async () => {
  expect(await topUp('BANK-1', 5_000n)).toEqual({ ok: true, value: { isRepeat: false } });
  expect(await topUp('BANK-1', 5_000n, 'pulsa', LATER)).toEqual({ ok: true, value: { isRepeat: true } });
  expect(await topUp('BANK-1', 6_000n)).toEqual({ ok: false, error: { kind: 'reference used' } });
  expect(await left()).toBe(105_000n);
  await expectSoundFloats(store);
});

test('of many tellers at one moment one books', async () => {
  const told = await Promise.all(Array.from({ length: 8 }, () => topUp('BANK-2', 7_000n)));
  expect(told.filter((one) => one.ok && !one.value.isRepeat)).toHaveLength(1);
  expect(await left()).toBe(107_000n);
});

test('only a prefunded biller has a float to book on', async () => {
  expect(await topUp('BANK-3', 5_000n, 'pln')).toEqual({ ok: false, error: { kind: 'not prefunded' } });
});

test('an adjustment goes either way once two people agree, says why, and needs an account of the chart', async () => {
  await adjust('FA-1', -2_500n);
  expect(await propose('FA-1', -2_500n)).toMatchObject({ error: { kind: 'booked before' } });
  expect(await propose('FA-1', 2_500n)).toMatchObject({ error: { kind: 'reference used' } });
  await adjust('FA-2', 500n);
  for (const against of ['own:pocket', 'biller:pulsa:float'])
    expect(await propose('FA-3', 500n, { against })).toEqual({
      ok: false,
      error: { kind: 'account unknown', account: against },
    });
  await expect(propose('FA-4', 500n, { reason: ' ' })).rejects.toThrow(RangeError);
  expect(await left()).toBe(98_000n);
  await expectSoundFloats(store);
});

test('an adjustment that one person alone wants books nothing', async () => {
  const proposed = await propose('FA-1', -2_500n);
  if (!proposed.ok) throw new Error(proposed.error.kind);
  const alone = { ...proposed.value, by: 'ani@simpul.example', at: AT };

  expect(await approveAdjustment(books(), alone)).toMatchObject({
    error: { kind: 'approval', refusal: { kind: 'maker is checker' } },
  });
  expect(await left()).toBe(100_000n);
});

test('a checker who is disabled before the commit books nothing', async () => {
  const by = 'budi@simpul.example';
  await store.admin.run(
    `INSERT INTO console_user (user_id, login, name, language, state, created_by, created_at, active_since)
     VALUES ('usr_1', ?, 'Budi', 'id', 'active', 'x', ?, ?)`,
    [by, AT, AT],
  );
  await store.admin.run("INSERT INTO console_user_role (user_id, role) VALUES ('usr_1', 'finance_checker')");
  class Late extends SingleWriter {
    override async commit(unit: UnitOfWork): Promise<CommitResult> {
      await store.admin.run("UPDATE console_user SET state = 'disabled', version = version + 1");
      return super.commit(unit);
    }
  }
  const proposed = await propose('FA-1', -2_500n);
  if (!proposed.ok) throw new Error(proposed.error.kind);
  const late = { ...books(), writer: new Late(store.database) };
  expect(await approveAdjustment(late, { ...proposed.value, by, at: AT })).toMatchObject({
    error: { kind: 'approval', refusal: { kind: 'not active' } },
  });
  expect(await left()).toBe(100_000n);
});

test('a proposal of something else adjusts nothing', async () => {
  const other = await store.database.transaction((statements) =>
    putForward(statements, {
      kind: 'pph_slip',
      subject: 'BP-1',
      payload: { adjustmentId: 'FA-1', billerId: 'pulsa', amount: '5000', against: 'own:bank' },
      by: 'ani@simpul.example',
      reason: 'a slip',
      at: AT,
    }),
  );
  if (!other.ok) throw new Error(other.error.kind);
  expect(await approveAdjustment(books(), { ...other.value, by: 'budi@simpul.example', at: AT })).toEqual({
    ok: false,
    error: { kind: 'approval', refusal: { kind: 'unknown' } },
  });
  expect(await left()).toBe(100_000n);
});

test('of many who agree at one moment one puts the float right', async () => {
  const proposed = await propose('FA-1', -2_500n);
  if (!proposed.ok) throw new Error(proposed.error.kind);
  const people = Array.from({ length: 6 }, (_, n) => `checker${n}@simpul.example`);
  const done = await Promise.all(
    people.map((by) => approveAdjustment(books(), { ...proposed.value, by, at: AT })),
  );

  expect(done.filter(({ ok }) => ok)).toHaveLength(1);
  // Nobody is told that nothing was booked, which would have it proposed anew.
  for (const one of done) if (!one.ok) expect(one.error).toMatchObject({ kind: 'approval' });
  expect(await left()).toBe(97_500n);
});

test('a top-up ends the pause of a biller that said our float was empty; the same one told again ends no later pause', async () => {
  const pause = (raisedAt: Date) =>
    raiseAlert(store.database, { billerId: 'pulsa', kind: 'empty at biller', reason: 'code 17', raisedAt });
  await pause(AT);
  await topUp('BANK-4', 5_000n);
  expect(await openAlerts(store.database)).toEqual([]);
  await pause(LATER);
  await topUp('BANK-4', 5_000n, 'pulsa', new Date(LATER.getTime() + 1_000));
  expect(await openAlerts(store.database)).toHaveLength(1);
});

test('a float that runs low is told once, and the telling ends when it is filled', async () => {
  const watch = new FloatWatch(store.database, { now: () => LATER }, pino({ enabled: false }));
  await adjust('FA-5', -60_000n);
  await watch.look();
  await watch.look();
  expect(await listFloatMatters(store.database, new Date(LATER.getTime() + 90_000))).toMatchObject([
    { billerId: 'pulsa', kind: 'low', ageSeconds: 90, owner: 'finance' },
  ]);
  await adjust('FA-6', -31_000n);
  await watch.look();
  expect((await openAlerts(store.database)).map(({ kind }) => kind)).toEqual(['low', 'stopped']);
  await topUp('BANK-5', 90_000n);
  await watch.look();
  expect(await openAlerts(store.database)).toEqual([]);
});

test('what is queued is added to the balance once, whoever adds it and however many at once', async () => {
  const watch = new FloatWatch(store.database, { now: () => AT }, pino({ enabled: false }));
  for (let round = 0; round < 5; round += 1)
    await Promise.all([
      ...Array.from({ length: 4 }, (_, n) => topUp(`R${round}-${n}`, 1_000n)),
      watch.look(),
      watch.look(),
    ]);
  await watch.look();
  const [row] = await store.database.rows<{ balance: string; queued: string | number }>(
    'SELECT balance, (SELECT COUNT(*) FROM float_change) AS queued FROM float_balance',
  );
  expect([BigInt(row?.balance ?? 0), Number(row?.queued)]).toEqual([120_000n, 0]);
  await expectSoundFloats(store);
});

describe('a broken float is found', () => {
  test.each([
    ['UPDATE float_balance SET balance = balance + 1', /its balance says/],
    ["UPDATE posting SET kind = 'capture' WHERE account_id = 'biller:pulsa:float'", /was charged/],
    ["UPDATE posting SET kind = 'reversal' WHERE account_id = 'biller:pulsa:float'", /was given back/],
    [
      "INSERT INTO payment_leg (payment_id, leg_no, biller_id, leg_reference, product_id, customer_number, amount, state, source, source_business_date, sent_at, draws_float) VALUES ('X', 1, 'pulsa', 'X', 'p', '1', 5, 'PAID', 'AGP01', '2026-07-14', UTC_TIMESTAMP(3), 1)",
      /its payments drew 5/,
    ],
    [
      "UPDATE posting SET amount = -amount WHERE account_id = 'biller:pulsa:float'; UPDATE float_balance SET balance = -balance",
      /more was drawn than was there/,
    ],
  ])('%s', async (vandalism, says) => {
    await new FloatWatch(store.database, { now: () => AT }, pino({ enabled: false })).look();
    expect((await checkFloatInvariants(store.database)).ok).toBe(true);
    for (const statement of vandalism.split('; ')) await store.admin.run(statement);
    expect(await checkFloatInvariants(store.database)).toMatchObject({
      ok: false,
      firstCounterExample: expect.stringMatching(says) as string,
      stops: ['biller:pulsa'],
    });
  });
});

test('the application cannot say which billers are prefunded', async () => {
  await expect(store.database.run('UPDATE biller_float SET stop_level = 0')).rejects.toThrow(
    /UPDATE command denied/,
  );
});
