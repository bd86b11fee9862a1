import { ENDINGS, endingOf, openBillCount, paymentDelayMs } from './endings';

test('no ending is spoken for by two rows', () => {
  for (let digits = 0; digits <= 9_999; digits += 1)
    expect(ENDINGS.filter((row) => row.from <= digits && digits <= row.to).length).toBeLessThanOrEqual(1);
});

test('money never moves where the inquiry knows no bill', () => {
  const withoutBill = ENDINGS.filter(
    (row) => row.inquiry === 'customer unknown' || row.inquiry === 'already paid',
  );

  expect(withoutBill.map((row) => row.payment)).toEqual(withoutBill.map((row) => row.inquiry));
});

test('an ending nobody lists owes one bill and is paid', () => {
  expect(endingOf('531100014711')).toMatchObject({ inquiry: 'bills', payment: 'paid', answer: 'told' });
  expect(openBillCount('531100014711')).toBe(1);
});

test('the ending counts the bills from 0002 to 0012 and nowhere else', () => {
  const counts = Array.from({ length: 15 }, (_, digits) =>
    openBillCount(`9999${String(digits).padStart(4, '0')}`),
  );

  expect(counts).toEqual([1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 1]);
});

test('ending 3nnn waits nnn times ten milliseconds', () => {
  expect(['3000', '3001', '3125', '3999', '4001'].map((ending) => paymentDelayMs(`5311${ending}`))).toEqual([
    0, 10, 1_250, 9_990, 0,
  ]);
});
