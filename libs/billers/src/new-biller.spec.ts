import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '#lib/kernel';
import { SettingError } from '#lib/platform';
import { describeBillers } from '../test/contract';
import { writeBelow, writeFilesOf } from '../test/guide';
import { LONG_MS, readJsonCase as readCase } from '../test/json-biller';
import { answering, rawBiller } from './contract/http/raw-biller';
import { BillerRegistry } from './registry';

/**
 * The guide's own example becomes a biller in a folder of its own: what the guide says is what is tested here, and
 * nothing but YAML and fixtures makes a biller.
 */
const GUIDE = 'docs/add-a-biller.md';

/** The fifteen cases less the two that the guide shows: call, case, the answer's code, and what we make of it. */
const OTHER_CASES = [
  ['inquiry', 'declined', 'REJECTED', { refusal: 'BILLER_UNAVAILABLE' }],
  ['inquiry', 'already-paid', 'ALREADY_SETTLED', { refusal: 'BILL_ALREADY_PAID' }],
  ['inquiry', 'not-found', 'NO_CONTRACT', { refusal: 'BILL_NOT_FOUND' }],
  ['inquiry', 'in-process', 'PENDING', { refusal: 'BILLER_UNAVAILABLE' }],
  ['payment', 'declined', 'REJECTED', { kind: 'declined', code: 'DECLINED_BY_BILLER' }],
  ['payment', 'already-paid', 'ALREADY_SETTLED', { kind: 'declined', code: 'BILL_ALREADY_PAID' }],
  ['payment', 'not-found', 'NO_CONTRACT', { kind: 'declined', code: 'BILL_NOT_FOUND' }],
  ['payment', 'in-process', 'PENDING', { kind: 'unknown' }],
  ['advice', 'declined', 'REJECTED', { kind: 'declined', code: 'DECLINED_BY_BILLER' }],
  ['advice', 'already-paid', 'ALREADY_SETTLED', { kind: 'unknown' }],
  ['advice', 'not-found', 'NO_SUCH_TX', { kind: 'no such payment' }],
  ['advice', 'in-process', 'PENDING', { kind: 'unknown' }],
] as const;

const root = mkdtempSync(join(tmpdir(), 'new-biller-'));
const config = join(root, 'config/billers');
const fixtures = join(root, 'fixtures/billers/gas-kota');
afterAll(() => rmSync(root, { recursive: true }));

writeFilesOf(GUIDE, root);
writeOtherCases();

describeBillers([{ file: join(config, 'gas-kota.yaml'), folder: fixtures }]);

test('the registry finds the new biller by its file, and a payment through it is what the biller said', async () => {
  const { leg, answer, given } = readCase(fixtures, 'payment-approved');
  const biller = await rawBiller(answering(answer));
  process.env['BILLER_GAS_KOTA_URL'] = biller.url;
  process.env['BILLER_GAS_KOTA_SECRET'] = given.signature?.secret;
  const registry = BillerRegistry.load(config, new SystemClock());

  const outcome = await registry.connector('gas-kota').pay(leg, new Date(Date.now() + LONG_MS));

  expect(outcome).toEqual({
    kind: 'approved',
    billerReference: 'GK-2607-000871',
    amount: 176_000n,
    receipt: { stamp: '7F3A-11C9' },
    evidence: { http: 200, code: 'OK', message: null },
  });
  // By hand: printf '%s' '{"agent":...}' | openssl dgst -sha512 -hmac '<secret>' -binary | base64
  expect(biller.requests[0]?.headers['x-digest']).toBe(
    'XQ8uckmTiQ4GsQtKUQBh/yuQsIf2cpswkhngnbK5shV0TWqWbuKc2nEgodZ+qVFR+KD++pi/jbp165R4DMgInQ==',
  );
  await registry.close();
  await biller.close();
});

test("the guide's example of a reversal is one that start-up takes", () => {
  const [, reversal = ''] = /^```yaml\n(reversal:\n.*?)^```$/ms.exec(readFileSync(GUIDE, 'utf8')) ?? [];
  const folder = join(root, 'with-reversal');
  mkdirSync(folder);
  const spec = readFileSync(join(config, 'gas-kota.yaml'), 'utf8');
  writeFileSync(join(folder, 'gas-kota.yaml'), `${spec}\n${reversal}`);
  const registry = BillerRegistry.load(folder, new SystemClock());
  expect('reverse' in registry.connector('gas-kota')).toBe(true);
});

test('a biller without a file is named with the remedy', () => {
  const registry = BillerRegistry.load(config, new SystemClock());
  expect(() => registry.connector('nobody')).toThrow(
    'no connector for biller nobody: add config/billers/nobody.yaml',
  );
});

test.each(['BILLER_GAS_KOTA_URL', 'BILLER_GAS_KOTA_SECRET'])('without %s nothing starts', (name) => {
  process.env['BILLER_GAS_KOTA_URL'] = 'http://127.0.0.1:1';
  process.env['BILLER_GAS_KOTA_SECRET'] = 'a secret';
  delete process.env[name];
  const load = () => BillerRegistry.load(config, new SystemClock());
  expect(load).toThrow(SettingError);
  expect(load).toThrow(`the environment variable ${name} is missing`);
});

/** Another answer needs no other request; the advice's is the payment's in other words. */
function writeOtherCases(): void {
  const requests = {
    inquiry: readCase(fixtures, 'inquiry-approved').request,
    payment: readCase(fixtures, 'payment-approved').request,
    advice: { path: '/v2/outcome', body: { partnerTx: 'T0G4M3C6ZK2P' } },
  };
  const { answer, outcome } = readCase(fixtures, 'payment-approved');
  const save = (name: string, fixture: object) =>
    writeBelow(root, `fixtures/billers/gas-kota/${name}.json`, JSON.stringify(fixture));
  save('advice-approved', { request: requests.advice, answer, outcome });
  for (const [call, name, code, told] of OTHER_CASES) {
    const repeated = call === 'inquiry' ? {} : { partnerTx: 'T0G4M3C6ZK2P' };
    save(`${call}-${name}`, {
      request: requests[call],
      answer: { result: { code }, ...repeated },
      outcome: told,
    });
  }
}
