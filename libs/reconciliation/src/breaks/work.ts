import { assignBreaks } from './assign';
import { applyAutoRules } from './auto-rules';
import type { BreakDesk } from './desk';
import { expireProposals } from './expire';
import { endAgreed, settleListed } from './file-decides';
import { endOverPauses, pauseRules } from './rule-pauses';

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
 * What goes on between runs: runs whose breaks are not cases yet, or whose rules were not all applied, are worked, answers of
 * billers end what they agree with, and proposals that nobody decided about expire. A run that cannot be worked keeps no
 * other back, and rests longer each time. Safe to repeat, also in several processes.
 */
export async function tendBreaks(desk: BreakDesk): Promise<void> {
  const runs = await desk.database.rows<{ run_id: number }>(
    `SELECT run_id FROM recon_run WHERE effective_date IS NOT NULL AND (breaks_at IS NULL OR rules_at IS NULL)
       AND (rules_next_at IS NULL OR rules_next_at <= ?) ORDER BY effective_date, run_id`,
    [desk.clock.now()],
  );
  for (const { run_id } of runs)
    try {
      await workBreaks(desk, run_id);
    } catch (error) {
      desk.logger.error({ err: error, runId: run_id }, 'the breaks of a run could not be worked');
      await pauseRules(desk, run_id, `its breaks cannot be worked: ${(error as Error).message}`);
    }
  await endOverPauses(desk);
  await endAgreed(desk);
  await expireProposals(desk);
}
