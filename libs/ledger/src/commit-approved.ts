import {
  weighApproval,
  type Approval,
  type ApprovalRefusal,
  type ApprovalTools,
  type Decision,
} from '#lib/audit';
import { fail, ok, type Result } from '#lib/kernel';
import type { Statements } from '#lib/platform';
import type { MoneyWriter, UnitOfWork } from './money-writer';

/** How money is written, and what is read back. */
export interface Books {
  writer: MoneyWriter;
  statements: Statements;
}

/** Why nothing was written on a checker's word. */
export type ApprovedCommitRefusal =
  | { kind: 'approval'; refusal: ApprovalRefusal }
  /** What it would write stands there already. */
  | { kind: 'clash' }
  | { kind: 'overloaded' };

/** Each redo means that another decision about the same proposal came first. */
const REDO_MAX = 8;

/**
 * A checker agrees to a proposal, and what it says is written in the same unit of work: both or neither, once.
 * @param kind what it must be a proposal of: any other is unknown here.
 * @param unitFor what is to be written for the proposal as it stands.
 * @throws NoUser. @throws CommitUnknown as `MoneyWriter.commit`.
 */
export async function commitApproved(
  { writer, statements, approvalLimits }: Books & ApprovalTools,
  kind: string,
  decision: Decision,
  unitFor: (approval: Approval) => UnitOfWork,
): Promise<Result<Approval, ApprovedCommitRefusal>> {
  for (let attempt = 1; attempt <= REDO_MAX; attempt += 1) {
    const weighed = await weighApproval(statements, decision, approvalLimits);
    if (!weighed.ok) return fail({ kind: 'approval', refusal: weighed.error });
    const { approval, isComplete, inserts, updates } = weighed.value;
    if (approval.kind !== kind) return fail({ kind: 'approval', refusal: { kind: 'unknown' } });
    if (!isComplete) throw new Error(`${approval.approvalId} needs more checkers than one`);
    const unit = unitFor(approval);
    const result = await writer.commit({
      ...unit,
      inserts: (deposit) => [...inserts, ...unit.inserts(deposit)],
      updates: (deposit) => [...updates, ...unit.updates(deposit)],
    });
    switch (result.kind) {
      case 'committed':
        return ok(approval);
      case 'overloaded':
        return fail(result);
      case 'clash': {
        // Of two decisions at one moment the second meets the first's own rows.
        const now = await weighApproval(statements, decision, approvalLimits);
        return now.ok ? fail(result) : fail({ kind: 'approval', refusal: now.error });
      }
      case 'stale':
        break;
      case 'insufficient':
        throw new Error(`${approval.kind} ${approval.subject} draws on a deposit`);
    }
  }
  return fail({ kind: 'overloaded' });
}
