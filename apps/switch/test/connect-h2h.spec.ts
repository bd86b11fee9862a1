import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { h2hAnswers } from '#lib/channels';
import { customer, H2hClient, PRODUCTS } from '../../../test/support/h2h-client';
import {
  anInstallation,
  expectSound,
  type Installation,
  type RunningApp,
} from '../../../test/support/processes';
import { channelSecret } from '../../../test/support/seed';

const GUIDE = join(__dirname, '..', '..', '..', 'docs', 'connect-h2h.md');
const run = promisify(execFile);

let world: Installation;
let app: RunningApp;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'guide-'));
  world = await anInstallation();
  app = await world.startSwitch();
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await world.close();
});

/** The guide's own program in this language. */
function programOf(language: string): string {
  const [, program] =
    new RegExp(`\n\`\`\`${language}\n([^]*?)\n\`\`\``).exec(readFileSync(GUIDE, 'utf8')) ?? [];
  if (program === undefined) throw new Error(`the guide has no program in ${language}`);
  return program;
}

const environment = (more: Record<string, string> = {}) => ({
  PATH: process.env.PATH ?? '',
  SIMPUL_URL: app.url,
  CHANNEL_ID: 'ppob-nusantara',
  CHANNEL_SECRET: channelSecret('ppob-nusantara'),
  ...more,
});

async function runNode(customerNumber: string): Promise<string> {
  const file = join(folder, 'pay.mjs');
  writeFileSync(file, programOf('js'));
  const env = environment({ CUSTOMER_NUMBER: customerNumber });
  const { stdout, stderr } = await run(process.execPath, [file], { env }).catch(
    (error: { stderr: string }) => ({
      stdout: '',
      stderr: error.stderr,
    }),
  );
  return stdout + stderr;
}

test("the guide's Node program pays a bill and prints its receipt", async () => {
  const number = customer('pln-postpaid');
  const printed = await runNode(number);
  expect(printed).toMatch(/ owes \d+\nPAID APPROVED\nSTRUK PEMBAYARAN TAGIHAN LISTRIK\n/);
  expect(await world.truthOf(number)).toHaveLength(1);
});

test.each([
  ['1037', /\nDECLINED DECLINED_BY_BILLER\n$/],
  ['0014', /Error: BILL_NOT_FOUND: /],
])("ending %s: the guide's Node program says so", async (ending, words) => {
  expect(await runNode(customer('pln-postpaid', ending))).toMatch(words);
});

/** Skipped, and shown as such, where the machine has no curl or no OpenSSL. */
const hasTools = ['curl', 'openssl'].every((tool) => spawnSync(tool, ['version']).error === undefined);

(hasTools ? test : test.skip)("the guide's shell program asks for a bill", async () => {
  const { stdout } = await run('bash', ['-euc', programOf('bash')], { env: environment() });
  expectOffer(stdout);
});

test('every answer has the members that the guide lists, and no other', async () => {
  const client = new H2hClient(() => app.url);
  const {
    ProductAnswer,
    OfferAnswer,
    PaymentAnswer,
    OpenPaymentAnswer,
    BalanceAnswer,
    MutationAnswer,
    ProblemAnswer,
  } = h2hAnswers;
  const { products } = (await client.get<{ products: unknown[] }>('/v1/products')).body;
  for (const product of products) ProductAnswer.parse(product);
  for (const product of PRODUCTS) {
    const offer = await client.offer(product, customer(product));
    OfferAnswer.parse(offer);
    PaymentAnswer.parse((await client.pay(offer)).body);
  }
  for (const ending of ['1037', '1039'])
    PaymentAnswer.parse((await client.payFor('pln-postpaid', customer('pln-postpaid', ending))).body);
  const open = await client.get<{ payments: unknown[] }>('/v1/payments?status=IN_PROGRESS');
  expect(open.body.payments).toHaveLength(1);
  for (const payment of open.body.payments) OpenPaymentAnswer.parse(payment);
  BalanceAnswer.parse((await client.get('/v1/balance')).body);
  const { mutations } = (await client.get<{ mutations: unknown[] }>('/v1/mutations')).body;
  expect(mutations.length).toBeGreaterThan(3);
  for (const mutation of mutations) MutationAnswer.parse(mutation);
  ProblemAnswer.parse((await client.ask({ product: 'pln-postpaid' })).body);
  ProblemAnswer.parse((await client.get('/v1/payments/T00000000000')).body);
});

function expectOffer(printed: string): void {
  expect(JSON.parse(printed)).toMatchObject({ reference: 'I-1', total: expect.stringMatching(/^\d+$/) });
}

test('the books are sound', () => expectSound(world));
