import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { snapAnswers } from '#lib/channels';
import type { Field } from '#lib/snap';
import { customer } from '../../../test/support/h2h-client';
import {
  anInstallation,
  expectSound,
  type Installation,
  type RunningApp,
} from '../../../test/support/processes';
import { channelSecret, SNAP_BANK } from '../../../test/support/seed';
import { SnapBankClient } from '../../../test/support/snap-client';

/** The guide for banks: its program pays, its recorded messages are answered as recorded, its tables are complete. */

const ROOT = join(__dirname, '..', '..', '..');
const GUIDE = join(ROOT, 'docs', 'connect-snap.md');
const SAMPLES = join(ROOT, 'fixtures', 'channels', 'snap-strict');
const run = promisify(execFile);

let world: Installation;
let app: RunningApp;
let bank: SnapBankClient;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'guide-'));
  world = await anInstallation();
  app = await world.startSwitch();
  bank = new SnapBankClient(() => app.url);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await world.close();
});

/** The guide's own program. */
function program(): string {
  const [, text] = /\n```js\n([^]*?)\n```/.exec(readFileSync(GUIDE, 'utf8')) ?? [];
  if (text === undefined) throw new Error('the guide has no program');
  return text;
}

async function runNode(customerNo: string, unusual: NodeJS.ProcessEnv = {}): Promise<string> {
  const file = join(folder, 'pay.mjs');
  const key = join(folder, 'key.pem');
  writeFileSync(file, program());
  writeFileSync(key, SNAP_BANK.privateKey);
  const env = {
    PATH: process.env.PATH ?? '',
    SIMPUL_URL: app.url,
    BASE_PATH: '/openapi/v1.0',
    CLIENT_KEY: SNAP_BANK.clientKey,
    PRIVATE_KEY_FILE: key,
    CLIENT_SECRET: channelSecret(SNAP_BANK.channelId),
    PARTNER_ID: SNAP_BANK.partnerId,
    CHANNEL_ID: SNAP_BANK.channel,
    COMPANY_CODE: SNAP_BANK.companyCode,
    CUSTOMER_NO: customerNo,
    ...unusual,
  };
  const { stdout, stderr } = await run(process.execPath, [file], { env }).catch(
    (error: { stderr: string }) => ({ stdout: '', stderr: error.stderr }),
  );
  return stdout + stderr;
}

test("the guide's program pays a bill", async () => {
  const number = customer('pln-postpaid');
  expect(await runNode(`10${number}`)).toMatch(/^.+ owes \d+\.00\n2002500 00\nPayment ID T\w{11}\n$/);
  expect(await world.truthOf(number)).toHaveLength(1);
});

test.each([
  ['1037', /\n4032505 01\n$/],
  ['0014', /Error: 4042412 /],
])("ending %s: the guide's program says so", async (ending, words) => {
  expect(await runNode(`10${customer('pln-postpaid', ending)}`)).toMatch(words);
});

test.each([
  ['CLIENT_SECRET', /Error: 4012400 Unauthorized\. \[Signature\]/],
  ['CLIENT_KEY', /Error: 4017300 Unauthorized\. \[Unknown client\]/],
])("with a wrong %s the guide's program says what is wrong", async (name, words) => {
  expect(await runNode(`10${customer('pln-postpaid')}`, { [name]: 'wrong' })).toMatch(words);
});

/** One message and its answer, with `{name}` for what is known and `<name>` for what the answer brings. */
interface Sample {
  about: string;
  steps: {
    post: string;
    body?: object;
    raw?: string;
    externalId?: string;
    status: number;
    answer: Record<string, unknown>;
  }[];
}

const samples = readdirSync(SAMPLES).map((file): [string, Sample] => {
  const sample = JSON.parse(readFileSync(join(SAMPLES, file), 'utf8')) as Sample;
  return [`${file}: ${sample.about}`, sample];
});

