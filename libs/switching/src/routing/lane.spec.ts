import type { PaceTime } from '#lib/platform';
import { BillerLane } from './lane';

/** Nobody's waiting ends by itself. */
const ENDLESS: PaceTime = { now: () => 0, sleep: () => new Promise(() => undefined) };

function aLane(): BillerLane {
  return new BillerLane({ atOnceMax: 4, queueMax: 2, queueWithinMs: 50 }, ENDLESS);
}

test('inquiries leave a quarter of the places to payments, also while inquiries wait', () => {
  const lane = aLane();
  expect([1, 2, 3].map(() => lane.enter('inquiry', 1_000))).toEqual([true, true, true]);
  void lane.enter('inquiry', 1_000);
  void lane.enter('inquiry', 1_000);
  expect(lane.enter('inquiry', 1_000)).toBe(false);
  expect(lane.isFull).toBe(false);
  expect(lane.enter('payment', 1_000)).toBe(true);
  expect(lane.isFull).toBe(true);
});

test('a place that becomes free goes to a payment before an inquiry that came first', async () => {
  const lane = aLane();
  for (let n = 0; n < 4; n += 1) void lane.enter('payment', 1_000);
  const ended: string[] = [];
  void Promise.resolve(lane.enter('inquiry', 1_000)).then(() => ended.push('inquiry'));
  void Promise.resolve(lane.enter('payment', 1_000)).then(() => ended.push('payment'));
  lane.leave();
  await Promise.resolve().then(() => undefined);
  expect(ended).toEqual(['payment']);
  expect(lane.inHand).toBe(4);
  lane.leave();
  lane.leave();
  await Promise.resolve().then(() => undefined);
  expect(ended).toEqual(['payment', 'inquiry']);
});
