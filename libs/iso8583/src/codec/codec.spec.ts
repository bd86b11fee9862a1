import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { readSpec, WireError, type IsoMessage, type Iso8583Spec } from '../index';
import { dialect, DIALECTS, messageOf, PACKED, ROOT } from '../../test/dialects';

function packedDialect(): Iso8583Spec {
  const folder = mkdtempSync(join(tmpdir(), 'iso8583-codec-'));
  try {
    const file = join(folder, 'packed.yaml');
    writeFileSync(file, stringify(PACKED));
    return readSpec(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const SPECS: [string, Iso8583Spec][] = [
  ...DIALECTS.map((name): [string, Iso8583Spec] => [name, dialect(name)]),
  ['packed', packedDialect()],
];

const GOLDEN = DIALECTS.flatMap((name) => {
  const folder = join(ROOT, 'fixtures', 'iso8583', name, 'messages');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file): [string, string, string] => [name, file.replace('.json', ''), folder]);
});

test.each(GOLDEN)('%s: the sample %s is read and written byte for byte', (name, sample, folder) => {
  const wire = readFileSync(join(folder, `${sample}.txt`), 'latin1').trimEnd();
  const message = JSON.parse(readFileSync(join(folder, `${sample}.json`), 'utf8')) as IsoMessage;
  const spec = dialect(name);
  expect(spec.unpack(Buffer.from(wire, 'latin1'))).toEqual({ ok: true, value: message });
  expect(spec.pack(message).toString('latin1')).toBe(wire);
});

test('packed digits, raw bytes and both bitmaps stand where ISO 8583 puts them', () => {
  const spec = packedDialect();
  const message = {
    mti: '0200',
    fields: {
      2: '627890123',
      3: '380000',
      11: '000123',
      22: '021',
      35: '627890=25',
      41: 'ATM1',
      48: 'AB',
      52: '0011223344556677',
      55: '9F02',
      62: 'X',
      63: 'LONG',
      128: 'FFEEDDCCBBAA9988',
    },
  };
  const hex = [
    '0200',
    'e020040020811206 0000000000000001',
    '09 0627890123',
    '380000',
    '000123',
    '0021',
    '09 0627890d25',
    '41544d3120202020',
    '0002 4142',
    '0011223344556677',
    '0002 9f02',
    '01 58',
    '0004 4c4f4e47',
    Buffer.from('FFEEDDCCBBAA9988').toString('hex'),
  ]
    .join('')
    .replaceAll(' ', '');
  expect(spec.pack(message).toString('hex')).toBe(hex);
  expect(spec.unpack(Buffer.from(hex, 'hex'))).toEqual({ ok: true, value: message });
});

test.each(SPECS)('%s: whatever is packed is read back', (_, spec) => {
  fc.assert(
    fc.property(messageOf(spec), (message) => {
      fc.pre(sizeOf(message) < 1_800);
      expect(spec.unpack(spec.pack(message))).toEqual({ ok: true, value: message });
    }),
    { numRuns: 300 },
  );
});

function sizeOf({ fields }: IsoMessage): number {
  return Object.values(fields).reduce((size, value) => size + value.length + 4, 40);
}

test.each(SPECS)('%s: no bytes at all make it throw', (_, spec) => {
  const expectOneOrOther = (bytes: Uint8Array) => {
    const read = spec.unpack(Buffer.from(bytes));
    if (!read.ok) expect(read.error).toBeInstanceOf(WireError);
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), expectOneOrOther), { numRuns: 500 });
  // Nearly right is where parsers break: a sound message with some bytes changed, cut or added.
  const damaged = fc
    .tuple(messageOf(spec), fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 3 }), fc.nat(400))
    .map(([message, changes, length]) => {
      const bytes = sizeOf(message) < 1_800 ? spec.pack(message) : Buffer.alloc(10);
      for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
      return length % 3 === 0 ? bytes.subarray(0, length % bytes.length) : bytes;
    });
  fc.assert(fc.property(damaged, expectOneOrOther), { numRuns: 500 });
});

