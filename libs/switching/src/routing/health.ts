import type { RoutingLimits } from './limits';

const BUCKETS = 10;

/** What was heard of a route within the window. */
export interface HealthNumbers {
  calls: number;
  failed: number;
  /** Of those that were answered; 0 where none was. */
  averageMs: number;
}

/** How a call ended, as far as it says something of the route. */
export type Heard = 'answer' | 'failure';

/** Counts a route's calls over a sliding window, in the memory of this process. */
export class RouteHealth {
  private readonly bucketMs: number;
  private readonly places = new Float64Array(BUCKETS).fill(-1);
  private readonly calls = new Float64Array(BUCKETS);
  private readonly failed = new Float64Array(BUCKETS);
  private readonly answeredMs = new Float64Array(BUCKETS);

  constructor({ windowMs }: Pick<RoutingLimits['health'], 'windowMs'>) {
    this.bucketMs = windowMs / BUCKETS;
  }

  record(nowMs: number, heard: Heard, tookMs: number): void {
    const place = Math.floor(nowMs / this.bucketMs);
    const at = place % BUCKETS;
    if (this.places[at] !== place) {
      this.places[at] = place;
      this.calls[at] = this.failed[at] = this.answeredMs[at] = 0;
    }
    this.calls[at]! += 1;
    if (heard === 'failure') this.failed[at]! += 1;
    else this.answeredMs[at]! += tookMs;
  }

  read(nowMs: number): HealthNumbers {
    const oldest = Math.floor(nowMs / this.bucketMs) - BUCKETS + 1;
    let [calls, failed, answeredMs] = [0, 0, 0];
    for (let at = 0; at < BUCKETS; at += 1) {
      if (this.places[at]! < oldest) continue;
      calls += this.calls[at]!;
      failed += this.failed[at]!;
      answeredMs += this.answeredMs[at]!;
    }
    const answered = calls - failed;
    return { calls, failed, averageMs: answered === 0 ? 0 : Math.round(answeredMs / answered) };
  }

  /** Forgets what was heard: a route that answers again starts anew. */
  forget(): void {
    this.places.fill(-1);
  }
}
