import { Pace, REAL_TIME, type Logger, type PaceTime } from '#lib/platform';
import type { AdviceFlow } from './advice.flow';
import type { LaneLimits } from './advice.limits';

/**
 * Advice by lanes, one for each biller that has payments to be asked about. A lane asks a bounded number at once and
 * per second; a biller that does not answer fills its own lane and no other. What waits stands in the database, so a
 * start with any number of open payments takes as long as one without.
 */
export class AdviceLanes {
  private readonly lanes = new Map<string, AdviceLane>();
  private readonly stopping = new AbortController();

  /** @param limitsOf a biller's bounds; it answers for every biller, also one that is not configured. */
  constructor(
    private readonly flow: AdviceFlow,
    private readonly limitsOf: (billerId: string) => LaneLimits,
    private readonly logger: Logger,
    private readonly time: PaceTime = REAL_TIME,
  ) {}

  /** Lists what was left behind, and sets the lanes that have something due to work; waits for no answer. */
  async wake(): Promise<void> {
    await this.flow.takeOver();
    for (const billerId of await this.flow.billersDue()) this.laneOf(billerId).wake();
  }

  /** Takes nothing new and waits for the questions that are on their way. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all([...this.lanes.values()].map((lane) => lane.atRest()));
  }

  private laneOf(billerId: string): AdviceLane {
    const known = this.lanes.get(billerId);
    if (known) return known;
    const lane = new AdviceLane(
      billerId,
      this.flow,
      this.limitsOf(billerId),
      this.stopping.signal,
      this.logger,
      this.time,
    );
    this.lanes.set(billerId, lane);
    return lane;
  }
}

/** One biller's lane. It works until nothing is due, and rests until it is woken. */
class AdviceLane {
  private readonly asking = new Set<Promise<void>>();
  private work: Promise<void> | undefined;
  private readonly pace: Pace;

  constructor(
    private readonly billerId: string,
    private readonly flow: AdviceFlow,
    private readonly limits: LaneLimits,
    private readonly signal: AbortSignal,
    private readonly logger: Logger,
    time: PaceTime,
  ) {
    this.pace = new Pace(limits.perSecondMax, { time });
  }

  wake(): void {
    this.work ??= this.askWhileDue()
      .catch((error: unknown) => {
        this.logger.error(
          { billerId: this.billerId, err: error },
          'a lane of advice stopped; it is woken again',
        );
      })
      .finally(() => {
        this.work = undefined;
      });
  }

  async atRest(): Promise<void> {
    await this.work;
    await Promise.all(this.asking);
  }

  private async askWhileDue(): Promise<void> {
    while (!this.signal.aborted) {
      const free = this.limits.atOnceMax - this.asking.size;
      if (free <= 0) {
        await Promise.race(this.asking);
        continue;
      }
      const room = await this.pace.take(free, this.signal);
      if (room === 0) return;
      const claimed = await this.flow.claimDue(this.billerId, room);
      this.pace.giveBack(room - claimed.length);
      if (claimed.length === 0) return;
      for (const one of claimed) {
        const asked = this.flow.advise(one).finally(() => this.asking.delete(asked));
        this.asking.add(asked);
      }
    }
  }
}
