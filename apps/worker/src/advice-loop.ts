import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '#lib/platform';
import type { AdviceFlow } from '#lib/switching';

/** Asks about due payments again and again; after a full round at once, after a quiet one when the poll is due. */
export class AdviceLoop {
  private readonly stopping = new AbortController();
  private readonly ended: Promise<void>;

  constructor(
    private readonly flow: AdviceFlow,
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
      const asked = await this.flow.adviseDue().catch((error: unknown) => {
        this.logger.error({ err: error }, 'an advice round failed; the next one starts over');
        return 0;
      });
      if (asked === 0) await sleep(this.pollMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
