import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatOn, readFormats, writeSettlementFile, type RowToWrite } from '#lib/files';
import { addDays, rupiah, type BusinessDate } from '#lib/kernel';
import { checkBreakInvariants, checkReconciliationInvariants } from '#lib/reconciliation';
import { listExports, queueReport } from '#lib/reports';
import { announceDeposit, approvePayout, proposePayout } from '#lib/settlement';
import {
  aDayInstallation,
  killAt,
  layOrder,
  struckAt,
  type DayInstallation,
} from '../../../test/support/day-installation';
import { anInstallation, until, type Installation } from '../../../test/support/processes';
import { aSettlementWorld, type SettlementWorld } from '../../../test/support/settlement-world';
import { anSftpServer, type SftpServer } from '../../../test/support/sftp';

/** Borders between the steps, in the order in which a worker meets them; some of them for each thing in hand. */
const SETTLING = [
  'K12 settlement due',
  'K12 settlement drafted',
  'K12 settlement charged',
  'K12 settlement closed',
  'K12 payouts drafted',
  'K12 channels drafted',
];
const SENDING = ['K11 file written', 'K11 after step', 'K11 part sent', 'K11 file renamed'];
const SENDING_COMPANION = ['K11 part sent', 'K11 file renamed', 'K11 after step'];
const REPORTING = ['K12 report written', 'K12 report recorded'];
const BANKING = ['K12 statement fetched', 'K12 statement recorded', 'K12 line due'];
const PAID_OUT = 351_000n;
const [ANI, BUDI] = ['ani@simpul.test', 'budi@simpul.test'];

let world: Installation;
let books: SettlementWorld;
let server: SftpServer;
let day: DayInstallation;
/** In Jakarta. */
let today: BusinessDate;
/** Over, whatever the hour is. */
let date: BusinessDate;
beforeAll(async () => {
  server = await anSftpServer();
  world = await anInstallation();
  books = await aSettlementWorld({ billers: ['LPB01'], channels: ['ca017', 'ca021'] });
  day = aDayInstallation(world, ['LPB01']);
  today = new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 10);
  date = addDays(today, -2);
  day.settings['DATABASE_URL'] = books.store.url;
  agreeOnTerms();
  // Money falls due on days that the bank works; the test runs on any.
  await books.store.admin.run('INSERT INTO source_calendar VALUES ?', [
    [-1, 0, 1].map((n) => ['BANK', addDays(today, n), 1, 'open', ANI, BUDI, new Date()]),
  ]);
  await sellAndReport();
}, 60_000);
afterAll(async () => {
  await world.close();
  await books.store.drop();
  await server.stop();
});

/** From now on the worker has a folder of the server for this. */
function setUp(prefix: string, name: string): string {
  const folder = join(server.folder, name);
  mkdirSync(folder, { recursive: true });
  Object.assign(day.settings, {
    [`${prefix}_HOST`]: server.host,
    [`${prefix}_PORT`]: String(server.port),
    [`${prefix}_USER`]: server.user,
    [`${prefix}_PRIVATE_KEY_FILE`]: server.privateKeyFile,
    [`${prefix}_HOST_KEY_SHA256`]: server.hostKeySha256,
    [`${prefix}_FOLDER`]: folder,
  });
  return folder;
}

/** One channel pays after the day, the other out of its deposit; what is settled is looked at every second. */
function agreeOnTerms(): void {
  const path = join(day.settings['SIMPUL_CONFIG'] ?? '', 'settlement.yaml');
  const contracts = readFileSync(path, 'utf8')
    .replace(/^first_day: .*$/m, `first_day: '${date}'`)
    .replace(/^poll_seconds: \d+/m, 'poll_seconds: 1')
    .replace(/^channels_paid_at: \S+/m, "channels_paid_at: '00:00'")
    .replace(/^channels: \{\}/m, 'channels: { ca017: { mode: postpaid, code: CA017 } }');
  writeFileSync(path, contracts);
}

/** Two sales that the biller's file lists, and one that it does not. */
async function sellAndReport(): Promise<void> {
  const at = new Date(`${date}T10:00:00+07:00`);
  books.clock.advance(at.getTime() - books.clock.now().getTime());
  const lines: RowToWrite[] = [];
  for (const [n, amount] of [250_000n, 100_000n, 50_000n].entries()) {
    const paymentId = `T0TBR00000A${n}`;
    await books.sell({ paymentId, businessDate: date, amount, channelId: n === 1 ? 'ca021' : 'ca017' });
    lines.push({
      ourRef: paymentId,
      theirRef: `B${paymentId}`,
      customerNo: '5311',
      amount,
      fee: 0n,
      status: 'S',
      paidAt: `${date} 10:00:00`,
    });
  }
  const format = formatOn(readFormats(join(day.settings['SIMPUL_CONFIG'] ?? '', 'formats')), 'LPB01', date);
  if (!format) throw new Error('LPB01 has no format');
  const header = { businessDate: date, seq: 1, createdAt: `${date} 23:55:00` };
  const path = join(day.folderOf('LPB01'), format.name.write(header));
  await writeSettlementFile(format, header, lines.slice(0, 2), path);
}

