import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import * as openpgp from 'openpgp';
import { formatOn, openFolderDrop, readFormat, readFormats } from '#lib/files';
import { eachTestHasASettlementWorld, type SettlementWorld } from '../../../test/support/settlement-world';
import { proposeStatementFile, takeDroppedStatements, takeStatementFile } from './bank-file';
import { listBankLines } from './bank-lines';
import { approveValueDates } from './bank-value-dates';
import { workBankLines } from './bank-work';

const ROOT = join(__dirname, '..', '..', '..');
const NAME = 'BANKX_20260715.sta';
const FILE = join(ROOT, 'fixtures', 'formats', 'bankx', NAME);
const FILE_TEXT = readFileSync(FILE, 'latin1');
const NEXT_DAY = FILE_TEXT.replace('STMT260715', 'STMT260716')
  .replace('00196/001', '00197/001')
  .replace(':60F:C260714IDR152500000,00', ':60F:C260715IDR272083000,00')
  .replace(/:61:[^:]*:86:[^:]*/g, '')
  .replace(':62F:C260715IDR272083000,00', ':62F:C260716IDR272083000,00');

let world: SettlementWorld;
let folder: string;
eachTestHasASettlementWorld((fresh) => {
  world = fresh;
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simpul-bank-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function format() {
  const found = formatOn(readFormats(join(ROOT, 'config', 'bank')), 'BANKX', '2026-07-17');
  if (!found) throw new Error('BANKX has no format');
  return found;
}

function take(path: string) {
  return takeStatementFile(world.tools, { path, name: basename(path), format: format() });
}

test('a statement file of the bank is taken with its words, its lines are booked, and again has no effect', async () => {
  expect(await take(FILE)).toMatchObject({
    ok: true,
    value: {
      isRepeat: false,
      statement: { account: 'BANKX/1234567890', number: 196, closing: 272_083_000n },
    },
  });
  await workBankLines({ ...world.tools, endsOf: world.endsOf, tell: async () => {} }, world.clock.now());
  expect(await take(FILE)).toMatchObject({ ok: true, value: { isRepeat: true } });
  const lines = await listBankLines(world.store.database);
  expect(lines.map((one) => [one.reference ?? one.hint, one.amount, one.outcome, one.narrative])).toEqual([
    ['DEP-CA017-0715', 100_000_000n, 'unnamed', 'SETORAN DEPOSIT CA017 MITRA SENTOSA'],
    ['STL-PDM07-0714', -410_500n, 'unnamed', 'SETTLEMENT PDM07 14072026'],
    [null, -6_500n, 'bank_charge', 'BIAYA TRANSFER'],
    ['DEP-CA021-0715', 25_000_000n, 'unnamed', 'TRSF DARI CA021 DEP 0715 TOPUP'],
    ['DEP-CA009-0714', -5_000_000n, 'reopened', 'KOREKSI SETORAN CA009'],
  ]);
  await world.expectSound();
});

test.each([
  [
    'another account',
    FILE_TEXT.replace(':25:BANKX/1234567890', ':25:BANKX/8888888888'),
    /BANKX\/8888888888.*ours is BANKX\/1234567890/,
  ],
  ['no account', FILE_TEXT.replace(':25:BANKX/1234567890\n', ''), /account/],
])('a statement of %s is refused whole, whatever it would book', async (_, text, why) => {
  const path = join(folder, NAME);
  writeFileSync(path, text);
  expect(await take(path)).toMatchObject({ ok: false, error: expect.stringMatching(why) });
  expect(await listBankLines(world.store.database)).toEqual([]);
  expect(await take(FILE)).toMatchObject({ ok: true });
});

test('a statement of a day ahead of the clock is refused with that day and today', async () => {
  await take(FILE);
  const path = join(folder, 'BANKX_20260721.sta');
  writeFileSync(path, NEXT_DAY.replaceAll('260716', '260721'));
  expect(await take(path)).toMatchObject({
    ok: false,
    error: expect.stringMatching(/it is of 2026-07-21, and today is 2026-07-17/),
  });
});

test.each([
  [
    'before the statement before it',
    '260714',
    /line 1 has the value date 2026-07-14.*2026-07-15 to 2026-07-23/,
  ],
  ['far ahead', '260724', /line 1 has the value date 2026-07-24/],
])('a line that counts %s is refused with its place, until two people have looked', async (_, day, why) => {
  await take(FILE);
  const path = join(folder, 'BANKX_20260716.sta');
  const line = `:61:${day}0716C1000,00NTRFNONREF//FT1\n:86:TRSF\n`;
  writeFileSync(path, NEXT_DAY.replace(':62F:C260716IDR272083000,00', `${line}:62F:C260716IDR272084000,00`));
  expect(await take(path)).toMatchObject({ ok: false, error: expect.stringMatching(why) });
  const file = { path, name: basename(path), format: format() };
  const [ANI, BUDI] = ['ani@simpul.example', 'budi@simpul.example'];
  const proposed = await proposeStatementFile(world.tools, file, { by: ANI, reason: 'the bank says so' });
  if (!proposed.ok) throw new Error(proposed.error);
  const { database } = world.store;
  const at = world.clock.now();
  expect(await approveValueDates(database, { ...proposed.value, by: ANI, at })).toMatchObject({
    error: { kind: 'maker is checker' },
  });
  expect(await take(path)).toMatchObject({ ok: false, error: expect.stringMatching(why) });

  expect(await approveValueDates(database, { ...proposed.value, by: BUDI, at })).toMatchObject({ ok: true });

  // Of the same statement with another line nothing was agreed.
  writeFileSync(path, readFileSync(path, 'latin1').replace('TRSF', 'SETORAN'));
  expect(await take(path)).toMatchObject({ ok: false, error: expect.stringMatching(why) });
  writeFileSync(path, readFileSync(path, 'latin1').replace('SETORAN', 'TRSF'));
  expect(await take(path)).toMatchObject({ ok: true, value: { isRepeat: false } });
});

test('value dates are not proposed where they are right, or where something else is wrong', async () => {
  const propose = (path: string) => {
    const file = { path, name: basename(path), format: format() };
    return proposeStatementFile(world.tools, file, { by: 'ani@simpul.example', reason: 'as the bank says' });
  };
  expect(await propose(FILE)).toMatchObject({ ok: false, error: expect.stringMatching(/are right/) });
  await take(FILE);
  const path = join(folder, 'BANKX_20260716.sta');
  writeFileSync(path, NEXT_DAY.replace('00197/001', '00199/001'));
  expect(await propose(path)).toMatchObject({
    ok: false,
    error: expect.stringMatching(/after 196 comes 197/),
  });
});

/** A folder that the worker looks at; a look says of every file it looked at whether it was taken. */
function aDrop(formatOf = format) {
  const [dropped, home] = [join(folder, 'drop'), join(folder, 'home')] as const;
  for (const one of [dropped, home]) mkdirSync(one);
  const drop = openFolderDrop([dropped]);
  const seen = { taken: new Set<string>(), refused: new Set<string>() };
  const lookByName = async (known = seen) => {
    const limits = { format: formatOf(), home, stableMs: 1, sizeMaxBytes: 1_000_000 };
    const files = await takeDroppedStatements(world.tools, drop, limits, known);
    return files.map(({ name, result }) => [name, result.ok] as const);
  };
  return { dropped, home, lookByName, look: async () => (await lookByName()).map(([, isTaken]) => isTaken) };
}

test('a file on the drop that was refused for its value dates is taken at the next look after two people agreed', async () => {
  await take(FILE);
  const { dropped, look } = aDrop();
  const path = join(dropped, 'BANKX_20260716.sta');
  const line = ':61:2607140716C1000,00NTRFNONREF//FT1\n:86:TRSF\n';
  writeFileSync(path, NEXT_DAY.replace(':62F:C260716IDR272083000,00', `${line}:62F:C260716IDR272084000,00`));
  expect(await look()).toEqual([false]);
  expect(await look()).toEqual([]);
  const file = { path, name: basename(path), format: format() };
  const proposed = await proposeStatementFile(world.tools, file, {
    by: 'ani@simpul.example',
    reason: 'the bank says so',
  });
  if (!proposed.ok) throw new Error(proposed.error);
  const at = world.clock.now();
  await approveValueDates(world.store.database, { ...proposed.value, by: 'budi@simpul.example', at });
  expect(await look()).toEqual([true]);
});

test('a statement that does not sum up is refused whole, with what it states', async () => {
  const path = join(folder, NAME);
  writeFileSync(path, readFileSync(FILE, 'latin1').replace('IDR272083000,00', 'IDR272083001,00'));
  const taken = await take(path);
  expect(taken).toMatchObject({ ok: false });
  expect(taken.ok ? '' : taken.error).toMatch(/272083001/);
});

test('a file that does not go on from the statement before is refused with its line', async () => {
  await take(FILE);
  const path = join(folder, 'BANKX_20260716.sta');
  writeFileSync(path, NEXT_DAY.replace('00197/001', '00199/001'));
  expect(await take(path)).toMatchObject({ ok: false, error: expect.stringMatching(/after 196 comes 197/) });
  writeFileSync(path, NEXT_DAY.replaceAll('IDR272083000', 'IDR272083007'));
  expect(await take(path)).toMatchObject({
    ok: false,
    error: expect.stringMatching(/closed with 272083000/),
  });
  writeFileSync(path, NEXT_DAY);
  expect(await take(path)).toMatchObject({ ok: true, value: { isRepeat: false } });
});

test('a file that was refused for a gap is looked at again once the gap is closed by hand', async () => {
  await take(FILE);
  const { dropped, look } = aDrop();
  const ahead = NEXT_DAY.replaceAll('260716', '260717').replace('00197/001', '00198/001');
  writeFileSync(join(dropped, 'BANKX_20260717.sta'), ahead);
  expect(await look()).toEqual([false]);
  expect(await look()).toEqual([]);
  const path = join(folder, 'BANKX_20260716.sta');
  writeFileSync(path, NEXT_DAY);
  expect(await take(path)).toMatchObject({ ok: true });
  expect(await look()).toEqual([true]);
});

test('a file that was refused for its signature is looked at again once the bank has put another beside it, the same day', async () => {
  const made = async (name: string) =>
    (await openpgp.generateKey({ userIDs: [{ name }], format: 'object' })).privateKey;
  const [bank, stranger] = [await made('bank'), await made('stranger')];
  const signed = async (by: openpgp.PrivateKey) => {
    const message = await openpgp.createMessage({ binary: readFileSync(FILE) });
    return openpgp.sign({ message, signingKeys: by, detached: true, format: 'binary' });
  };
  const yaml = join(folder, 'bankx.yaml');
  const { dropped, look } = aDrop(() => readFormat(yaml));
  copyFileSync(FILE, join(dropped, NAME));
  const config = readFileSync(join(ROOT, 'config', 'bank', 'bankx.yaml'), 'utf8');
  writeFileSync(yaml, `${config}pgp: { verify: BANK_TEST_KEY, detached: .sig }\n`);
  writeFileSync(join(folder, 'bank.asc'), bank.toPublic().armor());
  process.env['BANK_TEST_KEY_FILE'] = join(folder, 'bank.asc');
  const sign = async (by: openpgp.PrivateKey, at: Date) => {
    writeFileSync(join(dropped, `${NAME}.sig`), await signed(by));
    utimesSync(join(dropped, `${NAME}.sig`), at, at);
  };

  await sign(stranger, new Date('2026-07-16T01:00:00Z'));
  expect(await look()).toEqual([false]);
  expect(await look()).toEqual([]);
  await sign(bank, new Date('2026-07-16T02:00:00Z'));
  expect(await look()).toEqual([true]);
  delete process.env['BANK_TEST_KEY_FILE'];
});

test('what the bank drops is archived by its content and taken once, the oldest first', async () => {
  const { dropped, home, lookByName } = aDrop();
  writeFileSync(join(dropped, 'BANKX_20260716.sta'), NEXT_DAY.replace('00197/001', '00199/001'));
  copyFileSync(FILE, join(dropped, NAME));
  expect(await lookByName()).toEqual([
    [NAME, true],
    ['BANKX_20260716.sta', false],
  ]);
  expect(await lookByName()).toEqual([]);
  expect(readdirSync(join(home, 'archive', 'BANKX', '2026-07-15'))).toHaveLength(1);
  writeFileSync(join(dropped, 'BANKX_20260716.sta'), `${NEXT_DAY}\n`);
  expect(await lookByName()).toEqual([['BANKX_20260716.sta', true]]);
  const [counted] = await world.store.database.rows<{ n: string }>(
    'SELECT COUNT(*) AS n FROM bank_statement',
  );
  expect(Number(counted?.n)).toBe(2);
  expect(await lookByName({ taken: new Set(), refused: new Set() })).toEqual([['BANKX_20260716.sta', true]]);
});
