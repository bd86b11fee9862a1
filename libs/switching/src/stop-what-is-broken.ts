import { stopPayments } from '#lib/catalog';
import type { Clock, StopScope } from '#lib/kernel';
import type { BooksBehind, InvariantVerdict } from '#lib/ledger';
import type { Database, Logger } from '#lib/platform';

/**
 * Makes what is told that the database lacks what it had acknowledged: it stops everybody's new payments and raises the
 * alarm. It never throws; the writer that found it is closed by itself.
 * @param by which process found it, for the list of stops.
 */
export function stopWhenBehind(
  database: Database,
  by: string,
  clock: Clock,
  logger: Logger,
): (behind: BooksBehind) => void {
  return ({ message }) => {
    logger.error({ reason: message }, 'acknowledged payments are missing from the database: payments stop');
    stopPayments(database, { scope: 'all', reason: message, by, at: clock.now() }).catch((error: unknown) =>
      logger.error(
        { err: error },
        'the stop could not be written; this process writes no money all the same',
      ),
    );
  };
}

/**
 * Stops new payments of every deposit and biller that a broken invariant names. Payments that are open go on to their
 * end: advice and captures are not stopped.
 * @param by who checked the books, for the list of stops.
 * @returns the scopes that this call stopped.
 */
export async function stopWhatIsBroken(
  database: Database,
  verdicts: readonly InvariantVerdict[],
  by: string,
  at: Date,
): Promise<StopScope[]> {
  const stopped: StopScope[] = [];
  for (const { id, stops = [], firstCounterExample } of verdicts)
    for (const scope of stops) {
      const reason = `${id}: ${firstCounterExample ?? 'broken'}`;
      if (await stopPayments(database, { scope, reason, by, at })) stopped.push(scope);
    }
  return stopped;
}
