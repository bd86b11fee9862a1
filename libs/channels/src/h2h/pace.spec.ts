import { Pace } from './pace';

test('a channel may send two seconds of its rate at once, and then keeps to it', () => {
  let now = 5_000;
  const pace = new Pace(() => now);
  const sentAt = () => Array.from({ length: 100 }, () => pace.allows('a', 10)).filter(Boolean).length;
  expect(sentAt()).toBe(20);
  now += 1_000;
  expect(sentAt()).toBe(10);
  now += 60_000;
  expect(sentAt()).toBe(20);
});

test('what one channel sends is no burden to another', () => {
  const pace = new Pace(() => 0);
  while (pace.allows('a', 5));
  expect(pace.allows('b', 5)).toBe(true);
});
