import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..', '..');

/** What the rules of dates say of one source in each Indonesian zone, over a new year and a leap day. */
const SCRIPT = `
const { dueTimes } = require('./dist/libs/reconciliation/src/due-times.js');
const { lateFrom } = require('./dist/libs/reconciliation/src/day-clock.js');
const { businessDateOf, addDays } = require('./dist/libs/kernel/src/index.js');
const calendar = { nextBusinessDay: (source, date) => addDays(date, 1) };
const schedule = { expectedAt: '06:00', warnAt: '07:30', escalateAt: '09:00' };
const rows = [];
for (const timeZone of ['Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura'])
  for (const businessDate of ['2026-12-31', '2027-12-31', '2028-02-28', '2028-02-29']) {
    const cutOff = { at: '23:30', graceMinutes: 15, timeZone };
    const due = dueTimes({ source: 'X', businessDate, schedule, format: { cutOff } }, calendar);
    const lastSale = new Date(due.expectedAt.getTime() - 6.25 * 3600000);
    rows.push([timeZone, businessDate, due.date, due.expectedAt.toISOString(), due.escalateAt.toISOString(),
      lateFrom(businessDate, cutOff), businessDateOf(lastSale, cutOff), businessDateOf(new Date(lastSale.getTime() + 1), cutOff)]);
  }
console.log(JSON.stringify(rows));
`;

/** As a server in that zone sees it. */
function seenIn(zone: string): string[][] {
  const output = execFileSync(process.execPath, ['-e', SCRIPT], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], TZ: zone },
    encoding: 'utf8',
  });
  return JSON.parse(output) as string[][];
}

test('what is due when does not depend on the zone of the server, nor on its daylight saving', () => {
  const zones = ['UTC', 'Asia/Jakarta', 'America/New_York', 'Australia/Lord_Howe'].map(seenIn);
  for (const other of zones.slice(1)) expect(other).toEqual(zones[0]);
});

test('the file of the last day of a year is due in the next, that of 28 February on the leap day, each in its zone', () => {
  expect(
    seenIn('UTC').filter(([, date]) => ['2026-12-31', '2028-02-28', '2028-02-29'].includes(date ?? '')),
  ).toEqual([
    [
      'Asia/Jakarta',
      '2026-12-31',
      '2027-01-01',
      '2026-12-31T23:00:00.000Z',
      '2027-01-01T02:00:00.000Z',
      '2026-12-31 23:15:00',
      '2026-12-31',
      '2027-01-01',
    ],
    [
      'Asia/Jakarta',
      '2028-02-28',
      '2028-02-29',
      '2028-02-28T23:00:00.000Z',
      '2028-02-29T02:00:00.000Z',
      '2028-02-28 23:15:00',
      '2028-02-28',
      '2028-02-29',
    ],
    [
      'Asia/Jakarta',
      '2028-02-29',
      '2028-03-01',
      '2028-02-29T23:00:00.000Z',
      '2028-03-01T02:00:00.000Z',
      '2028-02-29 23:15:00',
      '2028-02-29',
      '2028-03-01',
    ],
    [
      'Asia/Makassar',
      '2026-12-31',
      '2027-01-01',
      '2026-12-31T22:00:00.000Z',
      '2027-01-01T01:00:00.000Z',
      '2026-12-31 23:15:00',
      '2026-12-31',
      '2027-01-01',
    ],
    [
      'Asia/Makassar',
      '2028-02-28',
      '2028-02-29',
      '2028-02-28T22:00:00.000Z',
      '2028-02-29T01:00:00.000Z',
      '2028-02-28 23:15:00',
      '2028-02-28',
      '2028-02-29',
    ],
    [
      'Asia/Makassar',
      '2028-02-29',
      '2028-03-01',
      '2028-02-29T22:00:00.000Z',
      '2028-03-01T01:00:00.000Z',
      '2028-02-29 23:15:00',
      '2028-02-29',
      '2028-03-01',
    ],
    [
      'Asia/Jayapura',
      '2026-12-31',
      '2027-01-01',
      '2026-12-31T21:00:00.000Z',
      '2027-01-01T00:00:00.000Z',
      '2026-12-31 23:15:00',
      '2026-12-31',
      '2027-01-01',
    ],
    [
      'Asia/Jayapura',
      '2028-02-28',
      '2028-02-29',
      '2028-02-28T21:00:00.000Z',
      '2028-02-29T00:00:00.000Z',
      '2028-02-28 23:15:00',
      '2028-02-28',
      '2028-02-29',
    ],
    [
      'Asia/Jayapura',
      '2028-02-29',
      '2028-03-01',
      '2028-02-29T21:00:00.000Z',
      '2028-03-01T00:00:00.000Z',
      '2028-02-29 23:15:00',
      '2028-02-29',
      '2028-03-01',
    ],
  ]);
});
