import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '#lib/platform';
import type { ReversalDelivery } from '#lib/switching';

/** Brings due reversals to their billers again and again; what is not acknowledged is due again later. */
export class ReversalLoop {
  private readonly stopping = new AbortController();
  private readonly ended: Promise<void>;

  constructor(
    private readonly delivery: ReversalDelivery,
    private readonly pollMs: number,
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
      const looked = await this.delivery.deliverDue().catch((error: unknown) => {
        this.logger.error({ err: error }, 'a round of reversals failed; the next one starts over');
        return 0;
      });
      if (looked === 0) await sleep(this.pollMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
