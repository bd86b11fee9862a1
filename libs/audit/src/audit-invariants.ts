import type { SnapshotStatements } from '#lib/platform';
import { auditHead, streamAudit } from './audit.rows';
import { checkChain, type AuditFault, type KnownPlace } from './chain-check';

/** The verdict on the audit trail (I13). */
export interface AuditVerdict {
  id: 'I13';
  ok: boolean;
  /** Rows looked at. */
  checked: number;
  firstCounterExample: string | null;
}

/**
 * I13: every row of the audit trail follows the one before it, from the first to the last, and none was changed since it
 * was written.
 * @param known what a file outside the database says; without it, an end that was cut off together with the mark of the
 * chain's end is not seen.
 */
export async function checkAuditInvariants(
  statements: SnapshotStatements,
  known: readonly KnownPlace[] = [],
): Promise<AuditVerdict & { fault: AuditFault | undefined }> {
  const head = await auditHead(statements);
  const { checked, fault } = await checkChain(streamAudit(statements), { head, known });
  const firstCounterExample = fault ? `audit row ${fault.seq}: ${fault.kind}; ${fault.detail}` : null;
  return { id: 'I13', ok: fault === undefined, checked, firstCounterExample, fault };
}
