import { stopPayments } from '#lib/catalog';
import type { StopScope } from '#lib/kernel';
import type { InvariantVerdict } from '#lib/ledger';
import type { Statements } from '#lib/platform';

/**
 * Stops new payments of every deposit and biller that a broken invariant names. Payments that are open go on to their
 * end: advice and captures are not stopped.
 * @param by who checked the books, for the list of stops.
 * @returns the scopes that this call stopped.
 */
export async function stopWhatIsBroken(
  statements: Statements,
  verdicts: readonly InvariantVerdict[],
  by: string,
  at: Date,
): Promise<StopScope[]> {
  const stopped: StopScope[] = [];
  for (const { id, stops = [], firstCounterExample } of verdicts)
    for (const scope of stops) {
      const reason = `${id}: ${firstCounterExample ?? 'broken'}`;
      if (await stopPayments(statements, { scope, reason, by, at })) stopped.push(scope);
    }
  return stopped;
}
