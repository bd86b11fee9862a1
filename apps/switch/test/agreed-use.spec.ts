import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { customer, expectProblem, H2hClient } from '../../../test/support/h2h-client';
import {
  anInstallation,
  expectSound,
  type Installation,
  type RunningApp,
} from '../../../test/support/processes';

/** What a profile's options do to the channels that share it, and to nobody else. */

const CUSTOMERS_MAX = 5;

const PROFILE = `
protocol: h2h
answerWithinMs: 14000
options:
  inquiryQuota: { customersMax: ${CUSTOMERS_MAX}, windowSeconds: 3600 }
  duplicateGuardSeconds: 600
`;

const config = mkdtempSync(join(tmpdir(), 'simpul-config-'));
let world: Installation;
let app: RunningApp;
let guarded: H2hClient;
let free: H2hClient;
beforeAll(async () => {
  cpSync(join(__dirname, '..', '..', '..', 'config'), config, { recursive: true });
  writeFileSync(join(config, 'channels', 'guarded.yaml'), PROFILE);
  world = await anInstallation();
  await world.store.admin.run("UPDATE channel SET profile = 'guarded' WHERE channel_id = 'ppob-nusantara'");
  app = await world.startSwitch(undefined, { SIMPUL_CONFIG: config });
  guarded = new H2hClient(() => app.url);
  free = new H2hClient(() => app.url, 'warung-kecil');
});
afterAll(async () => {
  await world.close();
  rmSync(config, { recursive: true });
});

test('the same sale under another reference is refused with its own code, and only for the channel that asked for it', async () => {
  const number = customer('pln-prepaid');
  expect((await guarded.payFor('pln-prepaid', number)).body.status).toBe('PAID');
  expectProblem(await guarded.payFor('pln-prepaid', number), 422, 'DUPLICATE_SUSPECTED');
  const other = customer('pln-prepaid');
  expect((await free.payFor('pln-prepaid', other)).body.status).toBe('PAID');
  expect((await free.payFor('pln-prepaid', other)).body.status).toBe('PAID');
});

test('a channel that asks about many customers and pays for none is asked to slow down', async () => {
  // Whoever was paid for does not count.
  for (let sold = 0; sold < 2 * CUSTOMERS_MAX; sold += 1)
    await guarded.payFor('pln-postpaid', customer('pln-postpaid'));
  const asked: string[] = [];
  const ask = (client: H2hClient) =>
    client.ask({ product: 'pln-postpaid', customerNumber: customer('pln-postpaid') });
  for (let nth = 0; nth < 2 * CUSTOMERS_MAX; nth += 1) {
    const answer = await ask(guarded);
    asked.push(String(answer.status));
    if (answer.status !== 200) expectProblem(answer, 429, 'RATE_LIMITED');
  }
  expect(asked.filter((status) => status === '200').length).toBeGreaterThanOrEqual(CUSTOMERS_MAX - 1);
  expect(asked.at(-1)).toBe('429');
  expect((await ask(free)).status).toBe(200);
  await expectSound(world);
});
