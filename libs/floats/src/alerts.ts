import type { RowToChange, Statements } from '#lib/platform';

/**
 * What people are told of a float. `low`: below its low level. `stopped`: nothing is left above its stop level.
 * `empty at biller`: the biller itself has refused a payment for it; while that is open its payments are paused.
 */
export type FloatAlertKind = 'low' | 'stopped' | 'empty at biller';

/** An alert that has not ended. */
export interface FloatAlert {
  billerId: string;
  kind: FloatAlertKind;
  reason: string;
  raisedAt: Date;
}

const REASON_MAX = 300;

/** Raises an alert, unless one of its kind is open. @returns whether this call raised it. */
export async function raiseAlert(
  statements: Statements,
  { billerId, kind, reason, raisedAt }: FloatAlert,
): Promise<boolean> {
  const added = await statements.run(
    'INSERT IGNORE INTO float_alert (biller_id, kind, reason, raised_at, open_key) VALUES (?, ?, ?, ?, ?)',
    [billerId, kind, reason.slice(0, REASON_MAX), raisedAt, openKey(billerId, kind)],
  );
  return added === 1;
}

/**
 * Ends an alert.
 * @param by why it ends, or who ended it.
 * @param raisedBefore leaves one alone that was raised later.
 * @returns whether one was open.
 */
export async function endAlert(
  statements: Statements,
  { billerId, kind, by, at, raisedBefore = at }: EndOfAlert,
): Promise<boolean> {
  const ended = await statements.run(
    'UPDATE float_alert SET ended_at = ?, ended_by = ?, open_key = NULL WHERE open_key = ? AND raised_at <= ?',
    [at, by.slice(0, REASON_MAX), openKey(billerId, kind), raisedBefore],
  );
  return ended === 1;
}

/** Money that fills a biller's float. */
export interface Filling {
  billerId: string;
  /** When it was booked, if before: a pause that came later knew of it. */
  bookedAt?: Date;
}

/**
 * What ends a biller's pause for an empty float, to be written in one unit of work with the money that fills it: that pause
 * and no later one. Nothing where none is open.
 */
export async function endsOfPause(
  statements: Statements,
  { billerId, bookedAt }: Filling,
  by: string,
  at: Date,
): Promise<RowToChange[]> {
  const pause = await openPause(statements, billerId);
  return pause && (bookedAt === undefined || pause.raisedAt <= bookedAt) ? [endOfPause(pause, by, at)] : [];
}

/** A pause of a biller that said that our float was empty. */
export interface Pause {
  alertId: string;
  billerId: string;
  reason: string;
  raisedAt: Date;
}

/** The pause of a biller that is open, or undefined. */
export async function openPause(statements: Statements, billerId: string): Promise<Pause | undefined> {
  const [row] = await statements.rows<{ alert_id: string | number; reason: string; raised_at: Date }>(
    'SELECT alert_id, reason, raised_at FROM float_alert WHERE open_key = ?',
    [openKey(billerId, 'empty at biller')],
  );
  return row && { alertId: String(row.alert_id), billerId, reason: row.reason, raisedAt: row.raised_at };
}

/** What ends one pause, if it is still open; a later one of the biller stays. */
export function endOfPause(
  { alertId, billerId }: Pick<Pause, 'alertId' | 'billerId'>,
  by: string,
  at: Date,
): RowToChange {
  return {
    table: 'float_alert',
    set: { ended_at: at, ended_by: by.slice(0, REASON_MAX), open_key: null },
    where: { alert_id: alertId, open_key: openKey(billerId, 'empty at biller') },
  };
}

/** How an alert ends. */
export interface EndOfAlert {
  billerId: string;
  kind: FloatAlertKind;
  by: string;
  at: Date;
  raisedBefore?: Date;
}

/** The alerts that are open, the oldest first. */
export async function openAlerts(statements: Statements): Promise<FloatAlert[]> {
  const rows = await statements.rows<{
    biller_id: string;
    kind: FloatAlertKind;
    reason: string;
    raised_at: Date;
  }>(
    'SELECT biller_id, kind, reason, raised_at FROM float_alert WHERE open_key IS NOT NULL ORDER BY alert_id',
  );
  return rows.map(({ biller_id, kind, reason, raised_at }) => ({
    billerId: biller_id,
    kind,
    reason,
    raisedAt: raised_at,
  }));
}

/** Which of these billers have said themselves that our float is empty, and are paused for it. */
export async function pausedBillers(
  statements: Statements,
  billerIds: string[],
): Promise<ReadonlySet<string>> {
  const rows = await statements.rows<{ biller_id: string }>(
    'SELECT biller_id FROM float_alert WHERE open_key IN (?)',
    [billerIds.map((billerId) => openKey(billerId, 'empty at biller'))],
  );
  return new Set(rows.map(({ biller_id }) => biller_id));
}

function openKey(billerId: string, kind: FloatAlertKind): string {
  return `${billerId}:${kind}`;
}
