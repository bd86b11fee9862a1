import { assignBreaks } from './assign';
import { applyAutoRules } from './auto-rules';
import type { BreakDesk } from './desk';
import { expireProposals } from './expire';
import { endAgreed, settleListed } from './file-decides';

/**
 * What a closed run's breaks need before anybody looks at them: they become cases, what the file may decide is decided,
 * and the automatic rules are applied. Each step can be repeated; a kill between two of them loses nothing.
 */
export async function workBreaks(desk: BreakDesk, runId: number): Promise<void> {
  const assigned = await assignBreaks(desk, runId);
  const decided = await settleListed(desk, runId);
  const agreed = await endAgreed(desk);
  await applyAutoRules(desk, runId);
  desk.logger.info({ runId, ...assigned, ...decided, agreed }, 'breaks worked');
}

/**
 * What goes on between runs: runs whose breaks are not cases yet, or whose rules were not all applied, are worked, answers of billers end what they agree with,
 * and proposals that nobody decided about expire. Safe to repeat, also in several processes.
 */
export async function tendBreaks(desk: BreakDesk): Promise<void> {
  const runs = await desk.database.rows<{ run_id: number }>(
    'SELECT run_id FROM recon_run WHERE effective_date IS NOT NULL AND (breaks_at IS NULL OR rules_at IS NULL) ORDER BY effective_date, run_id',
  );
  for (const { run_id } of runs) await workBreaks(desk, run_id);
  await endAgreed(desk);
  await expireProposals(desk);
}
