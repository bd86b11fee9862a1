import fc from 'fast-check';
import { formatRupiah, rupiah, rupiahFromText, sum } from './rupiah';

test('what we write as an amount we read back', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 999_999_999_999_999_999n }),
      (n) => rupiahFromText(n.toString()) === n,
    ),
  );
});

test.each(['', '-1', '+1', '01', '1.0', '1,000', '1e3', ' 1', '1 ', '0x1', '١', '9999999999999999999'])(
  'the text "%s" is no amount',
  (text) => {
    expect(() => rupiahFromText(text)).toThrow(RangeError);
  },
);

test('a sum that no column could hold is refused, not wrapped', () => {
  const most = rupiah(9_223_372_036_854_775_807n);
  expect(() => sum([most, rupiah(1n)])).toThrow(RangeError);
});

test('amounts are printed as people in Indonesia read them', () => {
  expect(formatRupiah(rupiah(152_500n))).toBe('Rp 152.500');
  expect(formatRupiah(rupiah(-1_000_000n))).toBe('-Rp 1.000.000');
  expect(formatRupiah(rupiah(0n))).toBe('Rp 0');
});
