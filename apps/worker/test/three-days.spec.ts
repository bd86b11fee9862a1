import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatOn, readFormats, writeSettlementFile, type RowToWrite } from '#lib/files';
import { addDays, type BusinessDate } from '#lib/kernel';
import { reversalJournal } from '#lib/ledger';
import { checkBreakInvariants, checkReconciliationInvariants } from '#lib/reconciliation';
import {
  aDayInstallation,
  killAt,
  struckAt,
  type DayInstallation,
} from '../../../test/support/day-installation';
import { anInstallation, until, type Installation, type RunningApp } from '../../../test/support/processes';
import { aSettlementWorld, type ASale, type SettlementWorld } from '../../../test/support/settlement-world';
import { anSftpServer, type SftpServer } from '../../../test/support/sftp';

/** What is wrong with one further sale of a source, each day, beside what is wrong with the file of every source. */
const FURTHER = {
  LPB01: 'sold after the cut-off',
  TJ01: 'unknown to us, failed with them',
  LPS01: 'unknown to us, paid with them',
  GAS01: 'paid with us, failed with them',
  TR01: 'declined with us, paid with them',
  KWN01: 'reversed on both sides',
  TLK01: 'unknown to us, paid with them',
  BKS01: 'reversed with them only',
  BTK01: 'unknown to us, failed with them',
  AGP01: 'paid with us, failed with them',
} as const;
type Source = keyof typeof FURTHER;
const SOURCES = Object.keys(FURTHER) as Source[];
/** Delimited, gzipped, and a table with its companion. */
const OVER_SFTP: readonly Source[] = ['LPB01', 'TJ01', 'TLK01', 'AGP01'];
const SALES = 4;
const HOUR_MS = 3_600_000;
/** Where a worker is killed: as each state of a job is durable, and between the steps of a settlement. */
const DEATHS = [
  ...Array.from({ length: 6 }, () => 'K11 after step'),
  'K12 settlement drafted',
  'K12 settlement closed',
];
const MOVES = [
  'file archived',
  'gates passed',
  'lines staged',
  'bridge proven',
  'reports written',
  'day sealed',
];

/** A difference that was planted: in which day's file, what it must be called, and how it stands afterwards. */
interface Planted {
  source: Source;
  businessDate: BusinessDate;
  kind: string;
  sub: string | null;
  /** Payment ID, or the reference that only they know. */
  ref: string;
  state: string;
  resolution: string | null;
}

const formats = readFormats(join(__dirname, '..', '..', '..', 'config', 'formats'));
let world: Installation;
let server: SftpServer;
let day: DayInstallation;
let books: SettlementWorld;
/** The first of the days, in Jakarta. */
let first: BusinessDate;
const planted: Planted[] = [];
beforeAll(async () => {
  server = await anSftpServer();
  world = await anInstallation();
  books = await aSettlementWorld({ billers: SOURCES });
  day = aDayInstallation(world, SOURCES, {}, { overSftp: { server, sources: OVER_SFTP } });
  day.settings['DATABASE_URL'] = books.store.url;
  const contracts = join(day.settings['SIMPUL_CONFIG'] ?? '', 'settlement.yaml');
  writeFileSync(contracts, readFileSync(contracts, 'utf8').replace(/^poll_seconds: \d+/m, 'poll_seconds: 1'));
  first = new Date(Date.now() + 7 * HOUR_MS).toISOString().slice(0, 10);
});
afterAll(async () => {
  await world.close();
  await server.stop();
  await books.store.drop();
});

const instant = (date: BusinessDate, localTime: string) => new Date(`${date}T${localTime}:00+07:00`);
const daysAfter = (date: BusinessDate) => Math.round((Date.parse(date) - Date.parse(first)) / (24 * HOUR_MS));
const idOf = (source: Source, date: BusinessDate, n: number) =>
  `T${daysAfter(date)}${String(SOURCES.indexOf(source)).padStart(2, '0')}${String(n).padStart(8, '0')}`;
const amountOf = (source: Source, n: number) => BigInt(100_000 + 1_000 * SOURCES.indexOf(source) + n);
const FURTHER_SALE = SALES;

function setClock(date: BusinessDate, localTime: string): void {
  books.clock.advance(instant(date, localTime).getTime() - books.clock.now().getTime());
}

