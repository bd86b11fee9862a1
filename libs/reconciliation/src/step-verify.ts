import type { GateFailure } from '#lib/files';
import { raiseAlert } from './alerts';
import { archivedCopy, type ArchivedFile } from './archived-copy';
import { batchOf } from './batches';
import { readIntoLines } from './engine/normalised';
import { linesPath } from './engine/places';
import type { JobLease } from './job-lease';
import { ofOtherDay, otherDayOf } from './other-days-file';
import type { QuarantinedOutcome } from './outcome';
import type { DayInHand, ReconciliationTools } from './reconciliation-day';

/**
 * Holds the archived files to their gates, and writes their lines down for matching while they are in hand.
 * @returns the refusal of the first that fails, or undefined when all have passed.
 */
export async function verifyStep(
  tools: ReconciliationTools,
  day: DayInHand,
  lease: JobLease,
): Promise<QuarantinedOutcome | undefined> {
  const { clock } = tools;
  const details = new Map<number, number>();
  let amount = 0n;
  for (const [at, file] of (await archivedFiles(tools, day, lease)).entries()) {
    const read = await readIntoLines(file, at + 1, linesPath(tools.home, day, at + 1, file.sha256));
    if (!read.ok) return refuse(tools, day, lease, file, read.error);
    const other = await tools.database.transaction((statements) => otherDayOf(statements, day, file.fileId));
    if (other !== undefined)
      return refuse(tools, day, lease, file, ofOtherDay(file.name, day.businessDate, other));
    details.set(file.fileId, read.value.details);
    amount += read.value.amount;
  }

  await lease.move('gates passed', clock.now(), async (statements) => {
    for (const [fileId, lines] of details) {
      const other = lines === 0 ? undefined : await otherDayOf(statements, day, fileId);
      if (other !== undefined)
        throw new Error(`the file is being worked as that of ${other}; it is looked at again`);
      await statements.run('UPDATE settlement_file SET gate = NULL, details = ? WHERE file_id = ?', [
        lines,
        fileId,
      ]);
    }
    const lines = [...details.values()].reduce((sum, one) => sum + one, 0);
    return { evidence: { details: lines, amount: amount.toString() } };
  });
  return undefined;
}

async function refuse(
  { clock, logger }: ReconciliationTools,
  { source, businessDate }: DayInHand,
  lease: JobLease,
  { fileId, sha256 }: ArchivedFile,
  failure: GateFailure,
): Promise<QuarantinedOutcome> {
  const { reason } = failure;
  await lease.move('gate failed', clock.now(), async (statements) => {
    // What has passed once keeps its good name when it turns up under another day's.
    await statements.run('UPDATE settlement_file SET gate = ? WHERE file_id = ? AND details IS NULL', [
      failure.gate,
      fileId,
    ]);
    const alert = { source, businessDate, kind: 'quarantined', subject: sha256, reason } as const;
    await raiseAlert(statements, logger, alert, clock.now());
    return { evidence: { ...failure } };
  });
  return { source, businessDate, state: 'quarantined', sha256, ...failure };
}

/** The private copies of the files in hand, in the order of their sequence. */
export async function archivedFiles(
  { database, home }: ReconciliationTools,
  { source, businessDate, format }: DayInHand,
  { job: { batchId } }: JobLease,
): Promise<ArchivedFile[]> {
  if (batchId === null) throw new Error(`the job of ${source} ${businessDate} has no files in hand`);
  const { files } = await batchOf(database, batchId);
  return Promise.all(files.map((file) => archivedCopy(home, { source, businessDate }, format, file)));
}

/** The private copy of the first file in hand: all there is, where a day is one file. */
export async function archivedFile(
  tools: ReconciliationTools,
  day: DayInHand,
  lease: JobLease,
): Promise<ArchivedFile> {
  const [first] = await archivedFiles(tools, day, lease);
  if (!first) throw new Error(`the job of ${day.source} ${day.businessDate} has no files in hand`);
  return first;
}
