import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { SystemClock } from '#lib/kernel';
import { ConfigError } from '#lib/platform';
import { readCase } from '../contract/fixtures';
import { paired, type IsoCase } from '../contract/iso8583/iso-case';
import { iso8583Driver } from '../contract/iso8583/iso-driver';
import { rawHost, type IsoReaction } from '../contract/iso8583/raw-host';
import { LONG_MS, SHORT_MS } from '../contract/told';
import { readSpec } from '../read-spec';
import { Iso8583Connector } from './connector';
import { dialectNamed } from './dialects';
import type { Iso8583BillerSpec } from './spec';

const FILE = 'config/billers/kawan.yaml';
const SPEC = readSpec(FILE) as Iso8583BillerSpec;
const DIALECT = dialectNamed('config', SPEC.dialect);
const { fixtures } = iso8583Driver(SPEC, 'config');
const shown = (name: string) => readCase('fixtures/billers/kawan', name, fixtures) as IsoCase;
const PAID = shown('payment-approved');

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const approving: IsoReaction = {
  react: (line, question) => line.send(paired(DIALECT, PAID.answer, question)),
};

async function opened(reaction: IsoReaction, spec: Iso8583BillerSpec = SPEC) {
  const host = await rawHost(DIALECT, reaction);
  process.env[spec.host] = '127.0.0.1';
  process.env[spec.port] = String(host.port);
  const events: string[] = [];
  const tell = (event: string) => void events.push(event);
  const connector = new Iso8583Connector(spec, DIALECT, new SystemClock(), { tell, firstStan: 1 });
  cleanups.push(
    () => host.close(),
    () => connector.close(),
  );
  await connector.isReady(LONG_MS);
  return { host, connector, events };
}

const within = (ms: number) => new Date(Date.now() + ms);

test('a late answer changes nothing and is told, for people who have to explain it', async () => {
  const { connector, events } = await opened({
    react: (line, question) =>
      void setTimeout(() => line.send(paired(DIALECT, PAID.answer, question)), SHORT_MS * 2),
  });
  const outcome = await connector.pay(PAID.leg, within(SHORT_MS));
  expect(outcome.kind).toBe('unknown');
  while (!events.includes('late answer')) await new Promise((resume) => setTimeout(resume, 20));
});

test('of two payments that go by one number at one moment one leaves: no other number would lead an advice to it', async () => {
  const { connector, host } = await opened(approving, { ...SPEC, line: { ...SPEC.line, connections: 1 } });
  const outcomes = await Promise.all([1, 2].map(() => connector.pay(PAID.leg, within(LONG_MS))));
  expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['approved', 'not sent']);
  expect(host.requests.map(({ message }) => message.fields[11])).toEqual([PAID.request.fields['11']]);
});

test('what people read is data, whatever it looks like', async () => {
  const asked = shown('inquiry-approved');
  const name = '=HYPERLINK("http://evil.example") <b>';
  const hostile = (text: string) => text.replace('NM14CITRA WIBISONO', `NM${name.length}${name}`);
  const { connector } = await opened({
    react: (line, question) => {
      const answer = paired(DIALECT, asked.answer, question);
      line.send({ ...answer, fields: { ...answer.fields, 48: hostile(asked.answer.fields['48'] ?? '') } });
    },
  });
  const bill = await connector.inquire(asked.question, within(LONG_MS));
  expect(bill).toMatchObject({ ok: true, value: { customerName: name } });
});

test('lines carry messages in turn, and one that is lost takes only its own with it', async () => {
  let served = 0;
  const { connector, host } = await opened({
    react: (line, question) => {
      served += 1;
      if (served === 1) line.socket.destroy();
      else line.send(paired(DIALECT, PAID.answer, question));
    },
  });
  const kinds: string[] = [];
  for (let turn = 0; turn < 3; turn += 1) kinds.push((await connector.pay(PAID.leg, within(LONG_MS))).kind);
  expect(kinds).toEqual(['unknown', 'approved', 'approved']);
  expect(host.requests).toHaveLength(3);
});

test('an advice is told from its repeat, and names the payment whichever process asks', async () => {
  const { answer, leg } = shown('advice-approved');
  const { connector, host } = await opened({
    react: (line, question) => line.send(paired(DIALECT, answer, question)),
  });
  for (let turn = 0; turn < 2; turn += 1) await connector.advise(leg, within(LONG_MS));
  expect(host.requests.map(({ message }) => message.mti)).toEqual(['0220', '0221']);
  const original = `0200${PAID.request.fields['11']}`;
  for (const { message } of host.requests) expect(message.fields[90]).toContain(original);
});

test('a product that the file does not know, and a value that does not fit, are not sent', async () => {
  const { connector, host } = await opened(approving);
  const unknown = await connector.pay({ ...PAID.leg, product: 'tv' }, within(LONG_MS));
  const long = await connector.pay({ ...PAID.leg, customerNumber: '9'.repeat(25) }, within(LONG_MS));
  expect([unknown.kind, long.kind]).toEqual(['not sent', 'not sent']);
  expect(host.requests).toEqual([]);
});

describe('a file that does not fit its dialect stops the start by file, line and key', () => {
  const root = mkdtempSync(join(tmpdir(), 'iso8583-billers-'));
  const file = join(root, 'billers', 'kawan.yaml');
  const good = readFileSync(FILE, 'utf8');
  beforeAll(() => {
    mkdirSync(join(root, 'billers'));
    cpSync(resolve('config/iso8583'), join(root, 'iso8583'), { recursive: true });
  });
  afterAll(() => rmSync(root, { recursive: true }));

  test.each([
    ['dialect: alto-87', 'dialect: alto-88', 'dialect', 'there is no'],
    ["  '49': '360'", "  '50': '360'", 'fields.50', 'there is no field 50'],
    ["type: '0200'", "type: '0210'", 'inquiry.type', '0210 is no question'],
    ["'{stan:last12}'", "'{rrn}'", 'inquiry.fields.37', 'there is no {rrn} here'],
    ["'{amount:cents}'", "'{amount:yen}'", 'payment.fields.4', '{amount} cannot be written as yen'],
    [
      "product: '{value.code}'",
      "article: '{value.code}'",
      'inquiry.fields.48.parts.article',
      'is no part of bill',
    ],
    ["layouts: { '48': bill }", "layouts: { '48': bills }", 'inquiry.layouts.48', 'there is no layout bills'],
    ["operator: '48.operator'", "operator: '48.brand'", 'bill.details.operator', 'brand is no part of bill'],
    ['          period: period', '          period: month', 'bill.line.period', 'month is no part of a bill'],
    ["at: '4', form: cents", "at: '4', form: dollars", 'approved.amount', 'Invalid input'],
    ["codes: { '00': bill, ", 'codes: { ', 'inquiry.codes', 'no code means "bill"'],
  ])('%s -> %s', (from, to, key, said) => {
    expect(good).toContain(from);
    writeFileSync(file, good.replace(from, to));
    const read = () => readSpec(file);
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(
      new RegExp(`kawan\\.yaml:\\d+: [\\w.-]*${key.replaceAll('.', '\\.')}.*: .*${escaped(said)}`),
    );
  });
});

function escaped(text: string): string {
  return text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
}