/** One worker after the other runs until it meets its border, and is killed there. */
async function killAtEach(points: readonly string[]): Promise<void> {
  for (const point of points) {
    await killAt(day.failPoints, point, () => world.startWorker('', day.settings));
    // What a killed process leaves: a claim that nobody renews any more.
    for (const table of ['outbound_file', 'report_order', 'recon_job'])
      await books.store.admin.run(
        `UPDATE ${table} SET lease_until = '2000-01-01' WHERE lease_until IS NOT NULL`,
      );
  }
}

/** Lets a worker run in peace until a query has that many rows. */
async function workUntil(query: string, count = 1): Promise<void> {
  const worker = await world.startWorker('', day.settings);
  await until(
    () => books.store.database.rows(query),
    (rows) => rows.length >= count,
  );
  expect(await worker.end('SIGTERM')).toEqual({ code: 0, signal: null });
}

async function expectSound(): Promise<void> {
  await books.expectSound();
  const { database } = books.store;
  const verdicts = [...(await checkReconciliationInvariants(database)), await checkBreakInvariants(database)];
  expect(verdicts.filter(({ ok }) => !ok)).toEqual([]);
}

const journals = (kinds: string[]) =>
  books.store.database.rows(
    'SELECT kind, COUNT(*) AS n FROM journal WHERE kind IN (?) AND business_date >= ? GROUP BY kind ORDER BY kind',
    [kinds, date],
  );

test('a worker killed before and after every step of a settlement and its payouts is followed by one that goes on: no second journal, no second payout', async () => {
  await killAtEach(SETTLING);
  await workUntil("SELECT 1 FROM settlement WHERE state = 'closed'");

  expect(await journals(['settlement', 'payout'])).toEqual([{ kind: 'settlement', n: '2' }]);
  expect(await books.balance('biller:LPB01:payable')).toBe(-PAID_OUT);
  expect(await books.balance('channel:ca017:receivable')).toBe(251_200n);
  const payouts = await books.store.database.rows(
    'SELECT party_id, amount, state FROM payout ORDER BY party_id',
  );
  expect(payouts).toEqual([
    { party_id: 'LPB01', amount: PAID_OUT.toString(), state: 'drafted' },
    { party_id: 'ca021', amount: '1300', state: 'drafted' },
  ]);
  await expectSound();
}, 240_000);

test('a worker killed while it makes a file for others, leaves it, renames it, leaves its companion and writes it down is followed by one that sends the same file, once', async () => {
  const there = setUp('OUT_LPB01', 'out');
  await killAtEach([...SENDING, ...SENDING_COMPANION]);
  await workUntil("SELECT 1 FROM outbound_file WHERE state = 'sent'");

  const files = await books.store.database.rows<{ file_name: string; sha256: string; seq: number }>(
    'SELECT file_name, sha256, seq FROM outbound_file',
  );
  const [file] = files;
  if (!file) throw new Error('no file was sent');
  expect(files).toMatchObject([{ seq: 1 }]);
  expect(readdirSync(there).toSorted()).toEqual([file.file_name, `${file.file_name}.sha256`]);
  const bytes = readFileSync(join(there, file.file_name));
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(file.sha256);
  expect(readFileSync(join(there, `${file.file_name}.sha256`), 'utf8')).toBe(
    `${file.sha256}  ${file.file_name}\n`,
  );
}, 240_000);

test('a worker killed while it writes the statements of a settlement is followed by one that writes them under the same names, once, as they are written down', async () => {
  const { database } = books.store;
  const order = { report: 'settlement', date, by: ANI };
  expect(await queueReport(database, order, new Date())).toMatchObject({ ok: true });
  await killAtEach(REPORTING);
  await workUntil("SELECT 1 FROM report_order WHERE state = 'made'");

  const exports = await listExports(database, 10);
  expect(exports).toMatchObject([{ report: 'settlement', part: 1, parts: 1 }]);
  const home = world.environment['SIMPUL_HOME'] ?? '';
  const bytes = readFileSync(join(home, exports[0]?.path ?? ''));
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(exports[0]?.sha256);
  expect(readdirSync(join(home, exports[0]?.path ?? '', '..'))).toHaveLength(1);
}, 240_000);

