import { setImmediate as turn } from 'node:timers/promises';
import { Clock } from '#lib/kernel';

interface Happening {
  atMs: number;
  /** Breaks ties: first planned, first done. */
  order: number;
  act: () => void;
}

/**
 * Time that jumps from one happening to the next. Between two of them every promise that can go on has gone on, so a
 * run is the same each time, however long it takes.
 */
export class VirtualTime extends Clock {
  private readonly planned: Happening[] = [];
  private count = 0;
  private workOutside = 0;

  constructor(private ms: number) {
    super();
  }

  override now(): Date {
    return new Date(this.ms);
  }

  get nowMs(): number {
    return this.ms;
  }

  /** Plans something so many milliseconds from now. */
  after(ms: number, act: () => void): void {
    this.count += 1;
    insert(this.planned, { atMs: this.ms + Math.max(0, ms), order: this.count, act });
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Work of the real world, during which this time stands still. */
  async outside<T>(work: Promise<T>): Promise<T> {
    this.workOutside += 1;
    try {
      return await work;
    } finally {
      this.workOutside -= 1;
    }
  }

  /** Lets happen what is planned until it is done, nothing is left, or the time is up. */
  async run(isDone: () => boolean, untilMs: number): Promise<void> {
    await this.settle();
    while (!isDone()) {
      const next = this.planned[0];
      if (!next || next.atMs > untilMs) break;
      removeFirst(this.planned);
      this.ms = Math.max(this.ms, next.atMs);
      next.act();
      await this.settle();
    }
    if (!isDone()) this.ms = Math.max(this.ms, untilMs);
  }

  private async settle(): Promise<void> {
    do await turn();
    while (this.workOutside > 0);
  }
}

function isBefore(one: Happening, other: Happening): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}

/** A binary heap, the next happening first. */
function insert(heap: Happening[], item: Happening): void {
  let at = heap.push(item) - 1;
  while (at > 0) {
    const up = (at - 1) >> 1;
    const above = heap[up];
    if (!above || !isBefore(item, above)) break;
    heap[at] = above;
    at = up;
  }
  heap[at] = item;
}

function removeFirst(heap: Happening[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  let at = 0;
  for (;;) {
    let down = 2 * at + 1;
    const [left, right] = [heap[down], heap[down + 1]];
    if (!left) break;
    if (right && isBefore(right, left)) down += 1;
    const below = heap[down];
    if (!below || !isBefore(below, last)) break;
    heap[at] = below;
    at = down;
  }
  heap[at] = last;
}
