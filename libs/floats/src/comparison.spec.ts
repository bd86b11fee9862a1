import pino from 'pino';
import { fail, ManualClock, ok, refusal, rupiah, type Refusal, type Result, type Rupiah } from '#lib/kernel';
import { accountsOfBiller, OWN_ACCOUNTS, SingleWriter } from '#lib/ledger';
import { Billers, type BillerConnector } from '#lib/switching';
import { aDatabase, type TestDatabase } from '../../../test/support/database';
import { FakeBiller } from '../../../test/support/fake-biller';
import { prefund } from '../test/a-float';
import { compareFloat, DailyComparison, lastComparison, listFloatMatters, topUpFloat } from './index';

const AT = new Date('2026-07-14T05:00:00Z');

let store: TestDatabase;
let clock: ManualClock;
beforeEach(async () => {
  clock = new ManualClock(AT);
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

/** A biller that says so much is left. */
function saying(balance: () => Promise<Result<Rupiah, Refusal>>): BillerConnector {
  return Object.assign(new FakeBiller('pulsa'), { balance });
}
const says = (amount: bigint) => saying(() => Promise.resolve(ok(rupiah(amount))));
const compare = (connector: BillerConnector) => compareFloat(store.database, clock, 'pulsa', connector);

async function underWay(amount: bigint): Promise<void> {
  await store.admin.run(
    'INSERT INTO payment_leg (payment_id, leg_no, biller_id, leg_reference, product_id, customer_number, amount, state, ' +
      'source, source_business_date, sent_at, next_advice_at, draws_float) ' +
      "VALUES ('X', 1, 'pulsa', 'X', 'p', '1', ?, 'SUSPECT', 'AGP01', '2026-07-14', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), 1)",
    [amount],
  );
}

test.each([
  [100_000n, 0n],
  [70_000n, 0n],
  [69_999n, -1n],
  [100_001n, 1n],
])(
  'with Rp 30,000 under way of Rp 100,000 a biller that says %s differs by %s',
  async (theirs, difference) => {
    await underWay(30_000n);
    expect(await compare(says(theirs))).toMatchObject({ ok: true, value: { difference } });
  },
);

test('a difference is told with its age until a comparison finds it gone', async () => {
  await compare(says(90_000n));
  clock.advance(24 * 3_600_000);
  await compare(says(80_000n));
  const [matter] = await listFloatMatters(store.database, clock.now());
  expect(matter).toMatchObject({ kind: 'difference', since: AT, ageSeconds: 86_400, owner: 'finance' });
  clock.advance(60_000);
  await compare(says(100_000n));
  expect(await listFloatMatters(store.database, clock.now())).toEqual([]);
});

test('what moved while we looked is no difference', async () => {
  let looks = 0;
  const connector = saying(async () => {
    looks += 1;
    if (looks === 1)
      await topUpFloat(
        { writer: new SingleWriter(store.database), statements: store.database },
        { reference: 'BANK-1', billerId: 'pulsa', amount: rupiah(40_000n), at: AT },
      );
    return ok(rupiah(140_000n));
  });
  expect(await compare(connector)).toMatchObject({ ok: true, value: { difference: 0n } });
});

test('a biller that cannot be asked, or has no such call, leaves no result', async () => {
  const silent = saying(() => Promise.resolve(fail(refusal('BILLER_UNAVAILABLE', 'no answer'))));
  expect((await compare(silent)).ok).toBe(false);
  expect((await compare(new FakeBiller('pulsa'))).ok).toBe(false);
  expect(await lastComparison(store.database, 'pulsa')).toBeUndefined();
});

describe('each day', () => {
  class OneBiller extends Billers {
    asked = 0;
    isSilent = false;
    override connector(): BillerConnector {
      return saying(async () => {
        this.asked += 1;
        return this.isSilent ? fail(refusal('BILLER_UNAVAILABLE', 'no answer')) : ok(rupiah(100_000n));
      });
    }
  }
  const daily = (billers: Billers) =>
    new DailyComparison(
      store.database,
      clock,
      billers,
      { compareAt: '05:00', compareAgainMs: 900_000 },
      pino({ enabled: false }),
    );

  test('one comparison is made, from its hour on, by whichever worker looks', async () => {
    clock = new ManualClock(new Date('2026-07-13T21:59:59Z'));
    const billers = new OneBiller();
    const workers = [daily(billers), daily(billers)];
    await workers[0]?.compareDue();
    expect(billers.asked).toBe(0);
    clock.advance(1_000);
    for (const worker of [...workers, ...workers]) await worker.compareDue();
    expect(billers.asked).toBe(1);
    clock.advance(24 * 3_600_000);
    await workers[1]?.compareDue();
    expect(billers.asked).toBe(2);
  });

  test('one that could not be made is tried again after a while', async () => {
    const billers = new OneBiller();
    billers.isSilent = true;
    const worker = daily(billers);
    await worker.compareDue();
    await worker.compareDue();
    expect(billers.asked).toBe(1);
    billers.isSilent = false;
    clock.advance(900_000);
    await worker.compareDue();
    expect((await lastComparison(store.database, 'pulsa'))?.difference).toBe(0n);
  });
});
