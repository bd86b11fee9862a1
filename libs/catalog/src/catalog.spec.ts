import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretBox } from '#lib/platform';
import { aDatabase, type TestDatabase } from '../../../test/support/database';
import { setSnapCredentials } from '../../../test/support/seed';
import { applyCatalog } from './apply-catalog';
import { Catalog, catalogSource } from './catalog';
import { exportCatalog } from './export-catalog';
import { isOpen } from './opening-hours';
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
  expect(catalog.product('pln-prepaid')?.receipt).toBe('pln-prepaid');
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

test('a file applied again changes nothing; what it would change is told first', async () => {
  await seed(DEMO);
  const source = await catalogSource(store.migrationUrl).initialize();
  expect((await applyCatalog(source, DEMO, box)).changes).toEqual([]);
  const file = join(folder, 'changed.yaml');
  writeFileSync(file, readFileSync(DEMO, 'utf8').replace('name: PDAM Tirta Jaya\n', 'name: Tirta\n'));
  const dry = await applyCatalog(source, file, box, { dryRun: true });
  expect(dry.changes).toEqual([
    {
      kind: 'change',
      table: 'product',
      key: 'pdam-tirta-jaya 2000-01-01',
      columns: [{ name: 'name', from: 'PDAM Tirta Jaya', to: 'Tirta' }],
    },
  ]);
  expect((await applyCatalog(source, file, box)).changes).toEqual(dry.changes);
  expect((await applyCatalog(source, file, box)).changes).toEqual([]);
  await source.destroy();
  await seed(DEMO);
});

test('what is exported is the catalog: applied, it changes nothing', async () => {
  await seed(DEMO);
  const source = await catalogSource(store.migrationUrl).initialize();
  const file = join(folder, 'exported.yaml');
  const limits =
    "{ dayPaymentsMax: 3, later: [{ from: '2027-01-01T00:00:00+07:00', dayAmountMax: '500000' }] }";
  writeFileSync(file, `limits: { ewallet-dompet-nusa: { warung-kecil: ${limits} } }\n`);
  await applyCatalog(source, file, box);
  const catalog = await open();
  const dayLimit = (at: string) =>
    catalog.soldProduct('warung-kecil', 'ewallet-dompet-nusa', new Date(at))?.limit;
  expect(dayLimit('2026-12-31T23:59:59+07:00')).toMatchObject({ dayPaymentsMax: 3, dayAmountMax: null });
  expect(dayLimit('2027-01-01T00:00:00+07:00')).toMatchObject({ dayPaymentsMax: 3, dayAmountMax: 500_000n });
  await catalog.close();
  writeFileSync(file, await exportCatalog(source));
  expect((await applyCatalog(source, file, box)).changes).toEqual([]);
  expect(readFileSync(file, 'utf8')).not.toMatch(/secret/i);
  await source.destroy();
});

const AGREED = `
feeSchemes:
  tiered:
    per: payment
    ppn: true
    tiers:
      - { upTo: '100000', adminFee: '2000', billerFee: '500', commission: '1000', subAgentFee: '400' }
      - { adminFee: '5000', billerFee: '500', commission: '3000', subAgentFee: '1000' }
limits:
  pdam-tirta-jaya: { '*': { maximum: '1000000', later: [{ from: '2027-01-01T00:00:00+07:00', maximum: '2000000' }] } }
channels:
  warung-kecil:
    name: Warung Kecil
    protocol: h2h
    profile: h2h
    commissionMode: settled
    outlets: known
    terminals:
      T-1: { subAgent: kios-jaya, name: Kios Jaya, city: Bandung, until: '2027-01-01T00:00:00+07:00' }
    prices:
      pdam-tirta-jaya:
        scheme: tiered
        until: '2028-01-01T00:00:00+07:00'
`;

