import { clockOffsetMs, ManualClock, SystemClock } from './clock';

test.each([
  ['', 0],
  ['+3d', 259_200_000],
  ['-90m', -5_400_000],
  ['+1d12h', 129_600_000],
])('the offset "%s" is %d ms', (text, ms) => {
  expect(clockOffsetMs(text)).toBe(ms);
});

test.each(['3d', '+3', '+3w', 'tomorrow', '+'])('"%s" is no offset', (text) => {
  expect(() => clockOffsetMs(text)).toThrow(RangeError);
});

test('a moved clock runs ahead of the machine by its offset', () => {
  const ahead = new SystemClock(259_200_000).now().getTime() - new SystemClock().now().getTime();
  expect(Math.abs(ahead - 259_200_000)).toBeLessThan(60_000);
});

test('a manual clock moves only by hand', () => {
  const clock = new ManualClock(new Date('2026-07-14T00:00:00Z'));
  clock.advance(1_500);
  expect(clock.now().toISOString()).toBe('2026-07-14T00:00:01.500Z');
});
