import { readSettlementFile } from '#lib/files';
import { failPoint } from '#lib/platform';
import type { JobLease } from './job-lease';
import type { DayInHand, ReconciliationTools } from './reconciliation-day';
import { archivedFile } from './step-verify';

/**
 * Loads the lines of the verified file under a run of their own, in one commit: a load that is killed, or that
 * overslept its lease, leaves nothing behind.
 */
export async function stageStep(tools: ReconciliationTools, day: DayInHand, lease: JobLease): Promise<void> {
  const { source, businessDate } = day;
  const file = await archivedFile(tools, day, lease);
  const now = tools.clock.now();

  await lease.move('lines staged', now, async (statements) => {
    await statements.run(
      "INSERT INTO recon_run (source, business_date, file_id, file_name, state, created_at) VALUES (?, ?, ?, ?, 'staged', ?)",
      [source, businessDate, file.fileId, file.name, now],
    );
    const [row] = await statements.rows<{ run_id: string }>('SELECT LAST_INSERT_ID() AS run_id');
    const runId = Number(row?.run_id);
    const read = await readSettlementFile({
      ...file,
      onRows: async (rows) => {
        const lines = rows.map(({ ourRef, lineNo, theirRef, amount, status, paidAt }) => {
          return [runId, ourRef, lineNo, theirRef, amount, status, paidAt];
        });
        await statements.run(
          'INSERT INTO recon_theirs (run_id, match_key, line_no, their_ref, amount, st, paid_at) VALUES ?',
          [lines],
        );
        failPoint('K10 batch staged', `${source} ${businessDate}`);
      },
    });
    if (!read.ok)
      throw new Error(
        `the archived copy of ${file.name} has changed since it passed its gates: ${read.error.reason}`,
      );
    return { runId, evidence: { details: read.value.details } };
  });
}
