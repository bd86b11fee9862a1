import { readSettlementFile } from '#lib/files';
import type { JobLease } from './job-lease';
import type { DayInHand, ReconciliationTools } from './reconciliation-day';
import { archivedFile } from './step-verify';

/**
 * Loads the lines of the verified file under a run of their own. A load that was killed leaves its run behind; the
 * next one makes another, so that a process which overslept its lease writes where nobody looks.
 */
export async function stageStep(tools: ReconciliationTools, day: DayInHand, lease: JobLease): Promise<void> {
  const { database, clock } = tools;
  const { source, businessDate } = day;
  const file = await archivedFile(tools, day, lease);

  const { runId, abandoned } = await database.transaction(async (statements) => {
    await lease.assertHeld(statements);
    const left = await statements.rows<{ run_id: number }>(
      "SELECT run_id FROM recon_run WHERE source = ? AND business_date = ? AND state = 'staging'",
      [source, businessDate],
    );
    await statements.run(
      "UPDATE recon_run SET state = 'abandoned' WHERE source = ? AND business_date = ? AND state = 'staging'",
      [source, businessDate],
    );
    await statements.run(
      "INSERT INTO recon_run (source, business_date, file_id, file_name, state, created_at) VALUES (?, ?, ?, ?, 'staging', ?)",
      [source, businessDate, file.fileId, file.name, clock.now()],
    );
    const [row] = await statements.rows<{ run_id: string }>('SELECT LAST_INSERT_ID() AS run_id');
    return { runId: Number(row?.run_id), abandoned: left.map(({ run_id }) => run_id) };
  });
  for (const run of abandoned) await database.run('DELETE FROM recon_theirs WHERE run_id = ?', [run]);

  const read = await readSettlementFile({
    ...file,
    onRows: async (rows) => {
      const lines = rows.map(({ ourRef, lineNo, theirRef, amount, status, paidAt }) => {
        return [runId, ourRef, lineNo, theirRef, amount, status, paidAt];
      });
      await database.run(
        'INSERT INTO recon_theirs (run_id, match_key, line_no, their_ref, amount, st, paid_at) VALUES ?',
        [lines],
      );
    },
  });
  if (!read.ok)
    throw new Error(
      `the archived copy of ${file.name} has changed since it passed its gates: ${read.error.reason}`,
    );
  const { details } = read.value;
  await lease.move('lines staged', clock.now(), async () => ({ runId, evidence: { details } }));
}
