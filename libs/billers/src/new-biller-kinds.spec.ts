import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describeBillers } from '../test/contract';

/**
 * The examples of the guides become billers in a folder of their own: what a guide says is what is tested here, and
 * nothing but YAML and fixtures makes a biller.
 */
const root = mkdtempSync(join(tmpdir(), 'new-biller-kinds-'));
afterAll(() => rmSync(root, { recursive: true }));
cpSync('config/iso8583', join(root, 'config/iso8583'), { recursive: true });

for (const kind of ['iso8583', 'snap'])
  for (const [path, text] of filesShownIn(readFileSync(`docs/biller-kinds/${kind}.md`, 'utf8')))
    write(path, text);

/** The cases that the guides do not show: call, case, DE 39, response code, flag, and what we make of it. */
const OTHER_CASES = [
  ['inquiry', 'declined', '05', '4032415', '01', { refusal: 'BILLER_UNAVAILABLE' }],
  ['inquiry', 'already-paid', '54', '4042414', '01', { refusal: 'BILL_ALREADY_PAID' }],
  ['inquiry', 'not-found', '31', '4042412', '01', { refusal: 'BILL_NOT_FOUND' }],
  ['inquiry', 'in-process', '68', '2022400', '03', { refusal: 'BILLER_UNAVAILABLE' }],
  ['payment', 'declined', '05', '4032515', '01', { kind: 'declined', code: 'DECLINED_BY_BILLER' }],
  ['payment', 'already-paid', '54', '4042514', '01', { kind: 'declined', code: 'BILL_ALREADY_PAID' }],
  ['payment', 'not-found', '31', '4042512', '01', { kind: 'declined', code: 'BILL_NOT_FOUND' }],
  ['payment', 'in-process', '68', '2022500', '03', { kind: 'unknown' }],
  ['advice', 'declined', '05', '2002600', '01', { kind: 'declined', code: 'DECLINED_BY_BILLER' }],
  ['advice', 'already-paid', '54', '4042614', '01', { kind: 'unknown' }],
  ['advice', 'not-found', '92', '4042601', '01', { kind: 'no such payment' }],
  ['advice', 'in-process', '68', '2002600', '03', { kind: 'unknown' }],
] as const;

interface Shown {
  request: { mti: string; fields: Record<string, string>; path: string; body: Record<string, unknown> };
  answer: { mti: string; fields: Record<string, string>; status: number; body: Record<string, unknown> };
  outcome: object;
}

writeIsoCases();
writeSnapCases();
describeBillers(
  ['air-desa', 'kos-nusa'].map((name) => ({
    file: join(root, `config/billers/${name}.yaml`),
    folder: join(root, `fixtures/billers/${name}`),
  })),
);

/** An advice is the payment in another type, with DE 90; a refusal has no private data of its own. */
function writeIsoCases(): void {
  const inquiry = shown('air-desa', 'inquiry-approved');
  const payment = shown('air-desa', 'payment-approved');
  const { 11: stan = '', ...fields } = payment.request.fields;
  const original = `0200${stan}${fields['7']}0000451001700000000000`;
  const advice: Pick<Shown['request'], 'mti' | 'fields'> = {
    mti: '0220',
    fields: { ...fields, 90: original },
  };
  const requests = { inquiry: inquiry.request, payment: payment.request, advice };
  const answers = {
    inquiry: inquiry.answer,
    payment: payment.answer,
    advice: { ...payment.answer, mti: '0230' },
  };
  save('air-desa', 'advice-approved', requests.advice, answers.advice, payment.outcome);
  for (const [call, name, code, , , outcome] of OTHER_CASES) {
    const { mti, fields: answered } = answers[call];
    const answer = { mti, fields: { ...answered, 39: code, 48: requests[call].fields['48'] } };
    save('air-desa', `${call}-${name}`, requests[call], answer, outcome);
  }
}

/** A status is asked for by the payment's number; a refusal repeats it, with its flag. */
function writeSnapCases(): void {
  const inquiry = shown('kos-nusa', 'inquiry-approved');
  const payment = shown('kos-nusa', 'payment-approved');
  const { partnerServiceId, customerNo, virtualAccountNo, paymentRequestId } = payment.request.body;
  const identity = { partnerServiceId, customerNo, virtualAccountNo };
  const status = {
    path: '/openapi/v1.0/transfer-va/status',
    body: { ...identity, inquiryRequestId: paymentRequestId, paymentRequestId },
  };
  const requests = { inquiry: inquiry.request, payment: payment.request, advice: status };
  const told = { ...payment.answer, body: { ...payment.answer.body, responseCode: '2002600' } };
  save('kos-nusa', 'advice-approved', status, told, payment.outcome);
  for (const [call, name, , responseCode, flag, outcome] of OTHER_CASES) {
    const word = call === 'inquiry' ? { inquiryStatus: flag } : { paymentFlagStatus: flag, paymentRequestId };
    const body = { responseCode, responseMessage: name, virtualAccountData: { ...identity, ...word } };
    const answer = { status: Number(responseCode.slice(0, 3)), body };
    save('kos-nusa', `${call}-${name}`, requests[call], answer, outcome);
  }
}

function shown(biller: string, name: string): Shown {
  return JSON.parse(readFileSync(join(root, 'fixtures/billers', biller, `${name}.json`), 'utf8')) as Shown;
}

function save(biller: string, name: string, request: object, answer: object, outcome: object): void {
  write(`fixtures/billers/${biller}/${name}.json`, JSON.stringify({ request, answer, outcome }));
}

/** The files a guide shows: a line with the path alone, then the block with the text. */
function filesShownIn(guide: string): [path: string, text: string][] {
  const found = guide.matchAll(/^`(?<path>[\w./-]+)`:\n\n```\w+\n(?<text>.*?)^```$/gms);
  return [...found].map(({ groups }) => [groups?.['path'] ?? '', groups?.['text'] ?? '']);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