/** Sells a day at every source, and lays their files on the drops, with what is wrong in them. */
async function sellAndReport(businessDate: BusinessDate): Promise<void> {
  for (const source of SOURCES) {
    setClock(businessDate, '10:00');
    const lines: RowToWrite[] = [];
    for (let n = 0; n < SALES; n += 1) {
      const paymentId = idOf(source, businessDate, n);
      await books.sell({ paymentId, source, businessDate, amount: amountOf(source, n) });
      lines.push(line(businessDate, paymentId, amountOf(source, n)));
    }
    spoil(source, businessDate, lines);
    lines.push(...(await sellFurther(source, businessDate)));
    await layFile(source, businessDate, 1, lines);
  }
}

/** One sale is missing, one has another amount, one is billed twice, and one is unknown to us. */
function spoil(source: Source, businessDate: BusinessDate, lines: RowToWrite[]): void {
  const [missing, other, doubled] = lines.splice(0, 3);
  if (!missing || !other || !doubled) throw new Error('a day has too few sales');
  const unknown = `X${daysAfter(businessDate)}${source}`.padEnd(12, '0');
  lines.push(
    { ...other, amount: other.amount + 500n },
    doubled,
    { ...doubled, theirRef: `C${doubled.ourRef}` },
    line(businessDate, unknown, 7_000n),
  );
  const plant = (kind: string, ref: string, sub: string | null = null) =>
    planted.push({ source, businessDate, kind, sub, ref, state: 'open', resolution: null });
  plant('only_ours', missing.ourRef);
  plant('amount', other.ourRef, 'SS');
  plant('duplicate', doubled.ourRef, 'double_post');
  plant('only_theirs', unknown);
}

/** Sells what only this source has trouble with. @returns its lines in the file of the day. */
async function sellFurther(source: Source, businessDate: BusinessDate): Promise<RowToWrite[]> {
  const paymentId = idOf(source, businessDate, FURTHER_SALE);
  const sale = { paymentId, source, businessDate, amount: amountOf(source, FURTHER_SALE) };
  const listed = line(businessDate, paymentId, sale.amount);
  const failed: RowToWrite = { ...listed, status: 'F' };
  const plant = (kind: string, sub: string | null, state = 'open', resolution: string | null = null) =>
    planted.push({ source, businessDate, kind, sub, ref: paymentId, state, resolution });
  switch (FURTHER[source]) {
    case 'sold after the cut-off': {
      setClock(businessDate, '23:20');
      await books.sell(sale);
      plant('late', null, 'carried');
      return carriedLine(source, businessDate);
    }
    case 'unknown to us, failed with them':
      await books.sell({ ...sale, state: 'SUSPECT' });
      plant('status', 'UF');
      return [failed];
    case 'unknown to us, paid with them':
      await books.sell({ ...sale, state: 'SUSPECT' });
      plant('status', 'US', 'resolved', 'file');
      return [listed];
    case 'paid with us, failed with them':
      await books.sell(sale);
      plant('status', 'SF');
      return [failed];
    case 'declined with us, paid with them':
      await books.sell({ ...sale, state: 'DECLINED' });
      plant('status', 'FS');
      return [listed];
    case 'reversed on both sides':
      await sellAndReverse(sale);
      return [listed, failed];
    case 'reversed with them only':
      await books.sell(sale);
      plant('status', 'SF');
      return [listed, failed];
  }
}

/** Yesterday's late sale stands in today's file, and ends as listed. */
function carriedLine(source: Source, businessDate: BusinessDate): RowToWrite[] {
  const yesterday = addDays(businessDate, -1);
  const carried = planted.find((one) => one.kind === 'late' && one.businessDate === yesterday);
  if (!carried) return [];
  Object.assign(carried, { state: 'resolved', resolution: 'run' });
  return [line(yesterday, carried.ref, amountOf(source, FURTHER_SALE))];
}

async function sellAndReverse(sale: ASale & { businessDate: BusinessDate }): Promise<void> {
  const money = await books.sell(sale);
  await books.book(reversalJournal(money, sale.businessDate, books.clock.now()));
  await books.mark(sale.paymentId, 'REVERSED');
}

async function layFile(source: Source, businessDate: BusinessDate, seq: number, lines: RowToWrite[]) {
  const format = formatOn(formats, source, businessDate);
  if (!format) throw new Error(`${source} has no format`);
  const header = { businessDate, seq, createdAt: `${businessDate} 23:55:00` };
  await writeSettlementFile(format, header, lines, join(day.folderOf(source), format.name.write(header)));
}

