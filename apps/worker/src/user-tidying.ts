import { disableUnused, forgetAttempts } from '#lib/identity';
import { businessDateOf, JAKARTA_MIDNIGHT, type Clock } from '#lib/kernel';
import type { Database, Logger } from '#lib/platform';
import type { Round } from './poll-loop';

/**
 * Once a day of Jakarta, and at the start: whoever has not signed in for 90 days is disabled, and attempts that failed long ago
 * are forgotten. Every worker does so; twice is no harm. A day that failed is tried again at the next look.
 */
export function tidiesUsers(tools: { database: Database; clock: Clock; logger: Logger }): Round {
  const { database, clock, logger } = tools;
  let doneOn: string | undefined;
  return {
    async work() {
      const now = clock.now();
      const today = businessDateOf(now, JAKARTA_MIDNIGHT);
      if (doneOn === today) return false;
      const disabled = await disableUnused(database, now);
      if (disabled.length > 0)
        logger.warn({ users: disabled.length }, 'users who were not here for 90 days are disabled');
      await forgetAttempts(database, now);
      doneOn = today;
      return false;
    },
    failure: 'unused users and old attempts could not be tidied; the next look starts over',
  };
}
