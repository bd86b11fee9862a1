import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { customer, H2hClient } from '../../../test/support/h2h-client';
import { anOwnConfig } from '../../../test/support/own-config';
import {
  anInstallation,
  expectSound,
  type Installation,
  type RunningApp,
} from '../../../test/support/processes';
import { channelSecret } from '../../../test/support/seed';

/** The text door over HTTP: golden samples of its profile, its protections, and that it is closed unless opened. */

const ROOT = join(__dirname, '..', '..', '..');
const SAMPLES = join(ROOT, 'fixtures', 'channels', 'text-pin');
const SHIPPED = readFileSync(join(ROOT, 'config', 'channels', 'text-pin.yaml'), 'utf8');
const OPEN = SHIPPED.replace('open: false', 'open: true');
const SIGNED = OPEN.replace('path: /trx', 'path: /signed')
  .replace(/protection: .*/, 'protection: { kind: hmac, parameter: sign, algorithm: sha256, encoding: hex }')
  .replace('status: always 200', 'status: ours');

const PIN_MEMBER = 'warung-kecil';
const SIGNING_MEMBER = 'ppob-nusantara';
const OTHER_DOOR = 'simpul-story';

const config = anOwnConfig();
let world: Installation;
let app: RunningApp;

beforeAll(async () => {
  config.write('channels/text-pin.yaml', OPEN);
  config.write('channels/text-signed.yaml', SIGNED);
  world = await anInstallation();
  await speakText(PIN_MEMBER, 'text-pin', '["127.0.0.1"]');
  await speakText(SIGNING_MEMBER, 'text-signed', null);
  app = await world.startSwitch(undefined, { SIMPUL_CONFIG: config.folder });
});
afterAll(() => world.close());

async function speakText(channelId: string, profile: string, allowedIps: string | null): Promise<void> {
  await world.store.admin.run(
    "UPDATE channel SET protocol = 'text', profile = ?, allowed_ips = ? WHERE channel_id = ?",
    [profile, allowedIps, channelId],
  );
}

async function get(path: string, query: string, url = app.url): Promise<{ status: number; line: string }> {
  const response = await fetch(`${url}${path}?${query}`);
  return { status: response.status, line: await response.text() };
}

const balanceOf = (channelId: string, pin = channelSecret(channelId)) =>
  `memberID=${channelId}&pin=${pin}&cmd=SALDO`;

/** One message and its answer, with `{name}` for what is given and `<name>` for what the answer brings. */
interface Sample {
  about: string;
  steps: { get: string; line: string }[];
}

const samples = readdirSync(SAMPLES).map((file): [string, Sample] => {
  const sample = JSON.parse(readFileSync(join(SAMPLES, file), 'utf8')) as Sample;
  return [`${file}: ${sample.about}`, sample];
});

test.each(samples)('%s', async (_, { steps }) => {
  const known = new Map([
    ['member', PIN_MEMBER],
    ['pin', channelSecret(PIN_MEMBER)],
    ['otherDoorMember', OTHER_DOOR],
    ['otherDoorSecret', channelSecret(OTHER_DOOR)],
  ]);
  for (const step of steps) {
    const query = step.get.replace(/\{(\w+)\}/g, (_whole, name: string) => known.get(name) ?? '');
    const { status, line } = await get('/trx', query);
    expect(status).toBe(200);
    learn(line, step.line, known);
  }
});

/** Fails unless the line is as the sample says; what it brings a second time must be the same. */
function learn(line: string, sample: string, known: Map<string, string>): void {
  const names: string[] = [];
  const pattern = sample
    .split(/(<\w+>)/)
    .map((part) => {
      const [, name] = /^<(\w+)>$/.exec(part) ?? [];
      if (name === undefined) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      names.push(name);
      return '([^|]+?)';
    })
    .join('');
  expect(line).toMatch(new RegExp(`^${pattern}$`));
  const [, ...values] = new RegExp(`^${pattern}$`).exec(line) ?? [];
  for (const [at, name] of names.entries()) {
    const value = values[at] ?? '';
    expect(value).toBe(known.get(name) ?? value);
    known.set(name, value);
  }
}

function signed(query: string, secret = channelSecret(SIGNING_MEMBER)): string {
  return `${query}&sign=${createHmac('sha256', secret).update(query).digest('hex')}`;
}