function line(businessDate: BusinessDate, ourRef: string, amount: bigint): RowToWrite {
  const paidAt = `${businessDate} 10:00:00`;
  return { ourRef, theirRef: `B${ourRef}`, customerNo: '531100012345', amount, fee: 0n, status: 'S', paidAt };
}

/** Starts a worker by a clock that shows an hour of that date. */
function workerAt(date: BusinessDate, localTime: string): Promise<RunningApp> {
  const minutes = Math.round((instant(date, localTime).getTime() - Date.now()) / 60_000);
  return world.startWorker(`${minutes < 0 ? '-' : '+'}${Math.abs(minutes)}m`, day.settings);
}

/** Lets a worker run by that clock until a query has that many rows, and ends it. */
async function workUntil(date: BusinessDate, query: string, rows: number): Promise<void> {
  const worker = await workerAt(date, '06:30');
  await until(
    () => books.store.database.rows(query),
    (found) => found.length >= rows,
  );
  expect(await worker.end('SIGTERM')).toEqual({ code: 0, signal: null });
}

const SETTLED = 'SELECT 1 FROM settlement WHERE closed_at IS NOT NULL';

/** Kills one worker after the other, each at its place; what each leaves the next one finds. */
async function killInEveryState(date: BusinessDate): Promise<void> {
  for (const point of DEATHS) {
    await killAt(day.failPoints, point, () => workerAt(date, '06:30'));
    await books.store.admin.run(
      "UPDATE recon_job SET lease_until = '2000-01-01' WHERE lease_until IS NOT NULL",
    );
  }
  const deaths = struckAt(day.failPoints);
  expect(deaths.map(({ point }) => point)).toEqual(DEATHS);
  const moves = deaths
    .filter(({ point }) => point === 'K11 after step')
    .map(({ subject }) => subject.split(' ').slice(2).join(' '));
  expect(moves).toEqual(MOVES);
}

const byPlace = (one: Planted) => `${one.businessDate} ${one.source} ${one.ref} ${one.kind}`;
const inOrder = (found: readonly Planted[]) => found.toSorted((a, b) => byPlace(a).localeCompare(byPlace(b)));

/** The differences of the runs that count, with what has become of each. */
function foundByRuns(): Promise<Planted[]> {
  return books.store.database.rows<Planted>(
    `SELECT r.source, r.business_date AS businessDate, b.kind, b.sub, b.match_key AS ref, c.state, c.resolution
     FROM recon_break b JOIN recon_run r ON r.run_id = b.run_id AND r.effective_date IS NOT NULL
       LEFT JOIN break_case c ON c.source = r.source AND c.match_key = b.match_key AND c.kind = b.kind`,
  );
}

async function expectEveryDaySound(dates: readonly BusinessDate[]): Promise<void> {
  const { database } = books.store;
  expect(inOrder(await foundByRuns())).toEqual(inOrder(planted));
  const days = dates.length * SOURCES.length;
  const files = await database.rows(
    `SELECT source, business_date, COUNT(*) AS files FROM settlement_file GROUP BY source, business_date`,
  );
  expect(files).toHaveLength(days);
  const verdicts = [...(await checkReconciliationInvariants(database)), await checkBreakInvariants(database)];
  expect(verdicts.filter(({ ok }) => !ok)).toEqual([]);
  expect(verdicts.map(({ id }) => id)).toEqual(['I10', 'I11', 'I12', 'I14']);
  await books.expectSound();
  expect(await database.rows('SELECT 1 FROM payout')).toHaveLength(days);
  const [owed] = await database.rows<{ pays: string; drafted: string }>(
    `SELECT (SELECT SUM(pay) FROM settlement_net WHERE party_kind = 'biller') AS pays,
       (SELECT SUM(amount) FROM payout) AS drafted`,
  );
  expect(owed?.drafted).toBe(owed?.pays);
}

async function runsOf(source: Source, businessDate: BusinessDate) {
  return books.store.database.rows(
    'SELECT run_no, supersedes, state FROM recon_run WHERE source = ? AND business_date = ? ORDER BY run_no',
    [source, businessDate],
  );
}

