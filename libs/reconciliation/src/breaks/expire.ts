import { expireApprovals, type Approval } from '#lib/audit';
import type { Statements } from '#lib/platform';
import { listBreaks } from './break';
import { moveBreak, type BreakMove } from './break-moves';
import type { BreakDesk } from './desk';

/**
 * Ends the proposals whose time is over; their breaks go back to those who look into them. Proposals of other parts that
 * are past their time end with them. Safe to repeat.
 */
export async function expireProposals({
  database,
  clock,
}: Pick<BreakDesk, 'database' | 'clock'>): Promise<void> {
  const now = clock.now();
  await database.transaction(async (statements) => {
    for (const approval of await expireApprovals(statements, now))
      await sendBack(statements, approval, { event: 'expired', by: 'the clock', at: now });
  });
}

/** The breaks that wait for a proposal go back to those who look into them. */
export async function sendBack(
  statements: Statements,
  { approvalId }: Approval,
  move: BreakMove,
): Promise<void> {
  const waiting = await statements.rows<{ break_id: string }>(
    "SELECT break_id FROM break_case WHERE approval_id = ? AND state = 'proposed'",
    [approvalId],
  );
  const ids = waiting.map(({ break_id }) => break_id);
  for (const one of await listBreaks(statements, { ids, forUpdate: true, rowsMax: ids.length }))
    if (!(await moveBreak(statements, one, { ...move, approvalId })))
      throw new Error(`${one.breakId} moved while its proposal ended`);
}
