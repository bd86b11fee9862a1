import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { customer, expectProblem, H2hClient, type Unusual } from '../../../test/support/h2h-client';
import { aConnection } from '../../../test/support/raw-connection';
import {
  anInstallation,
  expectSound,
  type Installation,
  type RunningApp,
} from '../../../test/support/processes';

/** TLS of our own, a proxy that speaks it for us, and certificates that are pinned to a partner. */

const folder = mkdtempSync(join(tmpdir(), 'simpul-tls-'));
const at = (name: string) => join(folder, name);
const pem = (name: string) => readFileSync(at(name), 'utf8');

/** A certificate of its own, valid for 30 days, and its key. */
function makeCertificate(name: string): void {
  const options = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '30',
  ];
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
  const files = ['-keyout', at(`${name}.key`), '-out', at(`${name}.crt`)];
  execFileSync('openssl', [...options, ...subject, ...files], { stdio: 'ignore' });
}

/** A certificate whose time is over. */
function makeExpiredCertificate(name: string): void {
  writeFileSync(at('index.txt'), '');
  const settings = [
    `database = ${at('index.txt')}`,
    'rand_serial = yes',
    `new_certs_dir = ${folder}`,
    'policy = any',
  ];
  const config = ['[ca]', 'default_ca = own', '[own]', ...settings, '[any]', 'commonName = supplied'];
  writeFileSync(at('ca.cnf'), config.join('\n'));
  const key = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    at(`${name}.key`),
  ];
  const openssl = (...options: string[]) => execFileSync('openssl', options, { stdio: 'ignore' });
  openssl('req', '-new', ...key, '-subj', `/CN=${name}`, '-out', at(`${name}.csr`));
  const time = ['-startdate', '20200101000000Z', '-enddate', '20200201000000Z'];
  const files = ['-keyfile', at(`${name}.key`), '-in', at(`${name}.csr`), '-out', at(`${name}.crt`)];
  openssl(
    'ca',
    '-batch',
    '-selfsign',
    '-notext',
    '-md',
    'sha256',
    '-config',
    at('ca.cnf'),
    ...time,
    ...files,
  );
}

const fingerprintOf = (name: string) => new X509Certificate(pem(`${name}.crt`)).fingerprint256;

const SERVER = { HTTP_TLS_CERTIFICATE_FILE: at('server.crt'), HTTP_TLS_KEY_FILE: at('server.key') };
const PINNED = 'ppob-nusantara';
const NOT_PINNED = 'warung-kecil';
const EXPIRED = 'simpul-story';

let world: Installation;
let app: RunningApp;
beforeAll(async () => {
  for (const name of ['server', 'partner', 'next', 'stranger']) makeCertificate(name);
  makeExpiredCertificate('expired');
  world = await anInstallation();
  await world.addCredential(EXPIRED, 'certificateSha256', fingerprintOf('expired'));
  await world.addCredential(PINNED, 'certificateSha256', fingerprintOf('partner'));
  await world.addCredential(
    PINNED,
    'secondCertificateSha256',
    fingerprintOf('next').replaceAll(':', '').toLowerCase(),
  );
  app = await world.startSwitch(undefined, SERVER);
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true });
});

/** Calls by TLS, and shows a certificate if one is named. */
function shows(name?: string): Unusual {
  const own = name === undefined ? {} : { cert: pem(`${name}.crt`), key: pem(`${name}.key`) };
  return { tls: { ca: pem('server.crt'), ...own } };
}

const balance = (channelId: string, unusual: Unusual, url = app.url) =>
  new H2hClient(() => url, channelId).call('GET', '/v1/balance', undefined, unusual);

test('a door that speaks TLS serves a payment, and nobody who speaks in the plain', async () => {
  const client = new H2hClient(() => app.url, NOT_PINNED);
  const number = customer('pln-postpaid');
  const question = { reference: 'TLS-I', product: 'pln-postpaid', customerNumber: number };
  const offer = await client.call<{ inquiryId: string; total: string }>(
    'POST',
    '/v1/inquiries',
    question,
    shows(),
  );
  expect(offer.status).toBe(200);
  const paid = await client.pay(offer.body, 'TLS-P', shows());
  expect(paid.body.status).toBe('PAID');
  expect(await world.truthOf(number)).toHaveLength(1);

  const plain = await aConnection(app.url.replace('https', 'http'));
  plain.send('GET /v1/balance HTTP/1.1\r\nHost: a\r\n\r\n');
  expect(await plain.closed()).not.toContain('HTTP/1.1 200');
});

test('a channel with pinned certificates is let in by one of them, whatever else is right', async () => {
  for (const known of ['partner', 'next']) expect((await balance(PINNED, shows(known))).status).toBe(200);
  expectProblem(await balance(PINNED, shows('stranger')), 401, 'SIGNATURE_INVALID');
  expectProblem(await balance(PINNED, shows()), 401, 'SIGNATURE_INVALID');
  expect((await balance(NOT_PINNED, shows('stranger'))).status).toBe(200);
});

