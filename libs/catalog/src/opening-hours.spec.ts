import { dailyHours, isOpen, type MaintenanceWindow, type OpeningTimes } from './opening-hours';

const HOURS = { opensAt: '01:00', closesAt: '23:00', timeZone: 'Asia/Jakarta' };
const NIGHT = { opensAt: '22:00', closesAt: '04:00', timeZone: 'Asia/Jayapura' };
const ALWAYS = { opensAt: null, closesAt: null, timeZone: 'Asia/Jakarta' };
const TIME = { validFrom: new Date(0), validUntil: null };

function calendar(more: Partial<OpeningTimes>) {
  return { ...ALWAYS, maintenance: [], closures: [], ...TIME, ...more };
}

const PLN: MaintenanceWindow = { from: '23:00', until: '01:00' };
const AT_NIGHT = [
  ['2026-07-14T15:59:59Z', true], // 22:59:59 in Jakarta
  ['2026-07-14T16:00:00Z', false],
  ['2026-07-14T17:59:59Z', false], // 00:59:59
  ['2026-07-14T18:00:00Z', true],
] as const;

test.each(AT_NIGHT)('open from 01:00 to 23:00 WIB: at %s it is open: %s', (instant, open) => {
  expect(isOpen(HOURS, new Date(instant))).toBe(open);
});

test.each(AT_NIGHT)(
  'maintenance from 23:00 to 01:00 WIB, over midnight: at %s it is open: %s',
  (instant, open) => {
    expect(isOpen({ ...ALWAYS, calendar: [calendar({ maintenance: [PLN] })] }, new Date(instant))).toBe(open);
  },
);

test("hours over midnight are read in the product's own zone", () => {
  expect(isOpen(NIGHT, new Date('2026-07-14T13:00:00Z'))).toBe(true);
  expect(isOpen(NIGHT, new Date('2026-07-14T18:59:59Z'))).toBe(true);
  expect(isOpen(NIGHT, new Date('2026-07-14T19:00:00Z'))).toBe(false);
});

test('a product without hours is always open', () => {
  expect(isOpen(ALWAYS, new Date())).toBe(true);
  expect(isOpen({ ...ALWAYS, calendar: [] }, new Date())).toBe(true);
});

test('a window of one day of the week belongs to the day on which it begins', () => {
  const saturdays = [calendar({ maintenance: [{ ...PLN, days: ['sat'] }] })];
  const open = (instant: string) => isOpen({ calendar: saturdays }, new Date(instant));
  expect(open('2026-07-18T16:30:00Z')).toBe(false); // Saturday 23:30
  expect(open('2026-07-18T17:30:00Z')).toBe(false); // Sunday 00:30
  expect(open('2026-07-17T17:30:00Z')).toBe(true); // Saturday 00:30: began on Friday
});

test('a closure is once, and the version of the calendar in force decides', () => {
  const closures = [{ from: '2026-07-14T00:00:00+07:00', until: '2026-07-15T00:00:00+07:00', reason: 'x' }];
  const versions = [
    { ...calendar({ closures }), validUntil: new Date('2026-07-14T05:00:00Z') },
    { ...calendar({}), validFrom: new Date('2026-07-14T05:00:00Z') },
  ];
  const open = (instant: string) => isOpen({ calendar: versions }, new Date(instant));
  expect(open('2026-07-13T16:59:59Z')).toBe(true);
  expect(open('2026-07-13T17:00:00Z')).toBe(false);
  expect(open('2026-07-14T04:59:59Z')).toBe(false);
  expect(open('2026-07-14T05:00:00Z')).toBe(true);
});

test('the list of products tells the hours that a daily window leaves', () => {
  const now = new Date();
  expect(dailyHours({ calendar: [calendar({ maintenance: [PLN] })] }, now)).toEqual({
    open: '01:00',
    close: '23:00',
    timeZone: 'Asia/Jakarta',
  });
  expect(dailyHours(NIGHT, now)).toEqual({ open: '22:00', close: '04:00', timeZone: 'Asia/Jayapura' });
  expect(dailyHours(ALWAYS, now)).toBeNull();
});
