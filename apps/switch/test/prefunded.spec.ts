import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BillerRegistry } from '#lib/billers';
import { applyCatalog, catalogSource } from '#lib/catalog';
import {
  checkFloatInvariants,
  compareFloat,
  endAlert,
  floatFigures,
  openAlerts,
  topUpFloat,
} from '#lib/floats';
import { rupiah, SystemClock } from '#lib/kernel';
import { accountsOfBiller, SingleWriter } from '#lib/ledger';
import { SecretBox } from '#lib/platform';
import { checkStampInvariants } from '#lib/stamps';
import { H2hClient, type OfferBody, type PaymentBody } from '../../../test/support/h2h-client';
import {
  anInstallation,
  expectSound,
  until,
  type Installation,
  type RunningApp,
} from '../../../test/support/processes';

const CONFIG = join(__dirname, '..', '..', '..', 'config');
const FUNDED = 10_000_000_000n;
const HASH = 'ab'.repeat(32);

/** Two billers that we prefund, with products of the test's own. */
const CATALOG = `
billers:
  agrapulsa: { name: Agra Pulsa }
  meterai: { name: Meterai }
floats:
  agrapulsa: { lowLevel: '500000', stopLevel: '100000' }
  meterai: { lowLevel: '500000', stopLevel: '100000' }
products:
  test-pulsa: &one
    name: Pulsa
    biller: agrapulsa
    billerProduct: pulsa-telkomsel
    source: AGP01
    amountType: DENOM
    denominations: ['20000', '50000']
    inquiry: false
    customerNumber: { pattern: '^[0-9]{8,14}$', example: '081200010000' }
    adminPer: payment
    offerValidSeconds: 900
    oneBillAtATime: false
    timeZone: Asia/Jakarta
    receipt: water
  test-stamps: { <<: *one, name: Stamps, biller: meterai, billerProduct: e-meterai, source: MTR01, inquiry: true }
`;

interface StampBody {
  serial: string;
  reference: string;
  status: string;
  stampedAt: string | null;
  code?: string;
}

let world: Installation;
let app: RunningApp;
let client: H2hClient;
let folder: string;
let billers: BillerRegistry;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prefunded-'));
  world = await anInstallation();
  await sellPrefunded(world);
  billers = registryOf(world);
  app = await world.startSwitch();
  client = new H2hClient(() => app.url);
});
afterAll(async () => {
  await billers.close();
  await world.close();
  rmSync(folder, { recursive: true });
});

async function sellPrefunded({ store }: Installation): Promise<void> {
  const file = join(folder, 'catalog.yaml');
  writeFileSync(file, CATALOG);
  const source = await catalogSource(store.migrationUrl).initialize();
  await applyCatalog(source, file, new SecretBox(Buffer.alloc(32, 1).toString('base64')));
  await source.destroy();
  const now = new Date();
  const accounts = ['agrapulsa', 'meterai'].flatMap(accountsOfBiller);
  await store.admin.run('INSERT IGNORE INTO account (account_id, normal_side, opened_at) VALUES ?', [
    accounts.map(({ accountId, normalSide }) => [accountId, normalSide, now]),
  ]);
  for (const productId of ['test-pulsa', 'test-stamps'])
    await store.admin.run(
      'INSERT INTO price (channel_id, product_id, admin_fee, biller_fee, commission) VALUES (?, ?, 1500, 300, 700)',
      ['ppob-nusantara', productId],
    );
  for (const billerId of ['agrapulsa', 'meterai'])
    await topUpFloat(
      { writer: new SingleWriter(store.database), statements: store.database },
      { reference: `opening:${billerId}`, billerId, amount: rupiah(FUNDED), at: now },
    );
}

/** The two billers' connectors in this process. */
function registryOf(installation: Installation): BillerRegistry {
  const directory = join(folder, 'billers');
  for (const billerId of ['agrapulsa', 'meterai']) {
    cpSync(join(CONFIG, 'billers', `${billerId}.yaml`), join(directory, `${billerId}.yaml`));
    const name = billerId.toUpperCase();
    process.env[`BILLER_${name}_URL`] = `${installation.simulatorUrl()}/billers/${billerId}`;
    process.env[`BILLER_${name}_SECRET`] = `test-biller-${billerId}`;
    process.env[`BILLER_${name}_USER`] = 'simpul';
  }
  return BillerRegistry.load(directory, new SystemClock());
}

function buyPulsa(customerNumber: string) {
  const order = { reference: client.reference(), product: 'test-pulsa', customerNumber, amount: '20000' };
  return client.call<PaymentBody>('POST', '/v1/payments', order);
}

