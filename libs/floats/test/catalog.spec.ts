import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyCatalog, catalogSource, exportCatalog } from '#lib/catalog';
import { SecretBox } from '#lib/platform';
import { aDatabase, type TestDatabase } from '../../../test/support/database';
import { floatLevels } from '../src/index';

const BOX = new SecretBox(Buffer.alloc(32, 3).toString('base64'));
const LEVELS = "{ opening: '900', lowLevel: '500', stopLevel: '100' }";

let store: TestDatabase;
let folder: string;
beforeAll(async () => {
  store = await aDatabase();
  folder = mkdtempSync(join(tmpdir(), 'floats-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await store.drop();
});

async function apply(text: string) {
  const file = join(folder, 'catalog.yaml');
  writeFileSync(file, text);
  const source = await catalogSource(store.migrationUrl).initialize();
  try {
    return { ...(await applyCatalog(source, file, BOX)), exported: await exportCatalog(source) };
  } finally {
    await source.destroy();
  }
}

test('a catalog file says which billers are prefunded, and is read back from the tables', async () => {
  const text = `billers:\n  pulsa: { name: Pulsa }\nfloats:\n  pulsa: ${LEVELS}\n`;
  await apply(text);
  expect(await floatLevels(store.database)).toEqual([{ billerId: 'pulsa', low: 500n, stop: 100n }]);
  const again = await apply(text);
  expect(again.changes).toEqual([]);
  expect(again.exported).toMatch(/floats:\n +pulsa:\n +lowLevel: "500"\n +stopLevel: "100"/);
  const { changes } = await apply("floats:\n  pulsa: { lowLevel: '800', stopLevel: '200' }\n");
  expect(changes).toMatchObject([{ kind: 'change', table: 'biller_float', key: 'pulsa' }]);
});

test.each([
  [`floats:\n  gone: ${LEVELS}\n`, /:2: floats\.gone: there is no biller gone here/],
  [
    "floats:\n  pulsa: { lowLevel: '1', stopLevel: '2' }\n",
    /:2: floats\.pulsa\.lowLevel: .*not be below stopLevel/,
  ],
  ["floats:\n  pulsa: { lowLevel: 5, stopLevel: '2' }\n", /:2: floats\.pulsa\.lowLevel/],
])('a mistake is refused with its line and key: %s', async (text, says) => {
  await expect(apply(text)).rejects.toThrow(says);
});
