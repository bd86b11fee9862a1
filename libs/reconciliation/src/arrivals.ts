import {
  archiveFolder,
  fetchFile,
  findFiles,
  type Drop,
  type Fetched,
  type Found,
  type FoundFile,
  type RemoteFile,
} from '#lib/files';
import type { Statements } from '#lib/platform';
import { batchOf, keepBatch, type Batch, type BatchFile } from './batches';
import { keepFile, type ClosedRun } from './files-and-runs';
import { openDropOf, type DayInHand, type ReconciliationTools } from './reconciliation-day';

/** A file of the day, as it was found and copied. */
interface ArrivedFile extends FoundFile {
  fetched: Fetched;
  fetchedCompanion: Fetched | undefined;
  fetchedSignature: Fetched | undefined;
}

/** What the drop held for a day; what is ready has been copied into the archive. */
export type Arrival = Exclude<Found, { kind: 'ready' }> | { kind: 'ready'; files: readonly ArrivedFile[] };

/** Looks at the drop and copies what is ready for the day. Nothing is written down about it yet. */
export async function lookAtDrop(tools: ReconciliationTools, day: DayInHand): Promise<Arrival> {
  const drop = await openDropOf(tools, day.source, day.schedule);
  try {
    const found = await findFiles(drop, day.format, day.businessDate, tools.jobs.stableMs);
    if (found.kind !== 'ready') return found;
    const files: ArrivedFile[] = [];
    for (const one of found.files) {
      const fetched = await fetch(tools, day, drop, one.file);
      const fetchedCompanion = one.companion && (await fetch(tools, day, drop, one.companion));
      const fetchedSignature = one.signature && (await fetch(tools, day, drop, one.signature));
      const isWhole = (!one.companion || fetchedCompanion) && (!one.signature || fetchedSignature);
      if (!fetched || !isWhole) return { kind: 'growing', name: one.file.name };
      files.push({ ...one, fetched, fetchedCompanion, fetchedSignature });
    }
    return { kind: 'ready', files };
  } finally {
    await drop.close();
  }
}

/**
 * Writes down what has arrived, as the batch that the day is made of now. A content that stands in it already, under
 * whatever name, stands in it once; a part that has been taken away from the drop is still part of the day.
 */
export async function keepArrival(
  { database, clock }: ReconciliationTools,
  day: DayInHand,
  arrived: readonly ArrivedFile[],
  effective: ClosedRun | undefined,
): Promise<Batch> {
  const now = clock.now();
  return database.transaction(async (statements) => {
    const files = new Map<number, BatchFile>();
    for (const file of await earlierParts(statements, day, effective))
      files.set(seqOf(day, file.fileName), file);
    for (const { file, seq, fetched, fetchedCompanion, fetchedSignature } of arrived) {
      const fileId = await keepFile(statements, day, { ...fetched, name: file.name }, now);
      await keepSighting(statements, day.source, file, now);
      const companion = fetchedCompanion?.sha256 ?? null;
      const signature = fetchedSignature?.sha256 ?? null;
      files.set(seq, { fileId, fileName: file.name, sha256: fetched.sha256, companion, signature });
    }
    const inOrder = [...files].toSorted(([a], [b]) => a - b).map(([, file]) => file);
    const once = inOrder.filter(
      ({ fileId }, at) => inOrder.findIndex((other) => other.fileId === fileId) === at,
    );
    return keepBatch(statements, day, once, now);
  });
}

/** Remembers that a file of the drop was seen, so that only what differs from it is looked at again. */
export async function keepSighting(
  statements: Statements,
  source: string,
  { name, size, modifiedAt }: RemoteFile,
  now: Date,
): Promise<void> {
  await statements.run(
    'INSERT IGNORE INTO drop_sighting (source, name, size, modified_at, seen_at) VALUES (?, ?, ?, ?, ?)',
    [source, name, size, modifiedAt, now],
  );
}

/** Whether a drop has shown one of these names for the first time, or with another size or time, at or after a moment. */
export async function wasSeenSince(
  statements: Statements,
  source: string,
  names: readonly string[],
  since: Date,
): Promise<boolean> {
  const rows = await statements.rows(
    'SELECT 1 FROM drop_sighting WHERE source = ? AND name IN (?) AND seen_at >= ? LIMIT 1',
    [source, [...names], since],
  );
  return rows.length > 0;
}

/** The sequence that a name states; files of a source that writes none have the first. */
export function seqOf({ format }: DayInHand, name: string): number {
  return format.name.read(name)?.seq ?? 1;
}

async function earlierParts(
  statements: Statements,
  { format }: DayInHand,
  effective: ClosedRun | undefined,
): Promise<readonly BatchFile[]> {
  if (format.seq !== 'part' || !effective || effective.batchId === null) return [];
  const { files } = await batchOf(statements, effective.batchId);
  return files;
}

function fetch(
  { home, jobs }: ReconciliationTools,
  { source, businessDate }: DayInHand,
  drop: Drop,
  file: RemoteFile,
): Promise<Fetched | undefined> {
  return fetchFile(drop, file, archiveFolder(home, source, businessDate), jobs.fileSizeMaxBytes);
}
