/** Whether there is room for one more payment. */
export type Room = 'room' | 'full' | 'share used up';

/**
 * Counts the payments that a process works on itself; one that waits for its biller costs nothing and does not count.
 * Beyond the bound a new one is refused before it is worked on, once no payment is found under its reference: a refusal now serves its caller better than
 * an answer that comes too late, and what was accepted keeps its pace. A channel that fills all hands does not keep the
 * others out: each may have its share, and whoever has more waits until the others have had theirs.
 */
export class WorkInHand {
  private count = 0;
  private readonly byChannel = new Map<string, number>();

  /** @param busyFrom so many are enough to do: whoever can wait before he is looked at had better wait. */
  constructor(
    private readonly countMax: number,
    private readonly busyFrom = countMax,
  ) {}

  get isBusy(): boolean {
    return this.count >= this.busyFrom;
  }

  /** Whether there is room for a new payment of this channel. */
  roomFor(channelId: string): Room {
    if (this.count < this.countMax) return 'room';
    const own = this.byChannel.get(channelId) ?? 0;
    const others = this.byChannel.size - (own > 0 ? 1 : 0);
    if (others === 0) return 'full';
    // As if one more channel were to come: the share of whoever fills all hands alone is not all of them.
    return own < this.countMax / (others + 2) ? 'room' : 'share used up';
  }

  /** Counts a piece of work until it ends. Payments that were accepted are always worked on to their end. */
  async on<T>(channelId: string, work: () => Promise<T>): Promise<T> {
    this.count += 1;
    this.byChannel.set(channelId, (this.byChannel.get(channelId) ?? 0) + 1);
    try {
      return await work();
    } finally {
      this.count -= 1;
      const left = (this.byChannel.get(channelId) ?? 1) - 1;
      if (left === 0) this.byChannel.delete(channelId);
      else this.byChannel.set(channelId, left);
    }
  }
}
