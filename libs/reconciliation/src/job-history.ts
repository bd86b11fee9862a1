import type { Statements } from '#lib/platform';
import type { JobState } from './job-states';

/** One line of a job's history. */
export interface JobEventLine {
  jobId: number;
  at: Date;
  event: string;
  from: JobState;
  to: JobState;
  /** A process, or a person. */
  by: string;
  evidence: Record<string, unknown>;
}

/** Adds a line to a job's history, in the transaction that has just counted the job's `moves` up. */
export async function addJobEvent(
  statements: Statements,
  { jobId, at, event, from, to, by, evidence }: JobEventLine,
): Promise<void> {
  await statements.run(
    `INSERT INTO recon_job_event (job_id, no, at, event, from_state, to_state, done_by, evidence)
     SELECT job_id, moves, ?, ?, ?, ?, ?, ? FROM recon_job WHERE job_id = ?`,
    [at, event, from, to, by, JSON.stringify(evidence), jobId],
  );
}