test('a command killed as a payout leaves has written it down, and it does not leave again', async () => {
  const { database } = books.store;
  const [payout] = await database.rows<{ reference: string }>(
    "SELECT reference FROM payout WHERE party_id = 'LPB01'",
  );
  const reference = payout?.reference ?? '';
  const at = new Date();
  const proposed = await proposePayout(books.tools, { reference, by: ANI, reason: 'settled', at });
  const version = proposed.ok ? proposed.value.version : '';
  expect(await approvePayout(books.tools, { reference, version, by: BUDI, at })).toMatchObject({ ok: true });
  const send = () => day.command('payout', 'sent', reference, '--as', ANI);
  layOrder(day.failPoints, 'K12 payout moved');
  expect(await send()).toMatchObject({ signal: 'SIGKILL' });

  expect((await send()).output).toContain('it is sent, so it cannot be sent');
  const moves = await database.rows("SELECT 1 FROM payout_event WHERE reference = ? AND to_state = 'sent'", [
    reference,
  ]);
  expect(moves).toHaveLength(1);
}, 120_000);

/** The bank shows the payout, a charge, money that was announced and money that nobody can name. */
async function layStatement(): Promise<void> {
  const { database } = books.store;
  const topUp = { kind: 'top_up', channelId: 'ca021', amount: rupiah(1_000_000n), valueDate: today } as const;
  await announceDeposit(database, { reference: 'DEP-CA021-X', ...topUp }, { by: ANI, at: new Date() });
  const [payout] = await database.rows<{ reference: string }>(
    "SELECT reference FROM payout WHERE party_id = 'LPB01'",
  );
  const ymd = today.slice(2).replaceAll('-', '');
  const on = `${ymd}${ymd.slice(2)}`;
  const text = `:20:STMT${ymd}
:25:BANKX/1234567890
:28C:00196/001
:60F:C${ymd}IDR152500000,00
:61:${on}D${PAID_OUT},00NTRF${payout?.reference}//FT1
:86:SETTLEMENT LPB01
:61:${on}D6500,00NCHGNONREF//FT2
:86:BIAYA TRANSFER
:61:${on}C1000000,00NTRFDEP-CA021-X//FT3
:86:SETORAN DEPOSIT CA021
:61:${on}C25000,00NTRFNONREF//FT4
:86:TRSF DARI SIAPA
:62F:C${ymd}IDR153167500,00
-
`;
  const folder = setUp('SFTP_BANKX', 'bank');
  writeFileSync(join(folder, `BANKX_${today.replaceAll('-', '')}.sta`), text);
}

test('a worker killed while it takes the bank’s statement and books its lines is followed by one that goes on: each line is booked once, and the payout is executed once', async () => {
  const deposit = await books.balance('channel:ca021:deposit');
  await layStatement();
  await killAtEach([...BANKING, 'K12 line booked', 'K12 line booked', 'K12 line booked']);
  await workUntil('SELECT 1 FROM bank_line WHERE outcome IS NOT NULL', 4);

  const { database } = books.store;
  const lines = await database.rows('SELECT line_no, outcome FROM bank_line ORDER BY line_no');
  expect(lines).toEqual(
    ['matched', 'bank_charge', 'matched', 'unnamed'].map((outcome, n) => ({ line_no: n + 1, outcome })),
  );
  expect(await journals(['payout', 'bank_charge', 'bank_unnamed', 'top_up'])).toEqual(
    ['bank_charge', 'bank_unnamed', 'payout', 'top_up'].map((kind) => ({ kind, n: '1' })),
  );
  expect(await books.balance('biller:LPB01:payable')).toBe(0n);
  expect(await books.balance('channel:ca021:deposit')).toBe(deposit - 1_000_000n);
  expect(await database.rows("SELECT 1 FROM payout_event WHERE to_state = 'executed'")).toHaveLength(1);
  expect(await database.rows('SELECT 1 FROM bank_statement')).toHaveLength(1);
  await expectSound();
  expect(struckAt(day.failPoints).map(({ point }) => point)).toEqual([
    ...SETTLING,
    ...SENDING,
    ...SENDING_COMPANION,
    ...REPORTING,
    'K12 payout moved',
    ...BANKING,
    ...Array.from({ length: 3 }, () => 'K12 line booked'),
  ]);
}, 240_000);
