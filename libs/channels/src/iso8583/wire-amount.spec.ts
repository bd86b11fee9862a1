import fc from 'fast-check';
import { rupiah } from '#lib/kernel';
import { readAmount, writeAmount } from './wire-amount';

const SEN = { field: 4, form: 'decimals', decimals: 2 } as const;
const WHOLE = { field: 4, form: 'decimals', decimals: 0 } as const;
const CURRENCY = { field: 4, form: 'currency' } as const;

test.each([
  [SEN, 12, 9_999_999_999n],
  [WHOLE, 12, 999_999_999_999n],
  [CURRENCY, 16, 999_999_999_999n],
] as const)('whatever is written as %j is read back', (form, width, most) => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: most }), (amount) => {
      const text = writeAmount(rupiah(amount), form, width);
      expect(text).toHaveLength(width);
      expect(readAmount(text ?? '', form)).toBe(amount);
    }),
  );
  expect(writeAmount(rupiah(most + 1n), form, width)).toBeUndefined();
});

test.each([
  ['half a rupiah', SEN, '000000015250'],
  ['a sen', SEN, '000015250001'],
  ['letters', SEN, '00001525000x'],
  ['a sign', SEN, '-00015250000'],
  ['blanks', SEN, '    15250000'],
  ['nothing', SEN, ''],
  ['dollars', CURRENCY, '8400000000152500'],
  ['decimals that are not zero', CURRENCY, '3602000000152550'],
  ['no digit of decimals', CURRENCY, '360x000000152500'],
])('%s is no amount', (_, form, text) => {
  expect(readAmount(text, form)).toBeUndefined();
});

test('an amount with its currency says itself how many decimals it has', () => {
  expect(readAmount('3600000000302500', CURRENCY)).toBe(302_500n);
  expect(readAmount('3602000030250000', CURRENCY)).toBe(302_500n);
  expect(readAmount('000030250000', SEN)).toBe(302_500n);
});
