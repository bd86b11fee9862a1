import type { Logger } from '#lib/platform';
import { settleDue, type SettlementTools } from '#lib/settlement';
import type { Round } from './poll-loop';

/** Settles every day that is reconciled, and says once why one is not. */
export function settlesDays(tools: SettlementTools, sources: readonly string[], logger: Logger): Round {
  const told = new Map<string, string>();
  return {
    work: async () => {
      for (const { source, businessDate, result } of await settleDue(tools, sources)) {
        if (result.ok) {
          logger.info({ source, businessDate }, 'day settled');
          told.delete(source);
          continue;
        }
        const reason = `${businessDate} ${result.error.kind}`;
        if (told.get(source) === reason) continue;
        if (result.error.kind === 'failed')
          logger.error({ source, businessDate, err: result.error.error }, 'day not settled');
        else logger.warn({ source, businessDate, refused: result.error }, 'day not settled');
        told.set(source, reason);
      }
      return false;
    },
    failure: 'the days could not be settled; the next look starts over',
  };
}
