import { reject, withdraw, wordsOfRefusal, type Approval } from '#lib/audit';
import { fail, ok, type Result, type Words } from '#lib/kernel';
import {
  approveProposal,
  isAboutBreaks,
  rejectProposal,
  withdrawProposal,
  wordsOfBreakRefusal,
  type BreakRefusal,
} from '#lib/reconciliation';
import { APPLIERS, type ApplyingTools, type Seen } from './appliers';
import type { ProposalTools } from './tools';

/** What came of a checker's agreement. */
export interface Agreed {
  /** Everybody has agreed who must, and it happened; else another checker is needed. */
  isDone: boolean;
  said: Words;
}

/**
 * A checker agrees to a proposal of any kind as it was shown; with the last one needed it happens.
 * @throws Error for a kind that nobody has said how to apply.
 */
export async function agreeTo(
  tools: ProposalTools,
  approval: Approval,
  seen: Seen,
): Promise<Result<Agreed, Words>> {
  if (!isAboutBreaks(approval)) {
    const done = await applyProposal(tools, approval, seen);
    return done.ok ? ok({ isDone: true, said: done.value }) : done;
  }
  const { approvalId } = approval;
  const decided = await tools.atBreakDesk((desk) => approveProposal(desk, { approvalId, ...seen }));
  if (!decided.ok) return fail(wordsOfBreakRefusal(decided.error));
  const { isDone, breaks, approval: after } = decided.value;
  const left = after.checkersNeeded - after.checkersGiven;
  const ended = breaks.map(({ breakId, state }) => `${breakId}: ${state}`).join(', ');
  return ok({
    isDone,
    said: isDone
      ? { id: ended, en: ended }
      : { id: `${left} orang lagi harus menyetujui`, en: `${left} more must agree` },
  });
}

/** As `agreeTo`, for what is not about breaks. */
export function applyProposal(
  tools: ApplyingTools,
  approval: Approval,
  seen: Seen,
): Promise<Result<Words, Words>> {
  const apply = APPLIERS[approval.kind];
  if (!apply) throw new Error(`nothing is known of how a proposal of kind ${approval.kind} is applied`);
  return apply(tools, approval, seen);
}

/** What turning a proposal down needs. */
export type EndingTools = Pick<ProposalTools, 'database' | 'clock' | 'atBreakDesk'>;

/** A checker says no to a proposal of any kind: it ends without effect. */
export async function turnDown(
  { database, clock, atBreakDesk }: EndingTools,
  approval: Approval,
  seen: Seen & { note: string },
): Promise<Result<Approval, Words>> {
  const decision = { approvalId: approval.approvalId, ...seen };
  if (isAboutBreaks(approval)) return inWords(await atBreakDesk((desk) => rejectProposal(desk, decision)));
  const at = clock.now();
  const ended = await database.transaction((tx) => reject(tx, { ...decision, at }));
  return ended.ok ? ended : fail(wordsOfRefusal(ended.error));
}

/** The maker takes a proposal of any kind back. */
export async function takeBack(
  { database, clock, atBreakDesk }: EndingTools,
  approval: Approval,
  { by }: Pick<Seen, 'by'>,
): Promise<Result<Approval, Words>> {
  const decision = { approvalId: approval.approvalId, by };
  if (isAboutBreaks(approval)) return inWords(await atBreakDesk((desk) => withdrawProposal(desk, decision)));
  const at = clock.now();
  const ended = await database.transaction((tx) => withdraw(tx, { ...decision, at }));
  return ended.ok ? ended : fail(wordsOfRefusal(ended.error));
}

function inWords<T>(result: Result<T, BreakRefusal>): Result<T, Words> {
  return result.ok ? result : fail(wordsOfBreakRefusal(result.error));
}
