import type { Statements } from '#lib/platform';

/** A closed run as a list shows it. */
export interface RunListed {
  /** `recon_run.run_id`: what a replay is asked for. */
  runId: number;
  source: string;
  businessDate: string;
  /** Number within the day. */
  run: number;
  /** Whether it is the one that counts for its day. */
  counts: boolean;
  file: string;
  closedAt: Date;
}

/** The latest closed runs, latest first; of one source, or of all. */
export async function closedRuns(
  statements: Statements,
  limit: number,
  source?: string,
): Promise<RunListed[]> {
  const rows = await statements.rows<{
    run_id: number;
    source: string;
    business_date: string;
    run_no: number;
    effective_date: string | null;
    file_name: string;
    closed_at: Date;
  }>(
    `SELECT run_id, source, business_date, run_no, effective_date, file_name, closed_at FROM recon_run
     WHERE run_no IS NOT NULL ${source === undefined ? '' : 'AND source = ?'} ORDER BY run_id DESC LIMIT ?`,
    source === undefined ? [limit] : [source, limit],
  );
  return rows.map((row) => ({
    runId: row.run_id,
    source: row.source,
    businessDate: row.business_date,
    run: row.run_no,
    counts: row.effective_date !== null,
    file: row.file_name,
    closedAt: row.closed_at,
  }));
}
