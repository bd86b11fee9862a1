import { archivePath, readSettlementFile, type FileToRead } from '#lib/files';
import { sha256Of } from './files-and-runs';
import type { JobLease } from './job-lease';
import type { QuarantinedOutcome } from './outcome';
import type { DayInHand, ReconciliationTools } from './reconciliation-day';

/**
 * Holds the archived file to its gates, keeping none of its lines.
 * @returns the refusal, or undefined when the file passed.
 */
export async function verifyStep(
  tools: ReconciliationTools,
  day: DayInHand,
  lease: JobLease,
): Promise<QuarantinedOutcome | undefined> {
  const { database, clock, logger } = tools;
  const { source, businessDate } = day;
  const file = await archivedFile(tools, day, lease);
  const read = await readSettlementFile(file);
  const now = clock.now();

  if (!read.ok) {
    const failure = read.error;
    logger.warn({ source, businessDate, ...failure }, 'settlement file refused');
    await lease.move('gate failed', now, async (statements) => {
      // What has passed once keeps its good name when it turns up under another day's.
      await statements.run('UPDATE settlement_file SET gate = ? WHERE file_id = ? AND details IS NULL', [
        failure.gate,
        file.fileId,
      ]);
      return { evidence: { ...failure } };
    });
    return {
      source,
      businessDate,
      state: 'quarantined',
      sha256: await sha256Of(database, file.fileId),
      ...failure,
    };
  }

  const { details } = read.value;
  await lease.move('gates passed', now, async (statements) => {
    await statements.run('UPDATE settlement_file SET gate = NULL, details = ? WHERE file_id = ?', [
      details,
      file.fileId,
    ]);
    return { evidence: { details, amount: read.value.amount.toString() } };
  });
  return undefined;
}

/** The private copy of the file in hand. */
export async function archivedFile(
  { database, home }: ReconciliationTools,
  { source, businessDate, format }: DayInHand,
  { job: { fileId, fileName } }: JobLease,
): Promise<FileToRead & { fileId: number; sha256: string }> {
  if (fileId === null || fileName === null)
    throw new Error(`the job of ${source} ${businessDate} has no file in hand`);
  const sha256 = await sha256Of(database, fileId);
  const path = archivePath(home, source, businessDate, sha256);
  return { fileId, path, name: fileName, format, sha256 };
}
