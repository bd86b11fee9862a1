import { fromJson, type Statements } from '#lib/platform';
import type { Approval, ApprovalEvent, ApprovalState } from './approval';

/** A proposal's row. */
export interface ApprovalRow {
  approval_id: string;
  kind: string;
  subject: string;
  version: string;
  payload: string;
  reason: string;
  maker: string;
  checkers_needed: number;
  checkers_given: number;
  state: ApprovalState;
  last_event_no: number;
  proposed_at: Date;
  expires_at: Date;
  ended_at: Date | null;
  ended_by: string | null;
  content_hash: Buffer;
}

export const APPROVAL_COLUMNS =
  'approval_id, kind, subject, version, payload, reason, maker, checkers_needed, checkers_given, state, ' +
  'last_event_no, proposed_at, expires_at, ended_at, ended_by, content_hash';

export function approvalOf(row: ApprovalRow): Approval {
  return {
    approvalId: row.approval_id,
    kind: row.kind,
    subject: row.subject,
    version: row.version,
    payload: fromJson(row.payload),
    reason: row.reason,
    maker: row.maker,
    checkersNeeded: row.checkers_needed,
    checkersGiven: row.checkers_given,
    state: row.state,
    lastEventNo: row.last_event_no,
    proposedAt: row.proposed_at,
    expiresAt: row.expires_at,
    endedAt: row.ended_at,
    endedBy: row.ended_by,
  };
}

/** Reads a proposal, or undefined. */
export async function findApproval(
  statements: Statements,
  approvalId: string,
): Promise<Approval | undefined> {
  const [row] = await statements.rows<ApprovalRow>(
    `SELECT ${APPROVAL_COLUMNS} FROM approval WHERE approval_id = ?`,
    [approvalId],
  );
  return row && approvalOf(row);
}

/** What became of a proposal, oldest first. */
export async function approvalHistory(statements: Statements, approvalId: string): Promise<ApprovalEvent[]> {
  const rows = await statements.rows<{
    event: ApprovalState;
    by_user: string;
    version: string;
    note: string | null;
    at: Date;
  }>('SELECT event, by_user, version, note, at FROM approval_event WHERE approval_id = ? ORDER BY event_no', [
    approvalId,
  ]);
  return rows.map(({ event, by_user, version, note, at }) => ({ event, by: by_user, version, note, at }));
}

/** Which proposals are wanted. */
export interface ApprovalQuery {
  /** As they were proposed. */
  kind?: string | undefined;
  subject?: string | undefined;
  /** Only those that still wait for a checker at `now`. */
  open?: { now: Date } | undefined;
  /** Only those that stand behind this one in the list. */
  after?: Pick<Approval, 'proposedAt' | 'approvalId'> | undefined;
  rowsMax: number;
}

/** Proposals, the newest first. */
export async function listApprovals(statements: Statements, query: ApprovalQuery): Promise<Approval[]> {
  const { kind, subject, open, after, rowsMax } = query;
  const conditions: [string, (string | Date)[]][] = [];
  if (kind !== undefined) conditions.push(['kind = ?', [kind]]);
  if (subject !== undefined) conditions.push(['subject = ?', [subject]]);
  if (open) conditions.push(["state = 'proposed' AND expires_at > ?", [open.now]]);
  if (after)
    conditions.push([
      '(proposed_at < ? OR (proposed_at = ? AND approval_id < ?))',
      [after.proposedAt, after.proposedAt, after.approvalId],
    ]);
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(([sql]) => sql).join(' AND ')}`;
  const rows = await statements.rows<ApprovalRow>(
    `SELECT ${APPROVAL_COLUMNS} FROM approval ${where} ORDER BY proposed_at DESC, approval_id DESC LIMIT ?`,
    [...conditions.flatMap(([, values]) => values), rowsMax],
  );
  return rows.map(approvalOf);
}