test.each(SPECS)('%s: what is read is what would be written', (_, spec) => {
  fc.assert(
    fc.property(messageOf(spec), fc.nat(400), fc.nat(255), (message, at, byte) => {
      fc.pre(sizeOf(message) < 1_800);
      const bytes = spec.pack(message);
      bytes[at % bytes.length] = byte;
      const read = spec.unpack(bytes);
      if (read.ok) expect(spec.unpack(spec.pack(read.value))).toEqual(read);
    }),
    { numRuns: 300 },
  );
});

const BANK = dialect('bank-87');
const INQUIRY = readFileSync(
  join(ROOT, 'fixtures', 'iso8583', 'bank-87', 'messages', 'inquiry.txt'),
  'latin1',
).trimEnd();

test.each<[string, string, Partial<WireError>]>([
  ['nothing', '', { path: 'mti', offset: 0 }],
  ['another type', INQUIRY.replace('0200', '0100'), { path: 'mti', offset: 0, raw: '0100' }],
  ['a broken bitmap', INQUIRY.replace('32384001', '3238G001'), { path: 'bitmap', offset: 4 }],
  [
    'letters in an amount',
    INQUIRY.replace('380000000000000000', '38000000000000000X'),
    { path: '4', offset: 26 },
  ],
  ['a length that is no number', INQUIRY.replace('026PI', '0x6PI'), { path: '48', offset: 97 }],
  ['a length that lies', INQUIRY.replace('026PI', '999PI'), { path: '48', problem: 'is cut short' }],
  [
    'a length past its limit',
    INQUIRY.replace('074510017', '994510017'),
    { path: '32', problem: 'says 99, and 11 is the most' },
  ],
  ['bytes behind it', `${INQUIRY}0`, { path: 'frame', problem: 'has 1 bytes behind its last field' }],
  ['a field that is not of the dialect', INQUIRY.replace('32384001', '32384009'), { path: '29' }],
])('%s is refused by name and place', (_, wire, error) => {
  const read = BANK.unpack(Buffer.from(wire, 'latin1'));
  expect(read.ok ? undefined : read.error).toMatchObject(error);
});

test('an error shows no customer data, and what was read before it can be answered', () => {
  const read = BANK.unpack(Buffer.from(INQUIRY.replace('CN12531100010002', 'CN1253110001000\n'), 'latin1'));
  expect(read).toMatchObject({
    ok: false,
    error: { path: '48', partial: { fields: { 11: '000123', 41: 'ATM00001' } } },
  });
  if (read.ok) return;
  expect(read.error.message).not.toContain('5311000');
  expect(JSON.stringify(read.error)).not.toContain('5311000');
});

test.each<[string, IsoMessage, string]>([
  ['a value too long', { mti: '0200', fields: { 3: '3800001' } }, '3'],
  ['a variable value too long', { mti: '0200', fields: { 32: '1'.repeat(12) } }, '32'],
  ['letters among digits', { mti: '0200', fields: { 4: '12x' } }, '4'],
  ['a character that is no ASCII', { mti: '0200', fields: { 48: 'Ā' } }, '48'],
  ['a line feed', { mti: '0200', fields: { 43: 'a\nb' } }, '43'],
  ['half a byte', { mti: '0200', fields: { 52: '123' } }, '52'],
  ['a field that is not of the dialect', { mti: '0200', fields: { 6: '1' } }, '6'],
  ['a field that is none', { mti: '0200', fields: { 1: '1' } }, '1'],
  ['a type that is not of the dialect', { mti: '0100', fields: {} }, 'mti'],
  [
    'more than a frame holds',
    { mti: '0200', fields: Object.fromEntries([48, 57, 60, 61, 62].map((n) => [n, 'x'.repeat(999)])) },
    '62',
  ],
])('%s is not packed', (_, message, path) => {
  let thrown: unknown;
  try {
    BANK.pack(message);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(WireError);
  expect(thrown).toMatchObject({ path });
});

test('a short value is padded: digits with zeros before, text with spaces behind', () => {
  const packed = BANK.pack({ mti: '0200', fields: { 4: '1500', 41: 'ATM' } }).toString('latin1');
  expect(packed).toBe('02001000000000800000000000001500ATM     ');
});
