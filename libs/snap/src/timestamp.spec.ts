import { isFresh, readTimestamp, snapTimestamp, TIMESTAMP_FORMS } from './timestamp';

const INSTANT = new Date('2026-01-15T01:30:00Z');

test.each([
  ['2026-01-15T08:30:00+07:00', true],
  ['2026-01-14T18:30:00-07:00', true],
  ['2026-01-15T08:30:00.000+07:00', false],
  ['2026-01-15T01:30:00Z', false],
  ['2026-01-15T01:30:00.000Z', false],
])('%s is the same instant where its form was agreed', (text, byTheStandard) => {
  expect(readTimestamp(text, TIMESTAMP_FORMS)).toEqual(INSTANT);
  expect(readTimestamp(text, ['offset'])).toEqual(byTheStandard ? INSTANT : undefined);
});

test.each([
  '',
  'now',
  '1768440600',
  '2026-01-15T08:30:00',
  '2026-01-15 08:30:00+07:00',
  '20260115T083000+0700',
  '2026-01-15T08:30:00+0700',
  '2026-01-15T08:30:00+07:00 ',
  '2026-02-30T08:30:00+07:00',
  '2026-13-01T08:30:00+07:00',
  '2026-01-15T25:30:00+07:00',
  '2026-01-15T08:30:00+99:00',
])('"%s" is no timestamp', (text) => {
  expect(readTimestamp(text, TIMESTAMP_FORMS)).toBeUndefined();
});

test('the window is as wide behind as before', () => {
  const at = (ms: number) => new Date(INSTANT.getTime() + ms);
  expect(isFresh(at(300_000), INSTANT, 300_000)).toBe(true);
  expect(isFresh(at(-300_000), INSTANT, 300_000)).toBe(true);
  expect(isFresh(at(300_001), INSTANT, 300_000)).toBe(false);
  expect(isFresh(at(-300_001), INSTANT, 300_000)).toBe(false);
});

test('we write Jakarta time in 25 characters, wherever we run', () => {
  expect(snapTimestamp(new Date('2025-12-31T17:00:00.999Z'))).toBe('2026-01-01T00:00:00+07:00');
});