async function buyStamps(amount: string): Promise<string[]> {
  const question = {
    reference: client.reference(),
    product: 'test-stamps',
    customerNumber: '9912340000',
    amount,
  };
  const { body: offer } = await client.call<OfferBody>('POST', '/v1/inquiries', question);
  const order = { reference: client.reference(), inquiryId: offer.inquiryId, total: offer.total };
  const { body: payment } = await client.call<PaymentBody>('POST', '/v1/payments', order);
  expect(payment.status).toBe('PAID');
  return payment.receipt?.fields['serialNumbers']?.split(',') ?? [];
}

const stamp = (serial: string, reference: string, documentHash = HASH) =>
  client.call<StampBody>('POST', `/v1/meterai/${serial}/stamp`, { reference, documentHash });

async function remainingOf(billerId: string): Promise<bigint | undefined> {
  return (await floatFigures(world.store.database, [billerId])).get(billerId)?.remaining;
}

function compare(billerId: string) {
  return compareFloat(world.store.database, new SystemClock(), billerId, billers.connector(billerId));
}

test('a sale comes out of the float, and the biller counts the same', async () => {
  expect((await buyPulsa('081200010000')).body.status).toBe('PAID');
  expect(await remainingOf('agrapulsa')).toBe(FUNDED - 20_000n);
  expect(await compare('agrapulsa')).toMatchObject({
    ok: true,
    value: { difference: 0n, theirs: FUNDED - 20_000n },
  });
});

test('a biller that says our float is empty is paused with nothing formed, until people let it go on', async () => {
  await fetch(`${world.simulatorUrl()}/behaviour`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      biller: 'agrapulsa',
      customerNumber: '081200020000',
      call: 'payment',
      code: '17',
    }),
  });
  const declined = await buyPulsa('081200020000');
  expect(declined.body).toMatchObject({ status: 'DECLINED', code: 'BILLER_UNAVAILABLE', final: true });
  const refused = await buyPulsa('081200010001');
  expect(refused).toMatchObject({ status: 503, body: { code: 'BILLER_UNAVAILABLE', formed: false } });
  const alerts = await until(
    () => openAlerts(world.store.database),
    (open) => open.length > 0,
  );
  expect(alerts).toMatchObject([
    { billerId: 'agrapulsa', kind: 'empty at biller', reason: expect.stringContaining('code 17') as string },
  ]);
  await endAlert(world.store.database, {
    billerId: 'agrapulsa',
    kind: 'empty at biller',
    by: 'the test',
    at: new Date(),
  });
  const paid = await until(
    () => buyPulsa('081200030000'),
    ({ body }) => body.status === 'PAID',
  );
  expect(paid.status).toBe(200);
});

test('serials are bought, and each is put on one document', async () => {
  const [first = '', second = ''] = await buyStamps('20000');
  expect(await stamp(first, 'DOC-1')).toMatchObject({
    status: 200,
    body: { serial: first, reference: 'DOC-1', status: 'STAMPED', stampedAt: expect.any(String) as string },
  });
  expect((await stamp(first, 'DOC-1')).headers['idempotent-replayed']).toBe('true');
  expect(await stamp(first, 'DOC-2')).toMatchObject({ status: 409, body: { code: 'SERIAL_USED' } });
  expect(await stamp(second, 'DOC-1')).toMatchObject({ status: 409, body: { code: 'REFERENCE_REUSED' } });
  expect(await stamp('NOSUCHSERIAL', 'DOC-3')).toMatchObject({
    status: 404,
    body: { code: 'PAYMENT_UNKNOWN' },
  });
  expect(await stamp(second, 'DOC-4', 'no hash')).toMatchObject({
    status: 400,
    body: { field: 'documentHash' },
  });
  expect((await compare('meterai')).ok).toBe(true);
});

test('a failed stamping leaves the serial unused: it is stamped again under another reference', async () => {
  const [first = ''] = await buyStamps('20000');
  expect(await stamp(first, 'DOC-1037')).toMatchObject({ status: 200, body: { status: 'UNUSED' } });
  expect(await stamp(first, 'DOC-5')).toMatchObject({ status: 200, body: { status: 'STAMPED' } });
});

test.each(['1039', '1106'])(
  'ending %s: a stamping whose end is not known is asked about until it is',
  async (ending) => {
    const worker = await world.startWorker();
    const [first = ''] = await buyStamps('20000');
    const reference = `DOC-${ending}`;
    const answer = await stamp(first, reference);
    expect([200, 202]).toContain(answer.status);
    const known = await until(
      () => stamp(first, reference),
      ({ status }) => status === 200,
    );
    expect(known.body.status).toBe('STAMPED');
    await worker.end('SIGTERM');
  },
  60_000,
);

test('the books are sound, floats and stamps as well', async () => {
  expect(await checkFloatInvariants(world.store.database)).toMatchObject({ ok: true });
  expect(await checkStampInvariants(world.store.database)).toMatchObject({ ok: true });
  await expectSound(world);
});
