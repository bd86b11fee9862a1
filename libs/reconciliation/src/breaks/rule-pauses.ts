import { endAlerts, openAlerts, raiseAlert } from '../alerts';
import type { BreakDesk } from './desk';

/** First pause; it doubles with each further failure, up to an hour. */
const PAUSE_MS = 60_000;
const PAUSE_MAX_MS = 3_600_000;
/** So many failures are no chance. */
const TOLD_AFTER = 3;

type PauseDesk = Pick<BreakDesk, 'database' | 'clock' | 'logger'>;

/** A run whose breaks could not be worked to the end rests before it is tried again; after some tries people are told why. */
export async function pauseRules(
  { database, clock, logger }: PauseDesk,
  runId: number,
  why: string,
): Promise<void> {
  const now = clock.now();
  const [run] = await database.rows<{ source: string; business_date: string; rule_failures: number }>(
    'SELECT source, business_date, rule_failures FROM recon_run WHERE run_id = ?',
    [runId],
  );
  if (!run) return;
  const { source, business_date: businessDate, rule_failures: before } = run;
  // Somebody who was first with a break, or a busy writer, is over by the next look.
  const pauseMs = before === 0 ? 0 : Math.min(PAUSE_MS * 2 ** (before - 1), PAUSE_MAX_MS);
  await database.run(
    'UPDATE recon_run SET rule_failures = ?, rules_next_at = ? WHERE run_id = ? AND rule_failures = ?',
    [before + 1, new Date(now.getTime() + pauseMs), runId, before],
  );
  if (before + 1 < TOLD_AFTER) return;
  const alert = { source, businessDate, kind: 'rule_stuck', subject: subjectOf(runId), reason: why } as const;
  await raiseAlert(database, logger, alert, now);
}

/** All rules of a run have been applied. */
export async function endPause(desk: PauseDesk, runId: number): Promise<void> {
  await desk.database.run('UPDATE recon_run SET rules_at = ? WHERE run_id = ? AND rules_at IS NULL', [
    desk.clock.now(),
    runId,
  ]);
  await endOverPauses(desk);
}

/** Alerts end of runs whose rules are applied by now, by whomever, and of runs that count no more. Safe to repeat. */
export async function endOverPauses({ database, clock }: PauseDesk): Promise<void> {
  for (const { source, businessDate, kind, subject } of await openAlerts(database)) {
    if (kind !== 'rule_stuck') continue;
    const [run] = await database.rows<{ rules_at: Date | null; effective_date: string | null }>(
      'SELECT rules_at, effective_date FROM recon_run WHERE run_id = ?',
      [subject.slice(SUBJECT.length)],
    );
    if (run?.rules_at === null && run.effective_date !== null) continue;
    const by = run?.rules_at ? 'the rules were applied' : 'another run has taken its place';
    await endAlerts(database, { source, businessDate, subject }, [kind], by, clock.now());
  }
}

const SUBJECT = 'run ';

function subjectOf(runId: number): string {
  return `${SUBJECT}${runId}`;
}
