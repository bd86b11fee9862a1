import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatOn, readFormats, writeSettlementFile, type RowToWrite } from '#lib/files';
import { addDays, type BusinessDate } from '#lib/kernel';
import { checkReconciliationInvariants } from '#lib/reconciliation';
import { aDayInstallation, type DayInstallation } from '../../../test/support/day-installation';
import { anInstallation, until, type Installation } from '../../../test/support/processes';
import { aSettlementWorld, type SettlementWorld } from '../../../test/support/settlement-world';

const SOURCES = ['LPB01', 'TJ01', 'LPS01', 'GAS01', 'TR01', 'KWN01', 'TLK01', 'BKS01', 'BTK01', 'AGP01'];
const SALES = 6;
/** What is wrong with each file: one sale is missing, one is unknown to us, one has another amount, one stands twice. */
const PLANTED = { amount: 1, duplicate: 1, only_ours: 1, only_theirs: 1 };
const HOUR_MS = 3_600_000;

const formats = readFormats(join(__dirname, '..', '..', '..', 'config', 'formats'));
let world: Installation;
let day: DayInstallation;
let books: SettlementWorld;
/** The first of the days, in Jakarta. */
let first: BusinessDate;
beforeAll(async () => {
  world = await anInstallation();
  books = await aSettlementWorld({ billers: SOURCES });
  day = aDayInstallation(world, SOURCES);
  day.settings['DATABASE_URL'] = books.store.url;
  const contracts = join(day.settings['SIMPUL_CONFIG'] ?? '', 'settlement.yaml');
  writeFileSync(contracts, readFileSync(contracts, 'utf8').replace(/^poll_seconds: \d+/m, 'poll_seconds: 1'));
  first = new Date(Date.now() + 7 * HOUR_MS).toISOString().slice(0, 10);
});
afterAll(async () => {
  await world.close();
  await books.store.drop();
});

const instant = (date: BusinessDate, localTime: string) => new Date(`${date}T${localTime}:00+07:00`);
const daysAfter = (date: BusinessDate) => Math.round((Date.parse(date) - Date.parse(first)) / (24 * HOUR_MS));

/** Sells a day at every source, and lays their files on the drops, with what is wrong in them. */
async function sellAndReport(businessDate: BusinessDate): Promise<void> {
  books.clock.advance(instant(businessDate, '10:00').getTime() - books.clock.now().getTime());
  for (const [at, source] of SOURCES.entries()) {
    const rows: RowToWrite[] = [];
    for (let n = 0; n < SALES; n += 1) {
      const paymentId = `T${daysAfter(businessDate)}${String(at).padStart(2, '0')}${String(n).padStart(8, '0')}`;
      const amount = BigInt(100_000 + 1_000 * at + n);
      await books.sell({ paymentId, source, businessDate, amount });
      rows.push(line(businessDate, paymentId, `B${paymentId}`, n === 1 ? amount + 500n : amount));
      if (n === 2) rows.push(line(businessDate, paymentId, `C${paymentId}`, amount));
    }
    rows.shift();
    rows.push(
      line(
        businessDate,
        `X${daysAfter(businessDate)}${at}`.padEnd(12, '0'),
        `BX${at}${businessDate}`,
        7_000n,
      ),
    );
    const format = formatOn(formats, source, businessDate);
    if (!format) throw new Error(`${source} has no format`);
    const header = { businessDate, seq: 1, createdAt: `${businessDate} 23:55:00` };
    await writeSettlementFile(format, header, rows, join(day.folderOf(source), format.name.write(header)));
  }
}

function line(businessDate: BusinessDate, ourRef: string, theirRef: string, amount: bigint): RowToWrite {
  const paidAt = `${businessDate} 10:00:00`;
  return { ourRef, theirRef, customerNo: '531100012345', amount, fee: 0n, status: 'S', paidAt };
}

/** Lets a worker run by a clock that shows an hour of that date, until so many days are settled. */
async function workUntilSettled(date: BusinessDate, localTime: string, settled: number): Promise<void> {
  const minutes = Math.round((instant(date, localTime).getTime() - Date.now()) / 60_000);
  const worker = await world.startWorker(`${minutes < 0 ? '-' : '+'}${Math.abs(minutes)}m`, day.settings);
  await until(
    () => books.store.database.rows('SELECT 1 FROM settlement WHERE closed_at IS NOT NULL'),
    (rows) => rows.length >= settled,
  );
  expect(await worker.end('SIGTERM')).toEqual({ code: 0, signal: null });
}

async function expectEveryDaySound(dates: readonly BusinessDate[]): Promise<void> {
  const { database } = books.store;
  const runs = await database.rows('SELECT 1 FROM recon_run WHERE run_no IS NOT NULL');
  expect(runs).toHaveLength(dates.length * SOURCES.length);
  const planted = await database.rows<{ kind: string; n: string }>(
    `SELECT b.kind, COUNT(*) AS n FROM recon_break b JOIN recon_run r ON r.run_id = b.run_id
     WHERE r.effective_date IS NOT NULL GROUP BY b.kind ORDER BY b.kind`,
  );
  expect(Object.fromEntries(planted.map(({ kind, n }) => [kind, Number(n)]))).toEqual(
    Object.fromEntries(Object.entries(PLANTED).map(([kind, n]) => [kind, n * runs.length])),
  );
  expect((await checkReconciliationInvariants(database)).filter(({ ok }) => !ok)).toEqual([]);
  await books.expectSound();
  const drafts = await database.rows<{ party: string }>('SELECT DISTINCT reference FROM payout');
  expect(drafts).toHaveLength(runs.length);
}

test('three days of ten sources run unattended from cut-off to payout draft; after three days of silence the oldest comes first', async () => {
  const dates = Array.from({ length: 6 }, (_, n) => addDays(first, n));
  for (const [n, date] of dates.slice(0, 3).entries()) {
    await sellAndReport(date);
    await workUntilSettled(addDays(date, 1), '06:30', (n + 1) * SOURCES.length);
  }
  await expectEveryDaySound(dates.slice(0, 3));

  for (const date of dates.slice(3)) await sellAndReport(date);
  await workUntilSettled(addDays(dates.at(-1) ?? first, 1), '06:30', dates.length * SOURCES.length);

  await expectEveryDaySound(dates);
  const order = await books.store.database.rows<{ source: string; business_date: string }>(
    'SELECT source, business_date FROM recon_run WHERE business_date IN (?) ORDER BY source, closed_at, run_id',
    [dates.slice(3)],
  );
  expect(order).toEqual(
    SOURCES.toSorted().flatMap((source) =>
      dates.slice(3).map((business_date) => ({ source, business_date })),
    ),
  );
}, 280_000);
