import { Pace, type PaceTime } from './pace';

/** Time that moves only when somebody sleeps. */
class VirtualTime implements PaceTime {
  private ms = 0;

  now(): number {
    return this.ms;
  }

  async sleep(ms: number): Promise<void> {
    this.ms += ms;
  }
}

const { signal } = new AbortController();

test('ten thousand pieces of work take as many seconds as the pace says', async () => {
  const time = new VirtualTime();
  const pace = new Pace(50, { time });
  for (let done = 0; done < 10_000;) done += await pace.take(16, signal);
  // One second's share is there at the start; the rest comes at 50 a second.
  expect(time.now()).toBeGreaterThanOrEqual(((10_000 - 16 - 50) / 50) * 1_000);
  expect(time.now()).toBeLessThanOrEqual((10_000 / 50) * 1_000);
});

test('after a long rest no more than one second’s share is there at once', async () => {
  const time = new VirtualTime();
  const pace = new Pace(5, { time });
  await time.sleep(3_600_000);
  expect(await pace.take(100, signal)).toBe(5);
  expect(await pace.take(100, signal)).toBe(1);
});

test('room that was not used may be used', async () => {
  const pace = new Pace(5, { time: new VirtualTime() });
  expect(await pace.take(5, signal)).toBe(5);
  pace.giveBack(4);
  expect(await pace.take(100, signal)).toBe(4);
});

test('whoever is told to stop gets no room and waits no longer', async () => {
  const stop = new AbortController();
  const pace = new Pace(1);
  await pace.take(1, stop.signal);
  const waiting = pace.take(1, stop.signal);
  stop.abort();
  expect(await waiting).toBe(0);
});

test('who does not wait may take a burst at once, and then keeps to the pace', async () => {
  const time = new VirtualTime();
  const pace = new Pace(10, { burstSeconds: 2, time });
  const takenNow = () => Array.from({ length: 100 }, () => pace.takeOne()).filter(Boolean).length;
  expect(takenNow()).toBe(20);
  await time.sleep(1_000);
  expect(takenNow()).toBe(10);
  await time.sleep(60_000);
  expect(takenNow()).toBe(20);
});
