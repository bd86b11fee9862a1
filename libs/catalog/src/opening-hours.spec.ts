import { isOpen } from './opening-hours';

const PLN = { opensAt: '01:00', closesAt: '23:00', timeZone: 'Asia/Jakarta' };
const NIGHT = { opensAt: '22:00', closesAt: '04:00', timeZone: 'Asia/Jayapura' };
const ALWAYS = { opensAt: null, closesAt: null, timeZone: 'Asia/Jakarta' };

test.each([
  ['2026-07-14T15:59:59Z', true], // 22:59:59 in Jakarta
  ['2026-07-14T16:00:00Z', false],
  ['2026-07-14T17:59:59Z', false], // 00:59:59
  ['2026-07-14T18:00:00Z', true],
])('electricity closes from 23:00 to 01:00 WIB: %s is open: %s', (instant, open) => {
  expect(isOpen(PLN, new Date(instant))).toBe(open);
});

test("hours over midnight are read in the product's own zone", () => {
  expect(isOpen(NIGHT, new Date('2026-07-14T13:00:00Z'))).toBe(true);
  expect(isOpen(NIGHT, new Date('2026-07-14T18:59:59Z'))).toBe(true);
  expect(isOpen(NIGHT, new Date('2026-07-14T19:00:00Z'))).toBe(false);
});

test('a product without hours is always open', () => {
  expect(isOpen(ALWAYS, new Date())).toBe(true);
});
