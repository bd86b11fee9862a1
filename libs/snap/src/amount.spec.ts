import fc from 'fast-check';
import { rupiah } from '#lib/kernel';
import { readAmount, snapAmount } from './amount';

test('whole rupiah go out with two decimals and come back as they were', () => {
  expect(snapAmount(rupiah(152_500n))).toEqual({ value: '152500.00', currency: 'IDR' });
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 9_999_999_999_999n }), (whole) => {
      const { value, currency } = snapAmount(rupiah(whole));
      expect(readAmount(value, currency)).toEqual({ ok: true, value: whole });
    }),
  );
});

test.each([
  '152500',
  '152500.0',
  '152500.000',
  '152500.50',
  '152500,00',
  '152.500.00',
  '152,500.00',
  '+152500.00',
  '-152500.00',
  '1.525e5',
  '0152500.00',
  ' 152500.00',
  '152500.00 ',
  '١٥٢٥٠٠.00',
  '99999999999999.00',
  '.00',
  '',
])('"%s" is no amount', (value) => {
  expect(readAmount(value, 'IDR').ok).toBe(false);
});

test('another currency is refused', () => {
  expect(readAmount('152500.00', 'USD').ok).toBe(false);
  expect(readAmount('152500.00', 'idr').ok).toBe(false);
});
