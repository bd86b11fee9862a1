import type { BusinessDate } from '#lib/kernel';
import { bigintOrNull, type SqlValue, type Statements } from '#lib/platform';
import { twoSidesOf, type TwoSides, type TwoSidesRow } from '../two-sides';
import { UNRESOLVED_STATES, type BreakEventName, type BreakState } from './break-states';

/** How a break may end by people. */
export type Resolution =
  | 'advice_result'
  | 'refund'
  | 'reversal'
  | 'resend'
  | 'adjustment'
  | 'write_off'
  | 'counterparty_error'
  | 'confirmation';

/** A difference between our payments and a counterparty's file, as people work it. Amounts in whole rupiah. */
export interface Break extends TwoSides {
  breakId: string;
  source: string;
  /** Its own date: of the payment where there is one, else of the run. */
  businessDate: BusinessDate;
  kind: string;
  /** Both statuses, ours first; or the kind of duplicate. */
  sub: string | null;
  /** Our reference; empty where they state none. */
  matchKey: string;
  paymentId: string | null;
  legNo: number | null;
  theirRef: string | null;
  line: number | null;
  /** The money in question. */
  amount: bigint;
  /** The last run that found it, and its business date. */
  runId: number;
  runDate: BusinessDate;
  state: BreakState;
  lastEventNo: number;
  owner: string;
  dueAt: Date;
  openedAt: Date;
  approvalId: string | null;
  resolution: Resolution | 'file' | 'advice' | 'run' | null;
  outcome: BreakOutcome | null;
  resolvedAt: Date | null;
}

/** What the end of a break means for its payment: it counts as paid, as not paid, or it says nothing about it. */
export type BreakOutcome = 'paid' | 'not_paid' | 'none';

/** One line of a break's history. */
export interface BreakEvent {
  no: number;
  from: string;
  event: BreakEventName;
  to: BreakState;
  by: string;
  reason: string | null;
  /** SHA-256 of the file that proves it. */
  evidence: string | null;
  amount: bigint | null;
  approvalId: string | null;
  at: Date;
}

interface BreakRow extends TwoSidesRow {
  break_id: string;
  source: string;
  business_date: BusinessDate;
  kind: string;
  sub: string | null;
  match_key: string;
  payment_id: string | null;
  leg_no: number | null;
  their_ref: string | null;
  line_no: number | null;
  amount: string;
  run_id: number;
  run_date: BusinessDate;
  state: BreakState;
  last_event_no: number;
  owner: string;
  due_at: Date;
  opened_at: Date;
  approval_id: string | null;
  resolution: Break['resolution'];
  outcome: BreakOutcome | null;
  resolved_at: Date | null;
}

/** Which breaks are wanted. */
export interface BreakQuery {
  ids?: readonly string[];
  source?: string;
  /** Their own date, or that of the run which found them last. */
  businessDate?: BusinessDate;
  runId?: number;
  kind?: string;
  sub?: string;
  owner?: string;
  states?: readonly BreakState[];
  paymentId?: string;
  /** At most this much money in question. */
  amountMax?: bigint;
  /** Lock them for the rest of the transaction. */
  forUpdate?: true;
  rowsMax: number;
}

/** Reads breaks, those due first before the others. */
export async function listBreaks(statements: Statements, query: BreakQuery): Promise<Break[]> {
  if (query.ids?.length === 0 || query.states?.length === 0) return [];
  const { sql, values } = conditionsOf(query);
  const rows = await statements.rows<BreakRow>(
    `SELECT * FROM break_case ${sql} ORDER BY due_at, break_id LIMIT ?${query.forUpdate ? ' FOR UPDATE' : ''}`,
    [...values, query.rowsMax],
  );
  return rows.map(breakOf);
}

/** The breaks that still need somebody. */
export function openBreaks(statements: Statements, query: BreakQuery): Promise<Break[]> {
  return listBreaks(statements, { states: UNRESOLVED_STATES, ...query });
}

