import { schedule } from 'node-cron';
import { checkFloatInvariants } from '#lib/floats';
import type { Clock } from '#lib/kernel';
import { checkDepositRows, checkLedgerInvariants, type InvariantVerdict } from '#lib/ledger';
import type { Database, Logger } from '#lib/platform';
import { checkSuccessesOnce, stopWhatIsBroken } from '#lib/switching';

/** What a check of the books needs. */
export interface BooksCheckTools {
  database: Database;
  clock: Clock;
  logger: Logger;
  /** Cron expression of the whole check, and its time zone. */
  when: { cron: string; timeZone: string };
}

/**
 * Checks the books by itself: what is cheap at once, and by its schedule all that may stop payments (I1, I3, I5, I17 and
 * what is read along with them). A broken book stops new payments of whom it concerns.
 * @returns stops the schedule and waits for the check in hand.
 */
export function startBooksCheck(tools: BooksCheckTools): () => Promise<void> {
  const { database, when } = tools;
  let inHand = check(tools, 'worker at its start', async () => [await checkDepositRows(database)]);
  const task = schedule(
    when.cron,
    async () => {
      inHand = check(tools, 'worker by its schedule', () =>
        database.snapshot(async (statements) => [
          ...(await checkLedgerInvariants(statements)),
          await checkSuccessesOnce(statements),
          await checkFloatInvariants(statements),
        ]),
      );
      await inHand;
    },
    { name: 'books', timezone: when.timeZone, noOverlap: true, suppressMissedWarning: true },
  );
  return async () => {
    await task.destroy();
    await inHand;
  };
}

async function check(
  { database, clock, logger }: BooksCheckTools,
  by: string,
  read: () => Promise<InvariantVerdict[]>,
): Promise<void> {
  try {
    const verdicts = await read();
    const broken = verdicts.filter(({ ok }) => !ok);
    const stopped = await stopWhatIsBroken(database, broken, by, clock.now());
    if (broken.length > 0) logger.error({ broken, stopped, by }, 'the books do not hold');
    else logger.info({ by, checked: verdicts.map(({ id }) => id) }, 'the books hold');
  } catch (error) {
    logger.error({ err: error, by }, 'the books could not be checked');
  }
}
