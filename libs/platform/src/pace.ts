import { setTimeout as sleep } from 'node:timers/promises';

/** Time as a pace reads it; a test moves its own. */
export interface PaceTime {
  /** Milliseconds that never go back. */
  now(): number;
  /** Ends early, without an error, when the signal says so. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** The machine's own time. */
export const REAL_TIME: PaceTime = {
  now: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
};

/** How a pace differs from the usual one. */
export interface PaceOptions {
  /** How many seconds' share there is at once after a rest; 1 when left out. */
  burstSeconds?: number;
  time?: PaceTime;
}

/** Spreads work over time: so many per second, and after a rest a burst at most. (A token bucket.) */
export class Pace {
  private readonly savedMax: number;
  private readonly time: PaceTime;
  private saved: number;
  private at: number;

  constructor(
    private readonly perSecondMax: number,
    { burstSeconds = 1, time = REAL_TIME }: PaceOptions = {},
  ) {
    this.savedMax = perSecondMax * burstSeconds;
    this.time = time;
    this.saved = this.savedMax;
    this.at = time.now();
  }

  /** Takes room for one where there is some now. @returns whether there was. */
  takeOne(): boolean {
    if (this.save() < 1) return false;
    this.saved -= 1;
    return true;
  }

  /** Waits until there is room for one, and takes room for up to `most`. @returns 0 only when it was told to stop. */
  async take(most: number, signal: AbortSignal): Promise<number> {
    while (this.save() < 1) {
      if (signal.aborted) return 0;
      await this.time.sleep(Math.ceil(((1 - this.saved) / this.perSecondMax) * 1_000), signal);
    }
    const taken = Math.min(most, Math.floor(this.saved));
    this.saved -= taken;
    return taken;
  }

  /** Room that was taken and not used. */
  giveBack(unused: number): void {
    this.saved += unused;
  }

  private save(): number {
    const now = this.time.now();
    this.saved = Math.min(this.savedMax, this.saved + ((now - this.at) * this.perSecondMax) / 1_000);
    this.at = now;
    return this.saved;
  }
}