/** The settlement that took a payment up beside the sales of its own day: its date, and what the biller gets. */
async function enteredLater(paymentId: string) {
  return books.store.database.rows(
    `SELECT s.business_date, i.amount FROM settlement_item i JOIN settlement s ON s.settlement_id = i.settlement_id
     WHERE i.payment_id = ? AND i.participant LIKE 'biller:%' ORDER BY s.business_date`,
    [paymentId],
  );
}

/** A source sends a day that is settled once more, in full and right. */
async function layCorrection(source: Source, businessDate: BusinessDate): Promise<void> {
  const sold = Array.from({ length: SALES }, (_, n) => n);
  const lines = sold.map((n) => line(businessDate, idOf(source, businessDate, n), amountOf(source, n)));
  const open = line(businessDate, idOf(source, businessDate, FURTHER_SALE), amountOf(source, FURTHER_SALE));
  await layFile(source, businessDate, 2, [...lines, { ...open, status: 'F' }]);
}

/** What was told of it is agreed to by two people, and the worker goes on by itself. */
async function agreeToCorrection(source: Source, businessDate: BusinessDate, today: BusinessDate) {
  const told = await books.store.database.rows(
    "SELECT source, business_date FROM recon_alert WHERE kind = 'reopen' AND ended_at IS NULL",
  );
  expect(told).toEqual([{ source, business_date: businessDate }]);
  const reopen = ['recon', 'reopen', source, businessDate, '--reason', 'they forgot a line'];
  const proposed = await day.command(...reopen, '--as', 'ani@simpul.test', '--json');
  const { approvalId, version } = JSON.parse(proposed.output) as { approvalId: string; version: string };
  const approve = ['approval', 'approve', approvalId, '--version', version];
  expect(await day.command(...approve, '--as', 'budi@simpul.test')).toMatchObject({ code: 0 });
  await workUntil(today, 'SELECT 1 FROM recon_run WHERE supersedes IS NOT NULL AND breaks_at IS NOT NULL', 1);
  const gone = ['only_ours', 'amount', 'duplicate', 'only_theirs'];
  const stays = planted.filter(
    (one) => one.source !== source || one.businessDate !== businessDate || !gone.includes(one.kind),
  );
  planted.splice(0, planted.length, ...stays);
}

test('three days of ten sources run unattended from cut-off to payout draft; after three days of silence the oldest comes first', async () => {
  const dates = Array.from({ length: 6 }, (_, n) => addDays(first, n));
  const [one = first, , , four = first] = dates;
  for (const [n, date] of dates.slice(0, 3).entries()) {
    await sellAndReport(date);
    if (n === 1) await killInEveryState(addDays(date, 1));
    if (n === 2) await layCorrection('TJ01', one);
    await workUntil(addDays(date, 1), SETTLED, (n + 1) * SOURCES.length);
  }
  await expectEveryDaySound(dates.slice(0, 3));
  const runs = await books.store.database.rows('SELECT 1 FROM recon_run');
  expect(runs).toHaveLength(3 * SOURCES.length);

  await agreeToCorrection('TJ01', one, four);
  expect(await runsOf('TJ01', one)).toEqual([
    { run_no: 1, supersedes: null, state: 'superseded' },
    { run_no: 2, supersedes: 1, state: 'closed' },
  ]);

  for (const date of dates.slice(3)) await sellAndReport(date);
  await workUntil(addDays(dates.at(-1) ?? first, 1), SETTLED, dates.length * SOURCES.length);

  await expectEveryDaySound(dates);
  // Listed a day late; and held back until the corrected file listed it.
  expect(await enteredLater(idOf('LPB01', one, FURTHER_SALE))).toEqual([
    { business_date: addDays(one, 1), amount: String(amountOf('LPB01', FURTHER_SALE) + 500n) },
  ]);
  for (const n of [0, 1])
    expect(await enteredLater(idOf('TJ01', one, n))).toEqual([
      { business_date: four, amount: String(amountOf('TJ01', n) + 500n) },
    ]);
  const order = await books.store.database.rows<{ source: string; business_date: string }>(
    'SELECT source, business_date FROM recon_run WHERE business_date IN (?) ORDER BY source, closed_at, run_id',
    [dates.slice(3)],
  );
  expect(order).toEqual(
    SOURCES.toSorted().flatMap((source) =>
      dates.slice(3).map((business_date) => ({ source, business_date })),
    ),
  );
}, 480_000);
