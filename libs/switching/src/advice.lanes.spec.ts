import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { aSwitch, type SwitchWorld } from '../../../test/support/switch-world';
import { tenThousandLike } from '../../../test/support/many-suspects';
import type { SqlValue } from '#lib/platform';
import { AdviceLanes } from './advice.lanes';
import type { AdviceOutcome, BillerLeg } from './biller.contract';
import { OPEN } from './open-payments';
import { LEFT_BEHIND } from './payment.store.sql';

const logger = pino({ enabled: false });
const SILENCE: AdviceOutcome = { kind: 'unknown', evidence: { reason: 'nobody answers' } };

let world: SwitchWorld;
let lanes: AdviceLanes;
beforeEach(async () => {
  world = await aSwitch();
});
afterEach(async () => {
  await lanes.stop();
  await world.close();
});

function openLanes(atOnceMax: number): void {
  lanes = new AdviceLanes(world.advice, () => ({ atOnceMax, perSecondMax: 1_000 }), logger);
}

/** Lets a biller keep silent until it is told to speak; the others answer as the fake does. */
function silenceOf(product: string) {
  const asked: string[] = [];
  let speak = (): void => undefined;
  const spoken = new Promise<void>((resolve) => {
    speak = resolve;
  });
  const answer = world.biller.advise.bind(world.biller);
  jest.spyOn(world.biller, 'advise').mockImplementation(async (leg: BillerLeg) => {
    if (leg.product !== product) return answer(leg);
    asked.push(leg.reference);
    await spoken;
    return SILENCE;
  });
  return { asked, speak };
}

async function statesOf(billerId: string): Promise<Record<string, number>> {
  const rows = await world.store.database.rows<{ state: string; n: string }>(
    'SELECT state, COUNT(*) AS n FROM payment WHERE biller_id = ? GROUP BY state',
    [billerId],
  );
  return Object.fromEntries(rows.map(({ state, n }) => [state, Number(n)]));
}

interface Step {
  table: string;
  type: string;
  key: string;
  Extra: string;
}
const planOf = (sql: string, values: SqlValue[] = []) =>
  world.store.database.rows<Step>(`EXPLAIN ${sql}`, values);

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(10);
}

test('a biller that does not answer fills its own lane; another biller’s payments come to their end', async () => {
  world.biller.behaviour = 'pays and loses the answer';
  world.water.behaviour = 'pays and loses the answer';
  for (let n = 0; n < 5; n += 1) await world.payOne();
  for (let n = 0; n < 3; n += 1)
    await world.payOne({ productId: 'pdam-tirta-jaya', customerNumber: `10${n}0000000` });
  const { asked, speak } = silenceOf('postpaid');
  world.clock.advance(5_000);
  openLanes(2);

  await lanes.wake();
  await until(async () => (await statesOf('tirta-jaya'))['PAID'] === 3);
  await until(() => asked.length === 2);
  await lanes.wake();

  expect(await statesOf('pln')).toEqual({ SUSPECT: 5 });
  expect(asked).toHaveLength(2);
  speak();
  await until(() => asked.length === 5);
  await lanes.stop();
  await world.expectSound();
});

test('with ten thousand open payments a lane asks no more at once than it is wide, and forgets none', async () => {
  world.biller.behaviour = 'loses the request';
  const { paymentId } = await world.payOne();
  await tenThousandLike(world.store, paymentId, world.clock.now());
  world.clock.advance(5_000);
  const { asked, speak } = silenceOf('postpaid');
  openLanes(16);

  await lanes.wake();
  await until(() => asked.length === 16);
  await lanes.wake();
  expect(asked).toHaveLength(16);
  speak();
  await until(() => asked.length > 200);
  await lanes.stop();

  const [open] = await world.store.database.rows<{ n: string; asked: string; unplanned: string }>(
    "SELECT COUNT(*) AS n, SUM(advice_count = 1) AS asked, SUM(next_advice_at IS NULL) AS unplanned FROM payment_leg WHERE state = 'SUSPECT'",
  );
  expect(Number(open?.n)).toBe(10_001);
  expect(Number(open?.asked)).toBe(asked.length);
  expect(Number(open?.unplanned)).toBe(0);
});