test('a signed query is served under either secret, from anywhere, and with a status of its own', async () => {
  const query = `memberID=${SIGNING_MEMBER}&product=PLN20&dest=${customer('pln-prepaid', '1039')}&refID=HM-1`;
  expect(await get('/signed', signed(query))).toMatchObject({
    status: 202,
    line: expect.stringContaining('DIPROSES'),
  });
  const second = channelSecret(SIGNING_MEMBER, 'SECOND_SECRET');
  expect((await get('/signed', signed(`memberID=${SIGNING_MEMBER}&cmd=SALDO`, second))).status).toBe(200);
});

test.each([
  ['no signature', (query: string) => query],
  ['another secret', (query: string) => signed(query, 'guessed')],
  ['a changed query', (query: string) => signed(query).replace('SALDO', 'STATUS')],
  ['something after the signature', (query: string) => `${signed(query)}&refID=A`],
  [
    'nothing signed',
    (query: string) => `sign=${createHmac('sha256', channelSecret(SIGNING_MEMBER)).digest('hex')}&${query}`,
  ],
  ['the secret itself', (query: string) => `${query}&sign=${channelSecret(SIGNING_MEMBER)}`],
])('a query with %s is refused', async (_, spoil) => {
  const answer = await get('/signed', spoil(`memberID=${SIGNING_MEMBER}&cmd=SALDO`));
  expect([401, 400]).toContain(answer.status);
  expect(answer.line).not.toContain('SALDO');
});

test('a member of one profile is not served by another', async () => {
  expect((await get('/trx', balanceOf(SIGNING_MEMBER))).line).toContain('|63');
  expect((await get('/signed', signed(balanceOf(PIN_MEMBER), channelSecret(PIN_MEMBER)))).line).toContain(
    '|30',
  );
});

test('a PIN lets nobody in from an address that was not agreed on, or where none was', async () => {
  for (const allowed of ['["10.0.0.1"]', null]) {
    await speakText(PIN_MEMBER, 'text-pin', allowed);
    const fresh = await world.startSwitch(undefined, { SIMPUL_CONFIG: config.folder });
    expect((await get('/trx', balanceOf(PIN_MEMBER), fresh.url)).line).toContain('|63');
    await fresh.end('SIGTERM');
  }
  await speakText(PIN_MEMBER, 'text-pin', '["127.0.0.1"]');
  // The switch of the other tests looks at the tables every second.
  let line = '';
  for (let looks = 0; looks < 100 && !line.startsWith('SALDO'); looks += 1) {
    line = (await get('/trx', balanceOf(PIN_MEMBER))).line;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(line).toContain('SALDO');
});

test('HEAD, POST and the secret of a text channel at another door do nothing', async () => {
  const query = `memberID=${PIN_MEMBER}&pin=${channelSecret(PIN_MEMBER)}&product=PLN20&dest=${customer('pln-prepaid')}&refID=HEAD-1`;
  for (const method of ['HEAD', 'POST'])
    expect((await fetch(`${app.url}/trx?${query}`, { method })).headers.get('content-type')).toContain(
      'text/plain',
    );
  expect(
    (await get('/trx', `memberID=${PIN_MEMBER}&pin=${channelSecret(PIN_MEMBER)}&cmd=STATUS&refID=HEAD-1`))
      .line,
  ).toContain('COBA LAGI');
  const h2h = new H2hClient(() => app.url, PIN_MEMBER);
  expect((await h2h.call('GET', '/v1/balance')).status).toBe(401);
});

test('of many equal calls at one moment one pays, and none is told that it failed', async () => {
  const number = customer('pln-prepaid');
  const query = `memberID=${PIN_MEMBER}&pin=${channelSecret(PIN_MEMBER)}&product=PLN20&dest=${number}&refID=MANY`;
  const answers = await Promise.all(Array.from({ length: 16 }, () => get('/trx', query)));
  for (const { line } of answers) expect(line).toMatch(/SUKSES|DIPROSES/);
  expect(await world.truthOf(number)).toHaveLength(1);
});

test('the shipped profile is closed: its path is nobody’s, and no PIN is in a log', async () => {
  expect(SHIPPED).toContain('open: false');
  await speakText(PIN_MEMBER, 'text-pin', '["127.0.0.1"]');
  await speakText(SIGNING_MEMBER, 'text-pin', null);
  const closed = await world.startSwitch();
  const answer = await get('/trx', balanceOf(PIN_MEMBER), closed.url);
  expect(answer.status).toBe(404);
  expect(JSON.parse(answer.line)).toMatchObject({ code: 'ENDPOINT_UNKNOWN', formed: false });
  await closed.end('SIGTERM');
  // Secrets in logs are looked for here.
  await expectSound(world);
});
