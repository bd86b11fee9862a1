import { listAudit, type AuditQuery, type AuditRow } from '#lib/audit';
import type { Statements } from '#lib/platform';
import { csvLine } from './csv';

const PAGE_ROWS = 1_000;

/** What of the trail is taken out. */
export type AuditExtract = Omit<AuditQuery, 'rowsMax'>;

/**
 * The trail as a file that no spreadsheet runs anything of, the newest row first: its head, then a portion of lines at a time,
 * so that a trail of years needs no more memory than one of a day.
 */
export async function* auditCsv(
  statements: Statements,
  query: AuditExtract,
): AsyncGenerator<{ text: string; rows: number }> {
  yield { text: csvLine(HEADS), rows: 0 };
  for (let { before } = query; ;) {
    const rows = await listAudit(statements, { ...query, before, rowsMax: PAGE_ROWS });
    if (rows.length > 0) yield { text: rows.map((row) => csvLine(cellsOf(row))).join(''), rows: rows.length };
    before = rows.at(-1)?.seq;
    if (rows.length < PAGE_ROWS) return;
  }
}

const HEADS = [
  'row',
  'written at',
  'at',
  'by',
  'role',
  'authenticated',
  'action',
  'kind',
  'object',
  'process',
  'source',
  'approval',
  'payment',
  'run',
  'changes',
  'hash',
];

function cellsOf(row: AuditRow): (string | bigint | null)[] {
  return [
    row.seq,
    row.writtenAt.toISOString(),
    row.at.toISOString(),
    row.by,
    row.role,
    row.authenticated,
    row.action,
    row.objectKind,
    row.objectId,
    row.process,
    row.source,
    row.approvalId,
    row.paymentId,
    row.runId === null ? null : BigInt(row.runId),
    row.changes,
    row.hash.toString('hex'),
  ];
}
