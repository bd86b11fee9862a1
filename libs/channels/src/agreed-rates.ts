import type { Channel } from '#lib/catalog';
import { Pace, REAL_TIME, type PaceTime } from '#lib/platform';

/** A channel may send this many seconds' worth of its rate at once, after it was quiet. */
const BURST_SECONDS = 2;

/** Holds each channel to the rate it has agreed on. The catalog makes new objects of the same channels all the time. */
export class AgreedRates {
  private readonly paces = new Map<string, { perSecond: number; pace: Pace }>();

  constructor(private readonly time: PaceTime = REAL_TIME) {}

  /** Whether the channel may send one more request now; if so, it is counted. */
  allow({ channelId, requestsPerSecond: perSecond }: Channel): boolean {
    if (perSecond === null) return true;
    const known = this.paces.get(channelId);
    if (known?.perSecond === perSecond) return known.pace.takeOne();
    const pace = new Pace(perSecond, { burstSeconds: BURST_SECONDS, time: this.time });
    this.paces.set(channelId, { perSecond, pace });
    return pace.takeOne();
  }
}