test('what is agreed holds from its instant until its last, without another look at the tables', async () => {
  await seed(DEMO);
  const file = join(folder, 'agreed.yaml');
  writeFileSync(file, AGREED);
  const source = await catalogSource(store.migrationUrl).initialize();
  await applyCatalog(source, file, box);
  await source.destroy();
  const catalog = await open();
  const on = (date: string) => new Date(`${date}T00:00:00+07:00`);
  const before = (date: string) => new Date(on(date).getTime() - 1);
  const sold = (at: Date) => catalog.soldProduct('warung-kecil', 'pdam-tirta-jaya', at);
  expect(sold(before('2027-01-01'))).toMatchObject({
    limit: { amountMax: 1_000_000n },
    fees: { hasPpn: true },
  });
  expect(sold(on('2027-01-01'))).toMatchObject({ limit: { amountMax: 2_000_000n } });
  expect(sold(before('2028-01-01'))?.fees.tiers).toHaveLength(2);
  expect(sold(on('2028-01-01'))).toBeUndefined();
  expect(catalog.outlet('warung-kecil', 'T-1', before('2027-01-01'))?.subAgentId).toBe('kios-jaya');
  expect(catalog.outlet('warung-kecil', 'T-1', on('2027-01-01'))).toBeUndefined();
  // It named no secret, so the channel keeps its own.
  expect(catalog.channel('warung-kecil')?.secrets).toHaveLength(2);
  await catalog.close();
  await seed(DEMO);
});

test('the demo sells PLN at night only where somebody says so, and its story always', async () => {
  await seed(DEMO);
  const night = new Date('2026-07-14T23:30:00+07:00');
  const openAtNight = async () => {
    const catalog = await open();
    const ids = ['pln-postpaid', 'pln-prepaid', 'pln-nontaglis', 'story-postpaid', 'story-prepaid'];
    const sold = ids.filter((id) => {
      const product = catalog.product(id);
      return product && isOpen(product, night);
    });
    await catalog.close();
    return sold;
  };
  expect(await openAtNight()).toEqual(['story-postpaid', 'story-prepaid']);
  const source = await catalogSource(store.migrationUrl).initialize();
  const { changes } = await applyCatalog(source, DEMO.replace('catalog', 'at-any-hour'), box);
  await source.destroy();
  expect(changes).toHaveLength(1);
  expect(await openAtNight()).toHaveLength(5);
});

test('a change by whatever hand is seen, and raises the number of the catalog', async () => {
  await seed(DEMO);
  const catalog = await open();
  const before = catalog.version;
  await store.admin.run("UPDATE product SET name = 'Air' WHERE product_id = 'pdam-tirta-jaya'");
  const seen = async (): Promise<string | undefined> => {
    for (let looks = 0; looks < 100 && catalog.version === before; looks += 1)
      await new Promise((resolve) => setTimeout(resolve, 100));
    return catalog.product('pdam-tirta-jaya')?.name;
  };
  expect(await seen()).toBe('Air');
  await catalog.close();
});

test('a mistake refuses the file as a whole', async () => {
  await seed(DEMO);
  const file = join(folder, 'half.yaml');
  writeFileSync(
    file,
    `billers: { new-one: { name: New } }\n${AGREED.replace("adminFee: '2000'", "adminFee: '20'")}`,
  );
  await expect(seed(file)).rejects.toThrow(
    /half\.yaml:\d+: feeSchemes\.tiered\.tiers\.0: .* more than the adminFee/,
  );
  expect(await store.admin.rows("SELECT 1 FROM biller WHERE biller_id = 'new-one'")).toEqual([]);
});

test.each([
  ["adminFee: '2500'", 'adminFee: 2500', /adminFee/],
  ['amountType: DENOM', 'amountType: FREE', /amountType/],
  ['secret: CHANNEL_WARUNG_KECIL_SECRET', 'secrets: X', /secret/],
  ['biller: tirta-jaya', 'biller: tirta', /products\.pdam-tirta-jaya\.biller: there is no biller tirta here/],
  ['masked: true }', 'masked: true }\n    inquiry: false', /products\.credit-card-nusa\.inquiry: /],
  ['pdam-tirta-jaya: { adminFee', 'pdam: { adminFee', /prices\.pdam: there is no product pdam here/],
])('a seed with %s changed to %s is refused with its line', async (right, wrong, message) => {
  const file = join(folder, 'catalog.yaml');
  writeFileSync(file, readFileSync(DEMO, 'utf8').replace(right, wrong));
  await expect(seed(file)).rejects.toThrow(message);
  await expect(seed(file)).rejects.toThrow(/catalog\.yaml:\d+:/);
});
