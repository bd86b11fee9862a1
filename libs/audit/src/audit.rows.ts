import type { SnapshotStatements, SqlValue, Statements } from '#lib/platform';
import { DEEDS, type AuditRow } from './audit-row';

/** In the order in which they are written. */
export const AUDIT_COLUMNS =
  'chain, seq, written_at, at, by_user, role, authenticated, action, object_kind, object_id, process, source, ' +
  'approval_id, payment_id, run_id, changes, previous_hash, hash';

/** A row as the database hands it over. */
export interface StoredAuditRow {
  chain: string;
  seq: string | number;
  written_at: Date;
  at: Date;
  by_user: string;
  role: string;
  authenticated: string;
  action: string;
  object_kind: string;
  object_id: string;
  process: string;
  source: string;
  approval_id: string | null;
  payment_id: string | null;
  run_id: number | null;
  changes: string;
  previous_hash: Buffer;
  hash: Buffer;
}

/** What to look for in the trail; all of it must hold. */
export interface AuditQuery {
  by?: string | undefined;
  action?: string | undefined;
  objectKind?: string | undefined;
  objectId?: string | undefined;
  /** Written at this instant or later, by the database's clock. */
  from?: Date | undefined;
  /** Written before this instant. */
  to?: Date | undefined;
  /** Only rows before this place: the last one of the page before. */
  before?: bigint | undefined;
  rowsMax: number;
}

/** The last place of a chain, as its head knows it. */
export interface AuditHead {
  seq: bigint;
  hash: Buffer;
}

/** Rows of the trail, the newest first, a page at a time. */
export async function listAudit(statements: Statements, query: AuditQuery): Promise<AuditRow[]> {
  const conditions: [string, SqlValue][] = [['chain = ?', DEEDS]];
  const also = (sql: string, value: SqlValue | undefined) =>
    value !== undefined && conditions.push([sql, value]);
  also('by_user = ?', query.by);
  also('action = ?', query.action);
  also('object_kind = ?', query.objectKind);
  also('object_id = ?', query.objectId);
  also('written_at >= ?', query.from);
  also('written_at < ?', query.to);
  also('seq < ?', query.before);
  const rows = await statements.rows<StoredAuditRow>(
    `SELECT ${AUDIT_COLUMNS} FROM audit WHERE ${conditions.map(([sql]) => sql).join(' AND ')} ORDER BY seq DESC LIMIT ?`,
    [...conditions.map(([, value]) => value), query.rowsMax],
  );
  return rows.map(auditRowOf);
}

/** One row of the trail, or undefined. */
export async function findAudit(statements: Statements, seq: bigint): Promise<AuditRow | undefined> {
  const [row] = await statements.rows<StoredAuditRow>(
    `SELECT ${AUDIT_COLUMNS} FROM audit WHERE chain = ? AND seq = ?`,
    [DEEDS, seq],
  );
  return row && auditRowOf(row);
}

/** The whole chain from its first row on, as many as there may be: few are in memory at once. */
export async function* streamAudit(
  statements: Pick<SnapshotStatements, 'stream'>,
  { after = 0n }: { after?: bigint } = {},
): AsyncGenerator<AuditRow> {
  const rows = statements.stream<StoredAuditRow>(
    `SELECT ${AUDIT_COLUMNS} FROM audit WHERE chain = ? AND seq > ? ORDER BY seq`,
    [DEEDS, after],
  );
  for await (const row of rows) yield auditRowOf(row);
}

/** Where the chain ends. */
export async function auditHead(statements: Statements): Promise<AuditHead> {
  const [head] = await statements.rows<{ seq: string; hash: Buffer }>(
    'SELECT seq, hash FROM audit_head WHERE chain = ?',
    [DEEDS],
  );
  return { seq: BigInt(head?.seq ?? 0), hash: head?.hash ?? Buffer.alloc(32) };
}

/** A stored row as a value. */
export function auditRowOf(row: StoredAuditRow): AuditRow {
  return {
    chain: row.chain,
    seq: BigInt(row.seq),
    writtenAt: row.written_at,
    at: row.at,
    by: row.by_user,
    role: row.role,
    authenticated: row.authenticated,
    action: row.action,
    objectKind: row.object_kind,
    objectId: row.object_id,
    process: row.process,
    source: row.source,
    approvalId: row.approval_id,
    paymentId: row.payment_id,
    runId: row.run_id,
    changes: row.changes,
    previousHash: row.previous_hash,
    hash: row.hash,
  };
}