/** One break, or undefined. */
export async function findBreak(statements: Statements, breakId: string): Promise<Break | undefined> {
  return (await listBreaks(statements, { ids: [breakId], rowsMax: 1 }))[0];
}

/** What has been done about a break, oldest first. */
export async function breakHistory(statements: Statements, breakId: string): Promise<BreakEvent[]> {
  const rows = await statements.rows<{
    event_no: number;
    from_state: string;
    event: BreakEventName;
    to_state: BreakState;
    by_user: string;
    reason: string | null;
    evidence: string | null;
    amount: string | null;
    approval_id: string | null;
    at: Date;
  }>(
    'SELECT event_no, from_state, event, to_state, by_user, reason, evidence, amount, approval_id, at FROM break_event ' +
      'WHERE break_id = ? ORDER BY event_no',
    [breakId],
  );
  return rows.map((row) => ({
    no: row.event_no,
    from: row.from_state,
    event: row.event,
    to: row.to_state,
    by: row.by_user,
    reason: row.reason,
    evidence: row.evidence,
    amount: bigintOrNull(row.amount),
    approvalId: row.approval_id,
    at: row.at,
  }));
}

function conditionsOf(query: BreakQuery): { sql: string; values: SqlValue[] } {
  const parts: [string, SqlValue | undefined][] = [
    ['break_id IN (?)', query.ids && [...query.ids]],
    ['source = ?', query.source],
    ['run_id = ?', query.runId],
    ['kind = ?', query.kind],
    ['sub = ?', query.sub],
    ['owner = ?', query.owner],
    ['state IN (?)', query.states && [...query.states]],
    ['payment_id = ?', query.paymentId],
    ['amount <= ?', query.amountMax],
  ];
  const wanted = parts.filter((part): part is [string, SqlValue] => part[1] !== undefined);
  const texts = wanted.map(([text]) => text);
  const values = wanted.map(([, value]) => value);
  if (query.businessDate !== undefined) {
    texts.push('(business_date = ? OR run_date = ?)');
    values.push(query.businessDate, query.businessDate);
  }
  return { sql: texts.length === 0 ? '' : `WHERE ${texts.join(' AND ')}`, values };
}

function breakOf(row: BreakRow): Break {
  return {
    breakId: row.break_id,
    source: row.source,
    businessDate: row.business_date,
    kind: row.kind,
    sub: row.sub,
    matchKey: row.match_key,
    paymentId: row.payment_id,
    legNo: row.leg_no,
    ...twoSidesOf(row),
    theirRef: row.their_ref,
    line: row.line_no,
    amount: BigInt(row.amount),
    runId: row.run_id,
    runDate: row.run_date,
    state: row.state,
    lastEventNo: row.last_event_no,
    owner: row.owner,
    dueAt: row.due_at,
    openedAt: row.opened_at,
    approvalId: row.approval_id,
    resolution: row.resolution,
    outcome: row.outcome,
    resolvedAt: row.resolved_at,
  };
}

/** What still needs somebody, in all. */
export interface BreakSummary {
  count: number;
  /** Money in question. */
  amount: bigint;
  /** Of them past the time by which somebody was to have ended them. */
  overdue: number;
}

/** Counts and sums the breaks that still need somebody. */
export async function summaryOfBreaks(statements: Statements, now: Date): Promise<BreakSummary> {
  const [row] = await statements.rows<{ n: string; amount: string; overdue: string }>(
    `SELECT COUNT(*) AS n, COALESCE(SUM(amount), 0) AS amount, COALESCE(SUM(due_at < ?), 0) AS overdue
     FROM break_case WHERE state IN (?)`,
    [now, [...UNRESOLVED_STATES]],
  );
  return { count: Number(row?.n ?? 0), amount: BigInt(row?.amount ?? 0), overdue: Number(row?.overdue ?? 0) };
}
