import { join } from 'node:path';
import { readFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { listBankLines, workBankLines } from '#lib/settlement';
import { aSettlementWorld, type SettlementWorld } from '../../../test/support/settlement-world';
import { takeStatementFile } from './bank-take';

const ROOT = join(__dirname, '..', '..', '..');
const CONFIG = join(ROOT, 'config');
const NAME = 'BANKX_20260715.sta';
const FILE = join(ROOT, 'fixtures', 'formats', 'bankx', NAME);

let world: SettlementWorld;
beforeAll(async () => {
  world = await aSettlementWorld();
});
afterAll(() => world.store.drop());

test('a statement file of the bank is taken, its lines are booked, and again has no effect', async () => {
  expect(await takeStatementFile(world.tools, FILE, CONFIG)).toMatchObject({
    ok: true,
    value: {
      isRepeat: false,
      statement: { account: 'BANKX/1234567890', number: 196, closing: 272_083_000n },
    },
  });
  await workBankLines({ ...world.tools, tell: async () => {} }, world.clock.now());
  expect(await takeStatementFile(world.tools, FILE, CONFIG)).toMatchObject({
    ok: true,
    value: { isRepeat: true },
  });
  const lines = await listBankLines(world.store.database, {});
  expect(lines.map(({ reference, hint, amount, outcome }) => [reference ?? hint, amount, outcome])).toEqual([
    ['DEP-CA017-0715', 100_000_000n, 'unnamed'],
    ['STL-PDM07-0714', -410_500n, 'unnamed'],
    [null, -6_500n, 'bank_charge'],
    ['DEP-CA021-0715', 25_000_000n, 'unnamed'],
    ['DEP-CA009-0714', -5_000_000n, 'reopened'],
  ]);
  await world.expectSound();
});

test('a statement that does not sum up is refused whole, with what it states', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'simpul-bank-'));
  const path = join(folder, NAME);
  writeFileSync(path, readFileSync(FILE, 'latin1').replace('IDR272083000,00', 'IDR272083001,00'));
  const taken = await takeStatementFile(world.tools, path, CONFIG);
  rmSync(folder, { recursive: true });
  expect(taken).toMatchObject({ ok: false });
  expect(taken.ok ? '' : taken.error).toMatch(/272083001/);
});
