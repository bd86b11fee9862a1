import fc from 'fast-check';
import {
  addDays,
  businessDateOf,
  endOfBusinessDate,
  isBusinessDate,
  JAKARTA_MIDNIGHT,
  localIso,
  zonedIso,
} from './business-date';

const LPB01 = { at: '23:30', graceMinutes: 15, timeZone: 'Asia/Jakarta' };

test.each([
  ['2026-07-14T16:59:59.999Z', '2026-07-14'],
  ['2026-07-14T17:00:00.000Z', '2026-07-14'],
  ['2026-07-14T17:00:00.001Z', '2026-07-15'],
  ['2026-12-31T17:00:00.001Z', '2027-01-01'],
  ['2028-02-29T05:00:00.000Z', '2028-02-29'],
])('at midnight in Jakarta, %s belongs to %s', (instant, date) => {
  expect(businessDateOf(new Date(instant), JAKARTA_MIDNIGHT)).toBe(date);
});

test.each([
  ['2026-07-14T16:41:09Z', '2026-07-14'], // 23:41, after the cut-off but within the grace
  ['2026-07-14T16:45:00Z', '2026-07-14'],
  ['2026-07-14T16:45:00.001Z', '2026-07-15'],
])('with a cut-off of 23:30 and 15 minutes of grace, %s belongs to %s', (instant, date) => {
  expect(businessDateOf(new Date(instant), LPB01)).toBe(date);
});

test('a noon-to-noon source is legal', () => {
  const noon = { at: '12:00', graceMinutes: 0, timeZone: 'Asia/Makassar' };
  expect(businessDateOf(new Date('2026-07-14T04:00:00Z'), noon)).toBe('2026-07-14');
  expect(businessDateOf(new Date('2026-07-14T04:00:00.001Z'), noon)).toBe('2026-07-15');
});

test('each instant lies in exactly one business date', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1_735_689_600_000, max: 1_900_000_000_000 }), (ms) => {
      const date = businessDateOf(new Date(ms), LPB01);
      const end = Date.parse(`${date}T00:00:00Z`) - 7 * 3_600_000 + (23 * 60 + 45) * 60_000;
      return ms <= end && ms > end - 86_400_000;
    }),
  );
});

test('instants are printed with the wall clock and the offset of their zone', () => {
  const instant = new Date('2026-07-14T16:41:09.120Z');
  expect(localIso(instant, 'Asia/Jakarta')).toBe('2026-07-14T23:41:09.120');
  expect(zonedIso(instant, 'Asia/Jayapura')).toBe('2026-07-15T01:41:09.120+09:00');
  expect(() => localIso(instant, 'Europe/Berlin')).toThrow(/Indonesian/);
});

test('dates are counted and checked as dates', () => {
  expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
  expect(isBusinessDate('2026-02-29')).toBe(false);
  expect(isBusinessDate('2028-02-29')).toBe(true);
  expect(isBusinessDate('20260714')).toBe(false);
});

test('a cut-off that is no time of day is refused', () => {
  expect(() =>
    businessDateOf(new Date(), { at: '24:30', graceMinutes: 0, timeZone: 'Asia/Jakarta' }),
  ).toThrow(RangeError);
});

test.each([JAKARTA_MIDNIGHT, LPB01, { at: '00:30', graceMinutes: 0, timeZone: 'Asia/Jayapura' }])(
  'the end of a business date with the cut-off $at is the last instant that belongs to it',
  (cutOff) => {
    for (const date of ['2026-07-14', '2026-12-31', '2028-02-29']) {
      const end = endOfBusinessDate(date, cutOff);
      expect(businessDateOf(end, cutOff)).toBe(date);
      expect(businessDateOf(new Date(end.getTime() + 1), cutOff)).toBe(addDays(date, 1));
    }
  },
);
