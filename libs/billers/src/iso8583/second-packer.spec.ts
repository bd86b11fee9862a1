import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { dialectNamed } from './dialects';

/** A packer that shares no line with ours: https://www.npmjs.com/package/iso_8583. */
const SecondPacker = createRequire(__filename)('iso_8583') as new (
  message: Record<string, string>,
  formats: Record<string, object>,
) => { getBufferMessage(): Buffer | { error: string } };

const fixed = (length: number, type = 'ans') => ({ ContentType: type, LenType: 'fixed', MaxLen: length });
const variable = (digits: 2 | 3, length: number, type = 'ans') => ({
  ContentType: type,
  LenType: digits === 2 ? 'llvar' : 'lllvar',
  MaxLen: length,
});

/** The biller's table of data elements, written down once more by hand. */
const FORMATS = {
  // Its bitmap is always the long one, as text.
  1: { ContentType: 'an', LenType: 'fixed', MaxLen: 16 },
  3: fixed(6, 'n'),
  4: fixed(12, 'n'),
  7: fixed(10, 'n'),
  11: fixed(6, 'n'),
  12: fixed(6, 'n'),
  13: fixed(4, 'n'),
  15: fixed(4, 'n'),
  18: fixed(4, 'n'),
  32: variable(2, 11, 'n'),
  37: fixed(12, 'an'),
  41: fixed(16),
  42: fixed(15),
  43: fixed(40),
  48: variable(3, 999),
  49: fixed(3, 'n'),
  70: fixed(3, 'n'),
  90: fixed(42, 'n'),
};
const PADDED: Readonly<Record<string, number>> = { 41: 16, 42: 15, 43: 40 };

test.each([
  ['an advice', 'fixtures/billers/kawan/advice-approved.json'],
  ['a reversal', 'fixtures/billers/kawan/reversal-accepted.json'],
])('a packer of another make writes %s byte for byte as we do', (_, file) => {
  const { request } = JSON.parse(readFileSync(file, 'utf8')) as {
    request: { mti: string; fields: Record<string, string> };
  };
  const message: Record<string, string> = { 0: request.mti };
  for (const [number, value] of Object.entries(request.fields))
    message[number] = value.padEnd(PADDED[number] ?? 0);

  const theirs = new SecondPacker(message, FORMATS).getBufferMessage();

  const ours = dialectNamed('config', 'alto-87').packFrame(request);
  if (!Buffer.isBuffer(theirs)) throw new Error(theirs.error);
  expect(theirs.toString('latin1')).toBe(ours.toString('latin1'));
});
