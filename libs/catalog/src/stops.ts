import { recordAudit, systemOf } from '#lib/audit';
import type { StopScope } from '#lib/kernel';
import type { Database, Statements } from '#lib/platform';

/** New payments of a scope are refused until people release it. */
export interface PaymentStop {
  stopId: string;
  scope: StopScope;
  reason: string;
  stoppedBy: string;
  stoppedAt: Date;
}

const REASON_MAX = 500;

/** What is stopped and not released, oldest first. */
export const OPEN_STOPS =
  'SELECT s.stop_id, s.scope, s.reason, s.stopped_by, s.stopped_at FROM payment_stop s ' +
  'LEFT JOIN payment_stop_release r ON r.stop_id = s.stop_id WHERE r.stop_id IS NULL ORDER BY s.stop_id';

/** A row of `OPEN_STOPS`. */
export interface StopRow {
  stop_id: string | number;
  scope: string;
  reason: string;
  stopped_by: string;
  stopped_at: Date;
}

/** What is stopped now, oldest first. */
export async function openStops(statements: Statements): Promise<PaymentStop[]> {
  return (await statements.rows<StopRow>(OPEN_STOPS)).map(stopOf);
}

/** A stop as a value. */
export function stopOf({ stop_id, scope, reason, stopped_by, stopped_at }: StopRow): PaymentStop {
  return {
    stopId: String(stop_id),
    scope: scope as StopScope,
    reason,
    stoppedBy: stopped_by,
    stoppedAt: stopped_at,
  };
}

/**
 * Stops new payments of a scope, once: while it is stopped already, nothing is added.
 * Every switch sees it with its next look at the catalog, within seconds.
 * @returns whether this call stopped it.
 */
export async function stopPayments(
  database: Database,
  { scope, reason, by, at }: { scope: StopScope; reason: string; by: string; at: Date },
): Promise<boolean> {
  return database.transaction(async (tx) => {
    const added = await tx.run(
      'INSERT INTO payment_stop (scope, reason, stopped_by, stopped_at) SELECT ?, ?, ?, ? FROM DUAL WHERE NOT EXISTS ' +
        '(SELECT 1 FROM payment_stop s LEFT JOIN payment_stop_release r ON r.stop_id = s.stop_id ' +
        'WHERE s.scope = ? AND r.stop_id IS NULL)',
      [scope, reason.slice(0, REASON_MAX), by, at, scope],
    );
    if (added === 1)
      recordAudit(tx, {
        by: systemOf(by),
        action: 'stopped',
        object: { kind: 'stop', id: scope },
        at,
        reason,
      });
    return added === 1;
  });
}
