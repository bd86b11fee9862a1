import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretBox } from '#lib/platform';
import { aDatabase, type TestDatabase } from '../../../test/support/database';
import { setSnapCredentials } from '../../../test/support/seed';
import { Catalog, catalogSource } from './catalog';
import { seedCatalog } from './seed';

const DEMO = join(__dirname, '..', '..', '..', 'fixtures', 'demo', 'catalog.yaml');
const box = new SecretBox(randomBytes(32).toString('base64'));
const folder = mkdtempSync(join(tmpdir(), 'simpul-catalog-'));

let store: TestDatabase;
beforeAll(async () => {
  store = await aDatabase();
  for (const channel of ['PPOB_NUSANTARA', 'WARUNG_KECIL', 'SIMPUL_STORY', 'BANK_NUSA'])
    for (const secret of ['SECRET', 'SECOND_SECRET'])
      process.env[`CHANNEL_${channel}_${secret}`] = `${channel} ${secret}`;
  setSnapCredentials();
  for (const bank of ['BANK_MERDEKA', 'BANK_CERITA']) process.env[`CHANNEL_${bank}_INSTITUTION_CODE`] = bank;
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await store.drop();
});

async function seed(file: string) {
  const source = await catalogSource(store.migrationUrl).initialize();
  try {
    return await seedCatalog(source, file, box);
  } finally {
    await source.destroy();
  }
}

async function open(secrets = box): Promise<Catalog> {
  return Catalog.open(store.url, secrets, () => undefined);
}

test('the demo catalog is sold as its file says, each channel with both its secrets', async () => {
  await seed(DEMO);
  const catalog = await open();
  expect(catalog.channel('ppob-nusantara')?.secrets).toEqual([
    'PPOB_NUSANTARA SECRET',
    'PPOB_NUSANTARA SECOND_SECRET',
  ]);
  const sold = catalog.soldProduct('warung-kecil', 'pln-prepaid');
  expect(sold?.product.denominations).toContain('100000');
  expect(sold?.fees).toMatchObject({
    per: 'payment',
    tiers: [{ upTo: null, adminFee: 2_500n, billerFee: 500n, commission: 1_300n }],
  });
  expect(catalog.soldProduct('warung-kecil', 'story-postpaid')).toBeUndefined();
  expect(catalog.soldProducts('nobody')).toEqual([]);
  await catalog.close();
});

test('a product that a channel no longer sells is still known', async () => {
  await seed(DEMO);
  await store.admin.run("DELETE FROM price WHERE product_id = 'pln-prepaid'");
  const catalog = await open();
  expect(catalog.soldProduct('warung-kecil', 'pln-prepaid')).toBeUndefined();
  expect(catalog.product('pln-prepaid')?.requiredReceiptFields).toEqual(['token']);
  await catalog.close();
});

test('seeding again leaves one of everything', async () => {
  const prices = async () => {
    const [count] = await store.admin.rows<{ n: string }>('SELECT COUNT(*) AS n FROM price');
    return Number(count?.n);
  };
  await seed(DEMO);
  const once = await prices();
  expect(once).toBeGreaterThan(0);
  await seed(DEMO);
  expect(await prices()).toBe(once);
});

test('a channel’s credentials are sealed in their rows and open by name', async () => {
  process.env['WARUNG_CLIENT_KEY'] = 'the client key';
  const file = join(folder, 'credentials.yaml');
  const text = readFileSync(DEMO, 'utf8').replace(
    /secret: CHANNEL_WARUNG_KECIL_SECRET\n\s+secondSecret: \w+/,
    'credentials: { clientKey: WARUNG_CLIENT_KEY }',
  );
  writeFileSync(file, text);
  await seed(file);
  const [row] = await store.admin.rows<{ value: Buffer }>('SELECT value FROM channel_credential');
  expect(row?.value.toString('latin1')).not.toContain('client key');
  const catalog = await open();
  const channel = catalog.channel('warung-kecil');
  expect(channel?.secrets).toEqual([]);
  expect(channel?.credentials).toEqual(new Map([['clientKey', 'the client key']]));
  expect(catalog.channel('ppob-nusantara')?.credentials).toEqual(new Map());
  await catalog.close();
  await store.admin.run('DELETE FROM channel_credential');
});

test('secrets in the table are sealed, and another data key opens none', async () => {
  await seed(DEMO);
  const [row] = await store.admin.rows<{ secret: Buffer }>(
    "SELECT secret FROM channel WHERE channel_id = 'warung-kecil'",
  );
  expect(row?.secret.toString('latin1')).not.toContain('WARUNG');
  await expect(open(new SecretBox(randomBytes(32).toString('base64')))).rejects.toThrow(/does not open/);
});

test('an inactive channel is unknown', async () => {
  await seed(DEMO);
  await store.admin.run("UPDATE channel SET is_active = 0 WHERE channel_id = 'warung-kecil'");
  const catalog = await open();
  expect(catalog.channel('warung-kecil')).toBeUndefined();
  await catalog.close();
});

test('fee shares beyond the admin fee are refused by the table itself', async () => {
  await seed(DEMO);
  await expect(
    store.admin.run('UPDATE price SET commission = 2001 WHERE product_id = ?', ['pln-postpaid']),
  ).rejects.toThrow(/price_shares/);
});

test.each([
  ["adminFee: '2500'", 'adminFee: 2500', /adminFee/],
  ['amountType: DENOM', 'amountType: FREE', /amountType/],
  ['secret: CHANNEL_WARUNG_KECIL_SECRET', 'secrets: X', /secret/],
  ['biller: tirta-jaya', 'biller: tirta', /products\.pdam-tirta-jaya\.biller: there is no biller tirta here/],
  ['pdam-tirta-jaya: { adminFee', 'pdam: { adminFee', /prices\.pdam: there is no product pdam here/],
])('a seed with %s changed to %s is refused with its line', async (right, wrong, message) => {
  const file = join(folder, 'catalog.yaml');
  writeFileSync(file, readFileSync(DEMO, 'utf8').replace(right, wrong));
  await expect(seed(file)).rejects.toThrow(message);
  await expect(seed(file)).rejects.toThrow(/catalog\.yaml:\d+:/);
});
