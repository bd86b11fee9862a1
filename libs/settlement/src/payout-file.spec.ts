import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aBankWorld, ANI, line, WATER, type BankWorld } from '../../../test/support/bank-world';
import { checkSettlementInvariants } from './invariants';
import { approvePayout, proposePayout } from './payout-approval';
import { listPayoutFiles, makePayoutFile, writePayoutFileAgain, type PayoutFileTools } from './payout-file';
import { readPayoutFileContract, type PayoutFileContract } from './payout-file-contract';
import { findPayout, payoutHistory } from './payouts';

const ROOT = join(__dirname, '..', '..', '..');
const GOLDEN = join(ROOT, 'fixtures', 'payouts');
const NAME = 'SIMPUL_PAY_20260717_001.csv';
const POWER = 'STL-LPB01-0714';
const CONTRACT: PayoutFileContract = {
  ...readPayoutFileContract(join(ROOT, 'config', 'payout-file.yaml')),
  accountOf: ({ id }) => ({ PDM07: '0012345678', LPB01: 'LPB/1-99' })[id],
};

let world: BankWorld;
let home: string;
beforeAll(async () => {
  world = await aBankWorld();
});
beforeEach(async () => {
  await world.reset();
  home = mkdtempSync(join(tmpdir(), 'simpul-payouts-'));
});
afterEach(() => rmSync(home, { recursive: true }));
afterAll(() => world.store.drop());

const tools = (more: Partial<PayoutFileTools> = {}): PayoutFileTools => ({
  ...world.tools,
  contract: CONTRACT,
  home,
  ...more,
});
const make = (more: Partial<PayoutFileTools> = {}) =>
  makePayoutFile(tools(more), { by: ANI, at: world.clock.now() });
const lying = () => readdirSync(join(home, 'payouts')).toSorted();
const content = (name: string, folder = join(home, 'payouts')) => readFileSync(join(folder, name), 'utf8');

/** Payouts to water and electricity, approved by two people. */
async function approved(): Promise<void> {
  await world.settleWater();
  await world.sell({ paymentId: 'T0TBR00000A1', amount: 426_000n });
  await world.closeRun('LPB01', '2026-07-14', { count: 1, amount: 426_000n });
  await world.settled('LPB01');
  for (const reference of [WATER, POWER]) await world.approve(reference);
}

test('what two people have approved goes to the bank in one file, whole, with its companion, and is sent', async () => {
  await approved();
  expect(await make()).toMatchObject({ file: { name: NAME, payouts: 2, amount: 837_000n }, leftOut: [] });
  expect(lying()).toEqual([NAME, `${NAME}.sha256`]);
  for (const name of lying()) expect(content(name)).toBe(content(name, GOLDEN));
  const { database } = world.store;
  expect((await payoutHistory(database, WATER)).at(-1)).toMatchObject({
    to: 'sent',
    by: ANI,
    note: `in ${NAME}`,
  });
  const trail = await database.rows(
    "SELECT object_id FROM audit WHERE action = 'sent' AND object_kind = 'payout'",
  );
  expect(trail).toHaveLength(2);
  expect(await world.send(WATER)).toMatchObject({ ok: false });
  expect(await make()).toEqual({ leftOut: [] });
  await world.shows(line(WATER, -410_500n));
  expect((await findPayout(database, WATER))?.state).toBe('executed');
  await world.expectSound();
});

test('two who make a file at one moment: no instruction is in two of them', async () => {
  await approved();
  await Promise.all([1, 2, 3].map(() => make()));
  const lines = await world.store.database.rows<{ reference: string }>(
    'SELECT reference FROM payout_file_line',
  );
  expect(lines.map(({ reference }) => reference).toSorted()).toEqual([POWER, WATER]);
  const inFiles = lying()
    .filter((name) => name.endsWith('.csv'))
    .flatMap((name) => content(name).match(/STL-[A-Z0-9-]+/g) ?? []);
  expect(inFiles.toSorted()).toEqual([POWER, WATER]);
  await world.expectSound();
});

test('a file that was lost after its payouts were sent is written again, with the same name and content', async () => {
  await approved();
  await make();
  const before = content(NAME);
  rmSync(join(home, 'payouts'), { recursive: true });
  const moved = { ...CONTRACT, accountOf: () => 'ANOTHER' };
  expect(await writePayoutFileAgain(tools({ contract: moved }), NAME)).toMatchObject({ ok: true });
  expect(content(NAME)).toBe(before);
  expect(content(`${NAME}.sha256`)).toBe(content(`${NAME}.sha256`, GOLDEN));
  const other = { ...CONTRACT, format: { ...CONTRACT.format, lineEnd: 'lf' as const } };
  expect(await writePayoutFileAgain(tools({ contract: other }), NAME)).toEqual({
    ok: false,
    error: { kind: 'differs' },
  });
  expect(content(NAME)).toBe(before);
  expect(await writePayoutFileAgain(tools(), 'SIMPUL_PAY_20260717_002.csv')).toMatchObject({ ok: false });
});

test('where a file cannot be written, or its commit fails, nothing is sent and nothing lies there', async () => {
  await approved();
  writeFileSync(join(home, 'full'), '');
  await expect(make({ home: join(home, 'full') })).rejects.toThrow('ENOTDIR');
  const database = Object.create(world.store.database) as typeof world.store.database;
  database.transaction = () => Promise.reject(new Error('killed'));
  await expect(make({ database })).rejects.toThrow('killed');
  expect(existsSync(join(home, 'payouts')) ? lying() : []).toEqual([]);
  expect((await findPayout(world.store.database, WATER))?.state).toBe('approved');
  expect(await make()).toMatchObject({ file: { name: NAME, payouts: 2 } });
});

test('a payout stays out of the file where the bank shows it, nobody knows its account, or it is not due', async () => {
  await approved();
  await world.shows(line(null, -410_500n));
  expect(await make()).toMatchObject({
    file: { payouts: 1 },
    leftOut: [{ reference: WATER, why: { kind: 'shown', line: world.where() } }],
  });
  const nobody = { ...CONTRACT, accountOf: () => undefined };
  expect(await make({ contract: nobody })).toEqual({
    leftOut: [{ reference: WATER, why: { kind: 'no account', party: 'biller:PDM07' } }],
  });
  expect(await listPayoutFiles(world.store.database)).toHaveLength(1);
});

test('a payout that is to be paid later is not in today’s file', async () => {
  world.tools.contracts.dueDaysOf = () => 5;
  await world.settleWater();
  const order = { reference: WATER, by: ANI, reason: 'settled', at: world.clock.now() };
  const proposed = await proposePayout(world.tools, order);
  const version = proposed.ok ? proposed.value.version : '';
  await approvePayout(world.tools, { ...order, version, by: 'budi@simpul.example' });
  expect(await make()).toMatchObject({ leftOut: [{ reference: WATER, why: { kind: 'not due' } }] });
});

test('verify finds a file that does not hold what it was made of', async () => {
  await approved();
  await make();
  await world.store.admin.run('DELETE FROM payout_file_line LIMIT 1');
  const broken = (await checkSettlementInvariants(world.store.database)).filter(({ ok }) => !ok);
  expect(broken.map(({ id }) => id)).toEqual(['I20']);
});
