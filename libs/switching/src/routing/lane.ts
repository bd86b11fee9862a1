import type { PaceTime } from '#lib/platform';
import type { CallKind } from './circuit';
import type { Bulkhead } from './limits';

/** Inquiries leave so much of a biller's places to payments. */
const FOR_PAYMENTS = 4;

interface Waiting {
  kind: CallKind;
  /** Tells it whether it has a place. */
  end: (hasPlace: boolean) => void;
}

/**
 * The places at one biller: how many calls are on their way to it, and a bounded queue before them. A biller that does
 * not answer fills its own places and no others.
 */
export class BillerLane {
  private count = 0;
  private readonly queue: Waiting[] = [];

  constructor(
    private readonly limits: Bulkhead,
    private readonly time: PaceTime,
  ) {}

  /** Calls on their way. */
  get inHand(): number {
    return this.count;
  }

  /** Whether one more would be refused at once. */
  get isFull(): boolean {
    return !this.hasPlaceFor('payment') && this.queue.length >= this.limits.queueMax;
  }

  /**
   * Takes a place, waits for one, or is refused. Whoever has one gives it back by `leave`.
   * @param leftMs how long its caller can wait at all.
   */
  enter(kind: CallKind, leftMs: number): boolean | Promise<boolean> {
    if (this.hasPlaceFor(kind) && !this.isBehindOthers(kind)) {
      this.count += 1;
      return true;
    }
    if (this.queue.length >= this.limits.queueMax) return false;
    return this.wait(kind, Math.min(leftMs, this.limits.queueWithinMs));
  }

  leave(): void {
    this.count -= 1;
    // Payments first: their customers have decided.
    const next =
      this.queue.find(({ kind }) => kind === 'payment') ??
      (this.hasPlaceFor('inquiry') ? this.queue[0] : undefined);
    if (!next || !this.hasPlaceFor(next.kind)) return;
    this.count += 1;
    next.end(true);
  }

  /** Inquiries wait behind everybody; a payment only behind payments, which its own places are kept for. */
  private isBehindOthers(kind: CallKind): boolean {
    return kind === 'inquiry' ? this.queue.length > 0 : this.queue.some((one) => one.kind === 'payment');
  }

  private hasPlaceFor(kind: CallKind): boolean {
    const { atOnceMax } = this.limits;
    const forAll = kind === 'payment' ? atOnceMax : atOnceMax - Math.floor(atOnceMax / FOR_PAYMENTS);
    return this.count < forAll;
  }

  private wait(kind: CallKind, withinMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const over = new AbortController();
      const waiting: Waiting = {
        kind,
        end: (hasPlace) => {
          const at = this.queue.indexOf(waiting);
          if (at < 0) return;
          this.queue.splice(at, 1);
          over.abort();
          resolve(hasPlace);
        },
      };
      this.queue.push(waiting);
      void this.time.sleep(withinMs, over.signal).then(() => waiting.end(false));
    });
  }
}