test('a pinned certificate whose time is over lets nobody in', async () => {
  expectProblem(await balance(EXPIRED, shows('expired')), 401, 'SIGNATURE_INVALID');
});

test('a proxy is believed about the caller’s certificate and address; nobody else is', async () => {
  const settings = { HTTP_PROXY_CERTIFICATE_HEADER: 'X-Client-Certificate' };
  const behind = await world.startSwitch(undefined, {
    ...settings,
    HTTP_PROXY_ADDRESSES: '10.9.9.9, 127.0.0.1',
  });
  const elsewhere = await world.startSwitch(undefined, { ...settings, HTTP_PROXY_ADDRESSES: '10.9.9.9' });
  const forwarded = (value: string | string[]) => ({ headers: { 'X-Client-Certificate': value } });
  const right = encodeURIComponent(pem('partner.crt'));
  expect((await balance(PINNED, forwarded(right), behind.url)).status).toBe(200);
  for (const wrong of [encodeURIComponent(pem('stranger.crt')), 'nonsense', '', '%', [right, right]])
    expectProblem(await balance(PINNED, forwarded(wrong), behind.url), 401, 'SIGNATURE_INVALID');
  const over = forwarded(encodeURIComponent(pem('expired.crt')));
  expectProblem(await balance(EXPIRED, over, behind.url), 401, 'SIGNATURE_INVALID');
  expectProblem(await balance(PINNED, forwarded(right), elsewhere.url), 401, 'SIGNATURE_INVALID');

  await world.store.admin.run('UPDATE channel SET allowed_ips = \'["203.0.113.7"]\' WHERE channel_id = ?', [
    NOT_PINNED,
  ]);
  await behind.end('SIGTERM');
  await elsewhere.end('SIGTERM');
  const [fresh, stranger] = [
    await world.startSwitch(undefined, { HTTP_PROXY_ADDRESSES: '127.0.0.1' }),
    await world.startSwitch(undefined, { HTTP_PROXY_ADDRESSES: '10.9.9.9' }),
  ];
  const from = (address: string) => ({ headers: { 'X-Forwarded-For': address } });
  expect((await balance(NOT_PINNED, from('203.0.113.7'), fresh.url)).status).toBe(200);
  // What the caller wrote itself stands before what the proxy adds.
  for (const address of ['203.0.113.7, 198.51.100.1', '198.51.100.1', 'nobody', ''])
    expectProblem(await balance(NOT_PINNED, from(address), fresh.url), 401, 'SIGNATURE_INVALID');
  expectProblem(await balance(NOT_PINNED, from('203.0.113.7'), stranger.url), 401, 'SIGNATURE_INVALID');
});

test.each<[string, Record<string, string>, RegExp]>([
  [
    'a file that is not there',
    { ...SERVER, HTTP_TLS_CERTIFICATE_FILE: at('gone.crt') },
    /HTTP_TLS_CERTIFICATE_FILE: .*gone\.crt cannot be read \(ENOENT\): give a PEM file/,
  ],
  [
    'a key without its certificate',
    { HTTP_TLS_KEY_FILE: at('server.key') },
    /HTTP_TLS_CERTIFICATE_FILE is missing: give HTTP_TLS_CERTIFICATE_FILE and HTTP_TLS_KEY_FILE, or neither/,
  ],
  [
    'another certificate’s key',
    { ...SERVER, HTTP_TLS_KEY_FILE: at('partner.key') },
    /HTTP_TLS_KEY_FILE: .*partner\.key is not the key of .*server\.crt/,
  ],
  [
    'a key in the certificate’s place',
    { ...SERVER, HTTP_TLS_CERTIFICATE_FILE: at('server.key') },
    /server\.key is no certificate: give a PEM file/,
  ],
  [
    'an expired certificate',
    { ...SERVER, SIMPUL_CLOCK_OFFSET: '+31d' },
    /server\.crt has expired on .*: renew it and start again/,
  ],
  [
    'a certificate header from anybody',
    { HTTP_PROXY_CERTIFICATE_HEADER: 'X-Cert' },
    /HTTP_PROXY_ADDRESSES is not: anybody could send that header/,
  ],
  [
    'a proxy that is no address',
    { HTTP_PROXY_ADDRESSES: 'nginx' },
    /HTTP_PROXY_ADDRESSES: .*nginx.* is no address/,
  ],
])('a switch does not start with %s', async (_, settings, words) => {
  await expect(world.startSwitch(undefined, settings)).rejects.toThrow(words);
});

test('the books are sound', () => expectSound(world));
