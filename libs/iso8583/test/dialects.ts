import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { fieldFormat, readSpec, type IsoFields, type IsoMessage, type Iso8583Spec } from '../src/index';

export const ROOT = join(__dirname, '..', '..', '..');
const CONFIG = join(ROOT, 'config', 'iso8583');

/** Every dialect there is a file of. */
export const DIALECTS = readdirSync(CONFIG)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.replace('.yaml', ''));

export function dialect(name: string): Iso8583Spec {
  return readSpec(join(CONFIG, `${name}.yaml`));
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';
const OF_TYPE: Record<string, string> = {
  a: LETTERS,
  n: DIGITS,
  an: LETTERS + DIGITS,
  ans: ` ${LETTERS}${DIGITS}!"#$%&'()*+,-./:;<=>?@[\\]^_{|}~`,
  b: `${DIGITS}ABCDEF`,
  z: `${DIGITS}=`,
};

/** Values as a field gives them back: digits in full width, text without the spaces at its end. */
function valueOf(format: string): fc.Arbitrary<string> {
  const { type, length, lengthDigits } = fieldFormat(format);
  const unit = fc.constantFrom(...Array.from(OF_TYPE[type] ?? ''));
  const text = (min: number, max: number) =>
    fc.string({ unit, minLength: type === 'b' ? min * 2 : min, maxLength: type === 'b' ? max * 2 : max });
  if (lengthDigits > 0) {
    const any = text(0, Math.min(length, 120));
    return type === 'b' ? any.map((hex) => hex.slice(0, hex.length - (hex.length % 2))) : any;
  }
  if (type === 'n' || type === 'b' || type === 'z') return text(length, length);
  return text(0, length).map((value) => value.trimEnd());
}

/** Any message of a dialect, whatever its type demands. */
export function messageOf(spec: Iso8583Spec): fc.Arbitrary<IsoMessage> {
  const { fields, messages } = spec.definition;
  const values = Object.fromEntries(
    Object.entries(fields).map(([number, field]) => [number, valueOf(field.format)]),
  );
  return fc.record({
    mti: fc.constantFrom(...Object.keys(messages)),
    fields: fc.record(values, { requiredKeys: [] }) as fc.Arbitrary<IsoFields>,
  });
}

/** A dialect of packed digits and raw bytes, which no channel speaks yet: what card hosts use. */
export const PACKED = {
  dialect: 'packed',
  version: 1,
  title: 'Packed digits and raw bytes',
  framing: { kind: 'binary2', order: 'little', countsItself: true, sizeMaxBytes: 2_048 },
  mti: { version: '0', encoding: 'bcd' },
  bitmap: 'binary',
  encoding: { prefix: 'bcd', body: 'bcd' },
  stanField: 11,
  match: [11, 41],
  stamps: {},
  codes: {
    field: 39,
    approved: '00',
    signOnFirst: '01',
    malformed: '30',
    networkCodeUnknown: '12',
    busy: '96',
  },
  network: { request: '0800', codeField: 70, signOn: '001', signOff: '002', echo: '301' },
  fields: {
    2: { name: 'pan', format: 'n..19', mask: 'pan' },
    3: { name: 'processingCode', format: 'n6', mask: 'safe' },
    11: { name: 'stan', format: 'n6', mask: 'safe' },
    22: { name: 'entryMode', format: 'n3', mask: 'safe' },
    35: { name: 'track2', format: 'z..37', body: 'bcd' },
    39: { name: 'code', format: 'an2', mask: 'safe' },
    41: { name: 'terminal', format: 'ans8', mask: 'safe' },
    48: { name: 'data', format: 'ans...999', prefix: 'binary' },
    52: { name: 'pinBlock', format: 'b8', body: 'binary' },
    55: { name: 'chip', format: 'b...255', body: 'binary' },
    62: { name: 'more', format: 'ans..99', prefix: 'binary' },
    63: { name: 'long', format: 'ans....1500' },
    70: { name: 'networkCode', format: 'n3', mask: 'safe' },
    128: { name: 'mac', format: 'b8' },
  },
  messages: {
    '0200': { name: 'q', answer: '0210', M: [3, 11, 41], O: [2, 22, 35, 48, 52, 55, 62, 63, 70, 128] },
    '0210': { name: 'a', ME: [3, 11, 41], M: [39] },
    '0800': { name: 'q', answer: '0810', M: [11, 70] },
    '0810': { name: 'a', ME: [11, 70], M: [39] },
  },
};
