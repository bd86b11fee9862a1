import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ConfigError } from '#lib/platform';
import { Iso8583Spec, readSpec } from './spec';
import { dialect, DIALECTS, PACKED, ROOT } from '../../test/dialects';

const folder = mkdtempSync(join(tmpdir(), 'iso8583-spec-'));
afterAll(() => rmSync(folder, { recursive: true }));

function written(text: string): string {
  const file = join(folder, 'some.yaml');
  writeFileSync(file, text);
  return file;
}

/** A definition that may be spoilt. */
// oxlint-disable-next-line typescript/no-explicit-any
type Loose = any;

function packed(change: (definition: Loose) => unknown): string {
  const definition: Loose = structuredClone(PACKED);
  change(definition);
  return written(stringify(definition));
}

function complaint(file: string): string {
  try {
    readSpec(file);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
}

test.each(DIALECTS)('%s comes back the same when written out and read again', (name) => {
  const spec = dialect(name);
  const again = readSpec(written(spec.toYaml()));
  expect(again.definition).toEqual(spec.definition);
  expect(again).toBeInstanceOf(Iso8583Spec);
});

test('a mistake is named by file, line and key', () => {
  const text = readFileSync(join(ROOT, 'config', 'iso8583', 'bank-87.yaml'), 'utf8');
  const line = text.split('\n').findIndex((one) => one.includes('name: stan')) + 1;
  const file = written(text.replace('{ name: stan, format: n6', '{ name: stan, format: six'));
  expect(complaint(file)).toContain(`${file}:${line}: fields.11.format: "six" is no field format`);
});

test.each<[string, (definition: Loose) => unknown, string]>([
  ['a key that pairs by STAN alone', (d) => (d.match = [11]), 'match: must hold the STAN and more'],
  ['a message of an unknown field', (d) => d.messages['0200'].M.push(99), 'there is no field 99 here'],
  ['a field listed twice', (d) => d.messages['0200'].O.push(11), 'field 11 is listed twice'],
  ['an answer that is not there', (d) => (d.messages['0200'].answer = '0230'), 'there is no message 0230'],
  ['an echo of what never comes', (d) => d.messages['0210'].ME.push(39), 'cannot be echoed'],
  ['an answer that does not pair', (d) => (d.messages['0210'].ME = [3, 11]), '0210 must echo it'],
  ['another version', (d) => (d.mti.version = '2'), 'is not of version 2'],
  ['text packed as digits', (d) => (d.fields[41].body = 'bcd'), 'only digits'],
  ['a padded variable field', (d) => (d.fields[2].pad = 'zeros'), 'a variable field is not padded'],
  ['a name twice', (d) => (d.fields[2].name = 'stan'), 'is the name of'],
  ['a member nobody knows', (d) => (d.fields[2].colour = 'red'), 'fields.2: Unrecognized key'],
  [
    'a trailer among bytes',
    (d) => (d.framing = { kind: 'trailer', byte: 255, sizeMaxBytes: 99 }),
    'before a trailer',
  ],
])('%s is refused', (_, change, said) => {
  expect(complaint(packed(change))).toContain(said);
});

test('an answer echoes what its table says, and nothing else', () => {
  const spec = dialect('bank-87');
  const fields = { 3: '380000', 7: '0714081530', 11: '000001', 18: '6011', 35: '1234=99', 48: 'PI06053501' };
  expect(spec.answerTo({ mti: '0200', fields }, { 39: '00' })).toEqual({
    mti: '0210',
    fields: { 3: '380000', 7: '0714081530', 11: '000001', 18: '6011', 39: '00' },
  });
});

test('a message is complete or says what it lacks', () => {
  const spec = dialect('bank-87');
  const sound = { mti: '0800', fields: { 7: '0714081530', 11: '000001', 70: '001' } };
  expect(spec.check(sound)).toEqual({ ok: true, value: sound });
  const { 70: code, ...rest } = sound.fields;
  expect(code).toBe('001');
  expect(spec.check({ mti: '0800', fields: rest })).toMatchObject({ ok: false, error: { path: '70' } });
  expect(spec.check({ mti: '0800', fields: { ...sound.fields, 4: '000000000000' } })).toMatchObject({
    ok: false,
    error: { path: '4', problem: 'is no field of 0800' },
  });
});

test('question and answer have one key, whichever repeat it is; other classes and terminals another', () => {
  const spec = dialect('bank-87');
  const fields = { 7: '0714081530', 11: '000001', 32: '451', 41: 'ATM1' };
  const key = (mti: string, change = {}) => spec.matchKey({ mti, fields: { ...fields, ...change } });
  expect(key('0210', { 39: '00' })).toBe(key('0200'));
  expect(key('0201')).toBe(key('0210'));
  expect(key('0230')).not.toBe(key('0200'));
  expect(key('0410')).not.toBe(key('0210'));
  for (const change of [{ 11: '000002' }, { 7: '0714081531' }, { 41: 'ATM2' }, { 32: '452' }])
    expect(key('0210', change)).not.toBe(key('0200'));
});

test('an instant stands as the dialect writes it', () => {
  const instant = new Date('2026-07-14T20:15:30Z');
  expect(dialect('bank-87').stamps(instant)).toEqual({ 7: '0714201530' });
  expect(dialect('pln-2003').stamps(instant)).toEqual({ 12: '20260715031530' });
});

test('a log shows no more of a message than its dialect allows', () => {
  const spec = dialect('bank-87');
  const fields = { 2: '6278901234561234', 11: '000001', 35: '6278901234561234=2512', 48: 'CN12531100010002' };
  const shown = spec.masked({ mti: '0200', fields });
  expect(shown).toEqual({
    mti: '0200',
    2: '627890******1234',
    11: '000001',
    35: '*'.repeat(21),
    48: '*'.repeat(16),
  });
});
