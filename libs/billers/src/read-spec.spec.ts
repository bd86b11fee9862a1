import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '#lib/platform';
import { readSpec } from './read-spec';

const GOOD = readFileSync('config/billers/tirta-jaya.yaml', 'utf8');

const directory = mkdtempSync(join(tmpdir(), 'billers-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Writes the good spec with one text replaced. @returns the file, and the line that the change begins in. */
function broken(from: string, to: string): { file: string; line: number } {
  const at = GOOD.indexOf(from);
  if (at < 0) throw new Error(`the good spec has no ${from}`);
  const file = join(directory, 'tirta-jaya.yaml');
  writeFileSync(file, GOOD.slice(0, at) + to + GOOD.slice(at + from.length));
  return { file, line: GOOD.slice(0, at).split('\n').length };
}

function messageOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  throw new Error('the broken spec was accepted');
}

test('the good spec is good', () => {
  expect(readSpec('config/billers/tirta-jaya.yaml').biller).toBe('tirta-jaya');
});

test.each([
  ['afterUnknown: never', 'afterUnknown: often', 'reversal.afterUnknown', '"never"|"demanded"'],
  [
    "codes: { '00': accepted, '40': refused,",
    "codes: { '40': refused,",
    'reversal.codes',
    'no code means "accepted"',
  ],
  [
    "nomorBukti: '{billerReference}'",
    "nomorBukti: '{trace}'",
    'reversal.body.nomorBukti',
    'there is no {trace} here',
  ],
  ['kind: http-json', 'kind: soap', 'kind', '"http-json"'],
  ['url: BILLER_TIRTA_JAYA_URL', 'url: http://10.0.0.1/', 'url', 'the name of an environment variable'],
  ['secret: BILLER_', 'secret: hunter2 BILLER_', 'secret', 'the name of an environment variable'],
  ['algorithm: hmac-sha256', 'algorithm: crc32', 'signature.algorithm', '"hmac-sha256"|"hmac-sha512"'],
  ['header: X-Sign', 'header: X Sign', 'signature.header', 'the name of an HTTP header'],
  ['rupiah: number', 'rupiah: cents', 'rupiah', '"string"|"number"|'],
  ['answerMaxBytes: 65536', 'answerMaxBytes: 64k', 'answerMaxBytes', 'expected number'],
  ['inquiryMs: 8000', 'inquiryMs: 8.5', 'patience.inquiryMs', 'expected int'],
  ['inquiryMs: 8000', 'inquiryMs: 0', 'patience.inquiryMs', '>0'],
  ['path: /tagihan', 'path: tagihan', 'inquiry.path', 'must begin with /'],
  [
    'customerName: pelanggan.nama',
    'customerName: pelanggan[0]',
    'inquiry.bill.customerName',
    'a dotted path',
  ],
  ["lembar: '{billCount}'", 'lembar: null', 'payment.body.lembar', 'Invalid input'],
  [
    "'{customerNumber}', reff",
    "'{customer}', reff",
    'inquiry.body.noPelanggan',
    'there is no {customer} here',
  ],
  [
    "reff: '{trace}'",
    "reff: '{reference}'",
    'inquiry.body.reff',
    'only {product}, {customerNumber}, {amount}',
  ],
  ["'{echo.inquiry}'", "'{echo.ref}'", 'payment.body.nomorInquiry', '{echo.inquiry}'],
  ["lembar: '{billCount}'", "lembar: 'x{bill count}'", 'payment.body.lembar', 'braces stand around'],
  ["lembar: '{billCount}'", "lembar: { a: ['{nobody}'] }", 'payment.body.lembar.a.0', 'there is no {nobody}'],
  ["lembar: '{billCount}'", "lembar: '{billCount:yyyyMMdd}'", 'payment.body.lembar', 'only {settlementDate}'],
  ["repeats: { reff: '{reference}' }", "repeats: { reff: '{ref}' }", 'payment.repeats.reff', 'no {ref} here'],
  ["'05': DECLINED_BY_BILLER", "'05': DECLINED", 'payment.codes.05', 'expected one of "approved"|"unknown"'],
  ["'05': DECLINED_BY_BILLER", "'05': APPROVED", 'payment.codes.05', 'expected one of'],
  ["'05': DECLINED_BY_BILLER", "'05': IN_PROGRESS", 'payment.codes.05', 'expected one of'],
  ["'68': unknown", "'68': no such payment", 'payment.codes.68', 'expected one of'],
  ["'05': DECLINED_BY_BILLER, '63'", "'05': BILLER_UNAVAILABLE, '63'", 'advice.codes.05', 'expected one of'],
  ["'05': DECLINED_BY_BILLER, '63'", "'05': PRODUCT_CLOSED, '63'", 'advice.codes.05', 'expected one of'],
  ["'05': DECLINED_BY_BILLER, '63'", "'05': BILL_ALREADY_PAID, '63'", 'advice.codes.05', 'expected one of'],
  ["'05': DECLINED_BY_BILLER, '63'", "'05': BILL_IN_PAYMENT, '63'", 'advice.codes.05', 'expected one of'],
  ["'68': unknown", '68: unknown', '68', 'must be in quotes'],
  ["'00': bill, '14'", "'14'", 'inquiry.codes', 'no code means "bill", so no inquiry could ever succeed'],
])('%s -> %s is refused by file, line, key and what was expected', (from, to, key, expected) => {
  const { file, line } = broken(from, to);
  const message = messageOf(() => readSpec(file));
  expect(message).toContain(`${file}:`);
  expect(message).toMatch(new RegExp(`:${line}: ${key.replaceAll('.', '\\.')}: .*${escaped(expected)}`));
});

test.each([
  ['kind: http-json\n', '', 'kind'],
  ["  repeats: { reff: '{reference}' }\n  codes:\n", '  codes:\n', 'payment.repeats'],
  ['    customerName: pelanggan.nama\n', '', 'inquiry.bill.customerName'],
])('without %s the missing key is named', (from, to, key) => {
  const { file } = broken(from, to);
  expect(messageOf(() => readSpec(file))).toContain(`: ${key}: Invalid`);
});

test('a key that nobody knows is refused by its name', () => {
  const { file, line } = broken('  message: pesan\n', '  mesage: pesan\n');
  expect(messageOf(() => readSpec(file))).toMatch(
    new RegExp(`:${line}: inquiry: Unrecognized key: "mesage"; there are .*, message,`),
  );
});

test('a variable without quotes is refused where it stands', () => {
  const { file, line } = broken("noPelanggan: '{customerNumber}'", 'noPelanggan: {customerNumber}');
  expect(messageOf(() => readSpec(file))).toBe(
    `${file}:${line}: noPelanggan: must be in quotes: '{customerNumber}'`,
  );
});

test('a mistake of YAML itself is one line', () => {
  const { file } = broken('rupiah: number\n', '\trupiah: number\n');
  expect(messageOf(() => readSpec(file)).split('\n')[0]).toMatch(/Tabs are not allowed as indentation$/);
  expect(messageOf(() => readSpec(file))).not.toContain('^');
});

test.each([
  ['payment', "    reff: '{reference}'\n    lembar", '    lembar'],
  ['advice', "body: { reff: '{reference}' }", "body: { reff: '{customerNumber}' }"],
])('without our reference in it a %s is refused', (call, from, to) => {
  const { file } = broken(from, to);
  expect(messageOf(() => readSpec(file))).toContain(`: ${call}: says {reference} nowhere`);
});

test('a key that stands twice is refused by its line', () => {
  const { file, line } = broken('rupiah: number\n', 'rupiah: number\nrupiah: string\n');
  expect(messageOf(() => readSpec(file))).toContain(`${file}:${line + 1}: Map keys must be unique`);
});

test('every mistake of a file is named at once', () => {
  const { file } = broken('url: BILLER_TIRTA_JAYA_URL\nsecret: BILLER', 'url: x\nsecret: y BILLER');
  expect(messageOf(() => readSpec(file)).split('\n')).toHaveLength(2);
});

test('the name in a spec is its file’s', () => {
  const { file, line } = broken('biller: tirta-jaya', 'biller: tirta-jayA');
  expect(messageOf(() => readSpec(file))).toBe(
    `${file}:${line}: biller: is "tirta-jayA", must be the file's name, tirta-jaya`,
  );
});

function escaped(text: string): string {
  return text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
}
