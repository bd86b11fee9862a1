import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '#lib/platform';

/** One round of work. */
export interface Round {
  /** @returns whether there may be more to do at once. */
  work(): Promise<boolean>;
  /** What is written down when a round fails; the next one starts over. */
  failure: string;
}

/** Does rounds of work until it is stopped, with a rest wherever there is nothing more to do. */
export class PollLoop {
  private readonly stopping = new AbortController();
  private readonly ended: Promise<void>;

  constructor(
    private readonly round: Round,
    private readonly restMs: number,
    private readonly logger: Logger,
  ) {
    this.ended = this.run();
  }

  /** Finishes the round in hand. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.ended;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const mayBeMore = await this.round.work().catch((error: unknown) => {
        this.logger.error({ err: error }, this.round.failure);
        return false;
      });
      if (!mayBeMore) await sleep(this.restMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
