import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ManualClock } from '#lib/kernel';
import {
  listExports,
  listOrders,
  makeOrdered,
  queueReport,
  type OrderTools,
  type ReportRequest,
} from '../src';
import { reportBooks, type ReportBooks } from './books';

const REQUEST: ReportRequest = { report: 'journal', date: '2026-07-14', by: 'siti@simpul.example' };
let books: ReportBooks;
let tools: OrderTools;
const database = () => books.store.database;

beforeAll(async () => {
  books = await reportBooks();
  tools = { ...books.tools, clock: new ManualClock(books.tools.now) };
  await books.sell({ at: '2026-07-14 09:00:00', amount: 250_000n, end: 'PAID' });
});
afterAll(() => books.end());
beforeEach(() => books.store.admin.run('DELETE FROM report_order'));

async function order(request: ReportRequest = REQUEST): Promise<string> {
  const queued = await queueReport(database(), request, books.tools.now);
  if (!queued.ok) throw new Error(queued.error);
  return queued.value;
}

test('an ordered report is made once, however many workers look at the same moment', async () => {
  const orderId = await order();

  await Promise.all([makeOrdered(tools), makeOrdered(tools), makeOrdered(tools)]);

  expect(await listOrders(database(), 9)).toMatchObject([{ orderId, state: 'made', tries: 1, said: null }]);
  const exported = (await listExports(database(), 99)).filter(({ exportId }) => exportId === orderId);
  expect(exported).toHaveLength(1);
  expect(readFileSync(join(books.home, exported[0]?.path ?? ''), 'utf8')).toContain('own:fee-income');
  expect(await makeOrdered(tools)).toBe(false);
});

test('a worker killed after the file was kept is followed by one that counts it once', async () => {
  const orderId = await order();
  await makeOrdered(tools);
  await books.store.admin.run("UPDATE report_order SET state = 'waiting'");

  expect(await makeOrdered(tools)).toBe(true);

  expect(await listOrders(database(), 9)).toMatchObject([{ orderId, state: 'made', tries: 2 }]);
  const exported = (await listExports(database(), 99)).filter(({ exportId }) => exportId === orderId);
  expect(exported).toHaveLength(1);
  expect(existsSync(join(books.home, exported[0]?.path ?? ''))).toBe(true);
});

test('while one makes it nobody else does, until the lease has run out', async () => {
  await order();
  await books.store.admin.run(
    'UPDATE report_order SET tries = 1, lease_until = UTC_TIMESTAMP(3) + INTERVAL 1 MINUTE',
  );
  expect(await makeOrdered(tools)).toBe(false);

  await books.store.admin.run('UPDATE report_order SET lease_until = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND');
  expect(await makeOrdered(tools)).toBe(true);
});

test('what does not tie is refused with why, and what fails is tried so often and no more', async () => {
  await order({ ...REQUEST, report: 'per-biller' });
  await books.store.admin.run('UPDATE payment SET amount = amount + 7');
  await makeOrdered(tools);
  await books.store.admin.run('UPDATE payment SET amount = amount - 7');
  const [untied] = await listOrders(database(), 1);
  expect(untied).toMatchObject({ state: 'refused', tries: 1 });
  expect(untied?.said).toContain('difference 7');

  await books.store.admin.run('DELETE FROM report_order');
  await order();
  const broken = { ...tools, home: '/dev/null/nowhere' };
  for (let look = 0; look < 5; look += 1) await makeOrdered(broken);
  expect(await listOrders(database(), 1)).toMatchObject([{ state: 'refused', tries: 3 }]);
});

test('a flood of orders is refused with what to do; what cannot be asked for is not ordered', async () => {
  for (let count = 0; count < 20; count += 1) await order();

  expect(await queueReport(database(), REQUEST, books.tools.now)).toMatchObject({
    ok: false,
    error: '20 reports of siti@simpul.example wait already; order again when some are made',
  });
  expect((await queueReport(database(), { ...REQUEST, by: 'budi' }, books.tools.now)).ok).toBe(true);
  expect(await queueReport(database(), { ...REQUEST, date: '2026-1-1' }, books.tools.now)).toMatchObject({
    ok: false,
  });
});
