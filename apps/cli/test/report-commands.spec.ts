import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Payment } from '#lib/switching';
import { aDatabase, type TestDatabase } from '../../../test/support/database';
import { QUICK_START } from '../../../test/support/quick-start';
import { addChannels } from '../../../test/support/channels';
import { aShop, type Shop } from '../../../test/support/sales';

const CLI = join(__dirname, '..', '..', '..', 'dist', 'apps', 'cli', 'src', 'main.js');
const DAY = '2026-07-14';
const home = mkdtempSync(join(tmpdir(), 'simpul-cli-reports-'));
let store: TestDatabase;
let shop: Shop;
let paid: Payment;

beforeAll(async () => {
  store = await aDatabase();
  shop = await aShop(store, ['bank-nusa', 'warung']);
  paid = await shop.sell({ at: `${DAY} 09:00:00`, amount: 250_000n, end: 'PAID' });
});
afterAll(async () => {
  await shop.close();
  await store.drop();
  rmSync(home, { recursive: true });
});

function simpul(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [...QUICK_START, CLI, ...args], {
    env: { ...process.env, DATABASE_URL: store.url, SIMPUL_HOME: home, SIMPUL_ENVIRONMENT: 'test' },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}

interface Made {
  ok: boolean;
  rows: number;
  files: { path: string; sha256: string; madeBy: string }[];
  ties: { ours: string; theirs: string; difference: string }[];
}

test('a report is written, tied and kept; the list of exports names it with its SHA-256', async () => {
  const { code, out } = await simpul('report', 'per-biller', DAY, '--as', 'siti@simpul.example', '--json');
  const made = JSON.parse(out) as Made;
  const [file] = made.files;
  const path = join(home, file?.path ?? '');

  expect([code, made.ok, made.rows]).toEqual([0, true, 1]);
  expect(made.ties[0]).toMatchObject({ ours: '250500', theirs: '250500', difference: '0' });
  expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(file?.sha256);
  const listed = JSON.parse((await simpul('report', 'exports', '--json')).out) as { exports: object[] };
  expect(listed.exports).toMatchObject([
    { report: 'per-biller', sha256: file?.sha256, madeBy: 'siti@simpul.example' },
  ]);
});

test('a bare CSV is the table and nothing else', async () => {
  const { out } = await simpul('report', 'journal', DAY, '--bare', '--lang', 'en', '--json');
  const text = readFileSync(join(home, (JSON.parse(out) as Made).files[0]?.path ?? ''), 'utf8');

  expect(text.split('\r\n')[0]).toBe(
    'Business date,Document,Kind,Line,Account,Debit (IDR),Credit (IDR),Reference,Reason,Booked at (WIB)',
  );
  expect(text.trimEnd().split('\r\n')).toHaveLength(1 + 5);
});

test('a report that does not tie exits with 1 and says by how much; what cannot be asked for exits with 2', async () => {
  await store.admin.run('UPDATE payment SET amount = amount + 3');
  const untied = await simpul('report', 'per-channel', DAY);
  await store.admin.run('UPDATE payment SET amount = amount - 3');
  const unknown = await simpul('report', 'per-month', DAY);

  expect(untied.code).toBe(1);
  expect(untied.err).toContain('report 250.503, books 250.500, difference 3');
  expect(unknown.code).toBe(2);
  expect(unknown.err).toContain('there is no report "per-month"; there are: daily-recap');
});

test('a report that is ordered waits for the worker', async () => {
  const ordered = await simpul('report', 'journal', DAY, '--queue', '--json');
  const { orderId } = JSON.parse(ordered.out) as { orderId: string };
  const { orders } = JSON.parse((await simpul('report', 'orders', '--json')).out) as { orders: object[] };

  expect(ordered.code).toBe(0);
  expect(orders).toMatchObject([{ orderId, state: 'waiting' }]);
});

test('a payment is traced by its id as a person types it; one that is not there exits with 1', async () => {
  const typed = `${paid.paymentId.slice(0, 4)}-${paid.paymentId.slice(4, 8)}-${paid.paymentId.slice(8)}`;
  const traced = await simpul('trace', typed.toLowerCase(), '--lang', 'en');
  const none = await simpul('trace', 'P0TBR00615QG', '--json');

  expect(traced.code).toBe(0);
  expect(traced.out).toContain('JOURNALS');
  expect(traced.out).toContain('biller:pln:clearing');
  expect(traced.out).toContain(`not yet: the day of LPB01 ${DAY} is not closed`);
  expect(none.code).toBe(1);
  expect(JSON.parse(none.out)).toMatchObject({ ok: false, reason: 'there is no payment' });
  expect((await simpul('trace', 'P0TBR00615QX')).code).toBe(2);
});

test('a statement of nobody is refused with who there is; one without lines still states both balances', async () => {
  await addChannels(store.admin, ['bank-nusa', 'warung']);
  await store.admin.run("INSERT INTO biller (biller_id, name) VALUES ('pln', 'PLN')");
  const nobody = await simpul('statement', 'biller:LPB01', DAY, DAY);
  const asJson = await simpul('statement', 'channel:bank-nus', DAY, DAY, '--json');
  const biller = await simpul('statement', 'biller:pln', DAY, DAY);
  const channel = await simpul('statement', 'channel:warung', DAY, DAY);

  expect([nobody.code, nobody.out]).toEqual([1, '']);
  expect(nobody.err).toContain('simpul: there is no biller LPB01; there are: pln');
  expect(asJson.code).toBe(1);
  expect(JSON.parse(asJson.out)).toMatchObject({
    ok: false,
    reason: 'there is no channel bank-nus; there are: bank-nusa, warung',
  });
  expect(biller.code).toBe(0);
  expect(biller.out).toMatch(/opening +Rp 0\n *closing +Rp 0\n/);
  expect(biller.out).toContain(`biller pln has no lines from ${DAY} to ${DAY}`);
  expect(channel.out).toMatch(/opening +Rp 10.000.000\n *closing +Rp 10.000.000\n/);
  expect(channel.out).toContain(`channel warung has no lines from ${DAY} to ${DAY}`);
});

test('what files are sent, and by which contracts', async () => {
  const contracts = await simpul('outbound', 'contracts');
  const list = await simpul('outbound', 'list', '--json');

  expect(contracts.out).toContain('SIMPUL_BANKNUSA_20260714_001.txt');
  expect(JSON.parse(list.out)).toEqual({ ok: true, files: [] });
  expect(statSync(join(home, 'exports')).mode & 0o077).toBe(0);
});
