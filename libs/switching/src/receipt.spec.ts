import { rupiah, ZERO } from '#lib/kernel';
import type { Offer } from './offer';
import { renderReceipt } from './receipt';

const OFFER: Offer = {
  customerName: 'SITI RAHMA',
  lines: [
    { period: '202606', amount: rupiah(100_000n), penalty: rupiah(3_000n), details: {} },
    { period: '202607', amount: rupiah(98_000n), penalty: ZERO, details: {} },
  ],
  remaining: 0,
  amount: rupiah(201_000n),
  adminFee: rupiah(5_000n),
  total: rupiah(206_000n),
  billerFee: rupiah(1_000n),
  commission: rupiah(2_600n),
  charge: rupiah(203_400n),
  details: { tariff: 'R1' },
  echo: {},
};
const PAYMENT = {
  paymentId: 'P0TBR00615QG',
  customerNumber: '531100010003',
  billerReference: 'EB1',
  paidAt: new Date('2026-07-14T16:41:09Z'),
  timeZone: 'Asia/Jakarta',
};

test('a receipt prints money, the Payment ID and a token as people read them', () => {
  const { lines } = renderReceipt(
    ['{paymentId}', 'Total: {total}', '{periods}', '{token}', '{time}'],
    PAYMENT,
    OFFER,
    { token: '12345678901234567890' },
  );
  expect(lines).toEqual([
    'P0TB-R006-15QG',
    'Total: Rp 206.000',
    '202606, 202607',
    '1234 5678 9012 3456 7890',
    '2026-07-14 23:41:09',
  ]);
});

test('remaining bills are told when some remain, and not when none do', () => {
  const line = 'Masih ada {remaining} lembar.';
  expect(renderReceipt([line], PAYMENT, OFFER, {}).lines).toEqual([]);
  expect(renderReceipt([line], PAYMENT, { ...OFFER, remaining: 2 }, {}).lines).toEqual([
    'Masih ada 2 lembar.',
  ]);
});

test('a biller cannot replace our own fields by naming its data like them', () => {
  const { fields } = renderReceipt([], PAYMENT, OFFER, { total: '1', paymentId: 'X', kwh: '12.5' });
  expect(fields).toMatchObject({ total: '206000', paymentId: 'P0TBR00615QG', kwh: '12.5', tariff: 'R1' });
});
