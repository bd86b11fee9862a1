import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '#lib/platform';
import type { AdviceLanes } from '#lib/switching';

/** Looks again and again who has payments to be asked about, and wakes their lanes. */
export class AdviceLoop {
  private readonly stopping = new AbortController();
  private readonly ended: Promise<void>;

  constructor(
    private readonly lanes: AdviceLanes,
    private readonly pollMs: number,
    private readonly logger: Logger,
  ) {
    this.ended = this.run();
  }

  /** Finishes the questions that are on their way. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.ended;
    await this.lanes.stop();
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.lanes.wake().catch((error: unknown) => {
        this.logger.error({ err: error }, 'it could not be seen what is due; the next look starts over');
      });
      await sleep(this.pollMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