test('what is due is found by the index of its biller, without a sort and without a scan', async () => {
  world.biller.behaviour = 'loses the request';
  const { paymentId } = await world.payOne();
  await tenThousandLike(world.store, paymentId, world.clock.now());
  await world.store.admin.rows('ANALYZE TABLE payment_leg');
  openLanes(1);
  const plan = async (sql: string) => (await planOf(sql))[0];

  const due = await plan(
    "SELECT payment_id, leg_no, advice_fence FROM payment_leg WHERE biller_id = 'pln' " +
      "AND next_advice_at <= '2030-01-01' ORDER BY next_advice_at LIMIT 16",
  );
  expect(due?.key).toBe('leg_biller_advice');
  expect(due?.Extra).not.toMatch(/filesort|temporary/);
  const billers = await plan('SELECT biller_id, MIN(next_advice_at) FROM payment_leg GROUP BY biller_id');
  expect(billers).toMatchObject({
    key: 'leg_biller_advice',
    Extra: expect.stringMatching(/group-by/) as string,
  });
});

test('the few that are open are found among the many that have ended', async () => {
  world.biller.behaviour = 'loses the request';
  const { paymentId } = await world.payOne();
  await tenThousandLike(world.store, paymentId, world.clock.now());
  await world.store.admin.run("UPDATE payment SET state = 'PAID' WHERE payment_id LIKE 'TMANY%'");
  await world.store.admin.run("UPDATE payment_leg SET next_advice_at = NULL WHERE payment_id LIKE 'TMANY%'");
  for (const table of ['payment', 'payment_leg', 'channel'])
    await world.store.admin.rows(`ANALYZE TABLE ${table} PERSISTENT FOR ALL`);
  openLanes(1);

  const channels = ['ppob-nusantara', 'warung-kecil', 'simpul-story'];
  for (const steps of [
    await planOf(LEFT_BEHIND, [new Date(), 200]),
    await planOf(OPEN, [channels, '', 1_000]),
  ]) {
    expect(steps.find(({ table }) => table === 'p')?.key).toBe('payment_open');
    expect(steps.filter(({ table, type }) => table !== 'c' && type === 'ALL')).toEqual([]);
  }
});

test('a payment of a dead process is listed although its biller’s lane is full', async () => {
  world.biller.behaviour = 'pays and loses the answer';
  for (let n = 0; n < 2; n += 1) await world.payOne();
  world.biller.gate = new Promise(() => undefined);
  void world.payOne();
  await until(() => world.biller.received.length === 3);
  const { asked, speak } = silenceOf('postpaid');
  world.clock.advance(10_000);
  openLanes(2);
  await lanes.wake();
  await until(() => asked.length === 2);
  expect(await statesOf('pln')).toEqual({ SENT: 1, SUSPECT: 2 });

  world.clock.advance(12_000);
  await lanes.wake();

  expect(await statesOf('pln')).toEqual({ SUSPECT: 3 });
  expect(asked).toHaveLength(2);
  speak();
  await lanes.stop();
  await world.expectSound();
});

test('a biller that is not configured any more leaves its payments on the list, with the reason', async () => {
  world.biller.behaviour = 'pays and loses the answer';
  await world.payOne();
  jest.spyOn(world.biller, 'advise').mockRejectedValue(new Error('no connector for biller pln'));
  world.clock.advance(5_000);
  openLanes(1);
  await lanes.wake();
  const heard = () =>
    world.store.database.rows<{ advice_heard: string | null }>('SELECT advice_heard FROM payment_leg');
  await until(async () => (await heard())[0]?.advice_heard !== null);
  expect((await heard())[0]?.advice_heard).toMatch(/^unknown: our own fault: .*no connector/);
});
