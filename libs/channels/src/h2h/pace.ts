/** A channel may send this many seconds' worth of its rate at once, after it was quiet. */
const BURST_S = 2;

/**
 * Holds each channel to its agreed rate: every request moves the channel's due time on by its share of a second, and
 * who is further ahead of the clock than the burst allows has to wait. (The generic cell rate algorithm.)
 */
export class Pace {
  private readonly dueMs = new Map<string, number>();

  /** @param now a clock that never goes back, in milliseconds. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Whether the channel may send one more request now; if so, it is counted. */
  allows(channelId: string, perSecond: number): boolean {
    const now = this.now();
    const due = Math.max(this.dueMs.get(channelId) ?? 0, now) + 1_000 / perSecond;
    if (due - now > BURST_S * 1_000) return false;
    this.dueMs.set(channelId, due);
    return true;
  }
}