test.each(samples)('%s', async (_, { steps }) => {
  const known = new Map([['n', bank.number()]]);
  const filled = (text: string) =>
    text.replace(/\{(\w+)\}/g, (whole, name: string) => known.get(name) ?? whole);
  for (const { post, body, raw, externalId, status, answer } of steps) {
    const message = raw === undefined ? JSON.stringify(body) : raw;
    const unusual = externalId === undefined ? {} : { externalId: filled(externalId) };
    const told = await bank.call(post, filled(message), unusual);
    expect([told.status, told.text]).toEqual([status, expect.anything()]);
    learn(told.body, JSON.parse(filled(JSON.stringify(answer))), known);
  }
});

/** Fails unless the answer has what the sample has; what it brings a second time must be the same. */
function learn(told: unknown, sample: unknown, known: Map<string, string>): void {
  if (typeof sample === 'object' && sample !== null) {
    for (const [name, value] of Object.entries(sample))
      learn((told as Record<string, unknown> | undefined)?.[name], value, known);
    return;
  }
  const [, name] = /^<(\w+)>$/.exec(String(sample)) ?? [];
  if (name === undefined) expect(told).toBe(sample);
  else {
    expect(told).toBe(known.get(name) ?? told);
    expect(typeof told).toBe('string');
    known.set(name, String(told));
  }
}

test('every answer has the members that the guide lists, and no other', async () => {
  const one = bank.account('10', customer('pln-postpaid', '0002'));
  const silent = bank.account('10', customer('pln-postpaid', '1039'));
  const { TOKEN_ANSWER, INQUIRY_ANSWER, PAYMENT_ANSWER, TRANSFER_STATUS_ANSWER } = snapAnswers;
  expectMembers((await bank.askToken()).body, TOKEN_ANSWER);
  const order = {
    ...(await bank.order(one)),
    flagAdvise: 'N',
    referenceNo: '1',
    trxDateTime: '2026-01-15T08:30:00+07:00',
  };
  expectMembers((await bank.inquire(one)).body.virtualAccountData, INQUIRY_ANSWER);
  expectMembers((await bank.inquire(bank.account('77', '1'))).body.virtualAccountData, INQUIRY_ANSWER);
  for (const answer of [
    await bank.pay(one, { ...order, paidAmount: { value: '1.00', currency: 'IDR' } }),
    await bank.pay(one, order),
    await bank.pay(silent, await bank.order(silent)),
    await bank.status(one, { paymentRequestId: order.paymentRequestId }),
    await bank.status(one, { paymentRequestId: 'nobody' }),
  ])
    expectMembers(answer.body.virtualAccountData, PAYMENT_ANSWER);
  const partnerReferenceNo = bank.number();
  const asked = await bank.call('transfer-va/inquiry-intrabank', { ...one, partnerReferenceNo });
  expectMembers(asked.body.virtualAccountData, INQUIRY_ANSWER);
  const { inquiryRequestId, totalAmount: paidAmount } = asked.body.virtualAccountData ?? {};
  const paid = await bank.call('transfer-va/payment-intrabank', {
    ...one,
    partnerReferenceNo,
    inquiryRequestId,
    paidAmount,
  });
  expectMembers(paid.body.virtualAccountData, PAYMENT_ANSWER);
  const question = { serviceCode: '33', originalPartnerReferenceNo: partnerReferenceNo };
  expectMembers((await bank.call('transfer/status', question)).body, TRANSFER_STATUS_ANSWER);
});

/** Fails unless an object has every mandatory member of a table and none that is not in it, each within its length. */
function expectMembers(value: unknown, fields: readonly Field[]): void {
  const members = value as Record<string, unknown>;
  const names = Object.keys(members);
  expect(names.filter((name) => !fields.some((field) => field.name === name))).toEqual([]);
  expect(fields.filter(({ name, presence }) => presence === 'M' && !names.includes(name))).toEqual([]);
  for (const field of fields) {
    const member = members[field.name];
    if (typeof member === 'string' && 'max' in field) expect(member.length).toBeLessThanOrEqual(field.max);
    if (field.kind === 'list' && Array.isArray(member)) {
      expect(member.length).toBeLessThanOrEqual(field.max);
      for (const item of member) expectMembers(item, field.of);
    }
    if (field.kind === 'bilingual' && member !== undefined)
      for (const text of Object.values(member as object))
        expect(String(text).length).toBeLessThanOrEqual(field.max);
  }
}

test('the books are sound', () => expectSound(world));
