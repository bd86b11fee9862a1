import { ManualClock } from '#lib/kernel';
import type { TestDatabase } from '../../../test/support/database';
import { aSharedDatabase, type SharedDatabase } from '../../../test/support/shared-database';
import { doorsDown, forgetDoors, tellDoors } from './doors';
import { watchDowntime } from './watch-downtime';

let shared: SharedDatabase;
let store: TestDatabase;
let clock: ManualClock;
let closed: string[];
beforeAll(async () => {
  shared = await aSharedDatabase();
});
afterAll(() => shared.drop());
beforeEach(() => {
  store = shared.lent;
  clock = new ManualClock(new Date('2026-07-14T03:00:00Z'));
  closed = [];
});
afterEach(() => store.drop());

/** Looks once, so many seconds later. */
function look(afterSeconds = 5): Promise<void> {
  clock.advance(afterSeconds * 1_000);
  const closedProducts = () => closed.map((productId) => ({ productId }));
  return watchDowntime({ database: store.database, clock, closedProducts });
}

async function written(): Promise<[string, string, number, number | null][]> {
  const rows = await store.database.rows<{
    scope: string;
    cause: string;
    seq: number;
    seconds: string | null;
  }>(
    `SELECT d.scope, d.cause, d.seq, TIMESTAMPDIFF(SECOND, d.began_at, e.ended_at) AS seconds FROM downtime d
       LEFT JOIN downtime_end e ON e.scope = d.scope AND e.cause = d.cause AND e.seq = d.seq
     ORDER BY d.scope, d.cause, d.seq`,
  );
  return rows.map(({ scope, cause, seq, seconds }) => [
    scope,
    cause,
    seq,
    seconds === null ? null : Number(seconds),
  ]);
}

function lease(until: string): Promise<number> {
  return store.admin.run(`REPLACE INTO process_node VALUES (1, 'switch', ${until})`);
}

async function breaker(process: string, state: string): Promise<void> {
  await store.admin.run("REPLACE INTO route_state VALUES (?, 'direct', 'pln', ?, 1, 1, 1, 0, ?)", [
    process,
    state,
    clock.now(),
  ]);
}

test('an installation that never had a switch is not down; one whose switch is gone is, until another runs', async () => {
  await look();
  expect(await written()).toEqual([]);
  await lease("'2026-01-01'");
  await look();
  await look();
  expect(await written()).toEqual([['all', 'switch', 1, null]]);
  await lease('UTC_TIMESTAMP(3) + INTERVAL 1 HOUR');
  await look(10);
  await lease("'2026-01-01'");
  await look();
  expect(await written()).toEqual([
    ['all', 'switch', 1, 15],
    ['all', 'switch', 2, null],
  ]);
});

test('a route is down while no switch that uses it has its breaker closed', async () => {
  await breaker('a', 'open');
  await breaker('b', 'closed');
  await look(1);
  expect(await written()).toEqual([]);
  await breaker('b', 'probing');
  await look(1);
  expect(await written()).toEqual([['route:pln/direct', 'breaker', 1, null]]);
  await breaker('a', 'closed');
  await look(7);
  expect(await written()).toEqual([['route:pln/direct', 'breaker', 1, 7]]);
});

test('a door that no running switch has open is down while its others live, and none is missed that was closed in order', async () => {
  await lease('UTC_TIMESTAMP(3) + INTERVAL 1 HOUR');
  const doors = (isOpen: boolean) => [
    { name: 'h2h', isOpen: true },
    { name: 'iso8583 atm', isOpen },
  ];
  await tellDoors(store.database, 'a', doors(true), clock.now());
  await tellDoors(store.database, 'b', doors(false), clock.now());
  await look();
  expect(await doorsDown(store.database)).toEqual([]);
  await tellDoors(store.database, 'a', doors(false), clock.now());
  await look();
  expect(await doorsDown(store.database)).toMatchObject([{ name: 'iso8583 atm', seq: 1 }]);
  await tellDoors(store.database, 'a', doors(true), clock.now());
  await look(9);
  expect(await doorsDown(store.database)).toEqual([]);
  expect(await written()).toEqual([['door:iso8583 atm', 'door', 1, 9]]);
  // Its process is killed, and the one that goes on never had it.
  await forgetDoors(store.database, 'b');
  await tellDoors(
    store.database,
    'c',
    [{ name: 'h2h', isOpen: true }],
    new Date(clock.now().getTime() + 40_000),
  );
  await look(40);
  expect(await doorsDown(store.database)).toMatchObject([{ name: 'iso8583 atm', seq: 2 }]);
  await forgetDoors(store.database, 'a');
  await look();
  expect(await doorsDown(store.database)).toEqual([]);
});

test('where no switch runs at all its doors are not told one by one', async () => {
  await lease("'2026-01-01'");
  await tellDoors(store.database, 'a', [{ name: 'h2h', isOpen: true }], clock.now());
  await look(40);
  expect(await written()).toEqual([['all', 'switch', 1, null]]);
});

test('a product under maintenance is down for as long as its window', async () => {
  closed = ['pln-postpaid'];
  await look();
  closed = [];
  await look(30);
  expect(await written()).toEqual([['product:pln-postpaid', 'maintenance', 1, 30]]);
});

test('a time in which nobody looked is not called up: it is unwatched', async () => {
  await look();
  await look(60);
  expect(await written()).toEqual([]);
  await look(3_600);
  expect(await written()).toEqual([['all', 'unwatched', 1, 3_600]]);
});

test('of any number that look at one moment, one writes what began and what ended', async () => {
  await lease("'2026-01-01'");
  await look();
  await lease('UTC_TIMESTAMP(3) + INTERVAL 1 HOUR');
  await Promise.all([1, 2, 3].map(() => look(0)));
  await lease("'2026-01-01'");
  clock.advance(1_000);
  await Promise.all([1, 2, 3].map(() => look(0)));
  expect(await written()).toEqual([
    ['all', 'switch', 1, 0],
    ['all', 'switch', 2, null],
  ]);
});

test('a clock that goes back ends a stop no earlier than it began', async () => {
  await lease("'2026-01-01'");
  await look();
  await lease('UTC_TIMESTAMP(3) + INTERVAL 1 HOUR');
  await look(-3_600);
  expect(await written()).toEqual([['all', 'switch', 1, 0]]);
});
