import { Channel } from '#lib/catalog';
import { AgreedRates } from './agreed-rates';

let now = 5_000;
const time = { now: () => now, sleep: async () => undefined };

function aChannel(channelId: string, requestsPerSecond: number | null): Channel {
  return Object.assign(new Channel(), { channelId, requestsPerSecond });
}

test('a channel may send two seconds of its rate at once, and then keeps to it', () => {
  const rates = new AgreedRates(time);
  const sentAt = () =>
    Array.from({ length: 100 }, () => rates.allow(aChannel('a', 10))).filter(Boolean).length;
  expect(sentAt()).toBe(20);
  now += 1_000;
  expect(sentAt()).toBe(10);
  now += 60_000;
  expect(sentAt()).toBe(20);
});

test('what one channel sends is no burden to another', () => {
  const rates = new AgreedRates(time);
  while (rates.allow(aChannel('a', 5)));
  expect(rates.allow(aChannel('b', 5))).toBe(true);
});

test('a new agreement counts from when it is seen, and none at all is no limit', () => {
  const rates = new AgreedRates(time);
  while (rates.allow(aChannel('a', 5)));
  expect(rates.allow(aChannel('a', 6))).toBe(true);
  for (let sent = 0; sent < 1_000; sent += 1) expect(rates.allow(aChannel('a', null))).toBe(true);
});
