import { createHash } from 'node:crypto';
import type { Statements } from '#lib/platform';
import type { Day } from './ours';

/** One of the files that make a day. */
export interface BatchFile {
  fileId: number;
  /** The name it came under for this day. */
  fileName: string;
  sha256: string;
  /** SHA-256 of its control file, where the source writes one. */
  companion: string | null;
  /** SHA-256 of the signature beside it, where the source writes one. */
  signature: string | null;
}

/** The files that make a day, in the order of their sequence; the same files are the same batch. */
export interface Batch {
  batchId: number;
  /** SHA-256 of its one file; of several, over theirs in order. */
  content: string;
  files: readonly BatchFile[];
}

/** Remembers a set of files as a batch of its day; safe to repeat. */
export async function keepBatch(
  statements: Statements,
  { source, businessDate }: Day,
  files: readonly BatchFile[],
  now: Date,
): Promise<Batch> {
  const content = contentOf(files);
  await statements.run(
    'INSERT IGNORE INTO recon_batch (source, business_date, content, created_at) VALUES (?, ?, ?, ?)',
    [source, businessDate, content, now],
  );
  const [row] = await statements.rows<{ batch_id: number }>(
    'SELECT batch_id FROM recon_batch WHERE source = ? AND business_date = ? AND content = ?',
    [source, businessDate, content],
  );
  if (!row) throw new Error(`batch ${content} of ${source} ${businessDate} was kept and is not there`);
  await statements.run(
    'INSERT IGNORE INTO recon_batch_file (batch_id, file_no, file_id, file_name, companion, signature) VALUES ?',
    [
      files.map((file, at) => [
        row.batch_id,
        at + 1,
        file.fileId,
        file.fileName,
        file.companion,
        file.signature,
      ]),
    ],
  );
  return { batchId: row.batch_id, content, files };
}

/** A batch by its id. @throws Error when there is none. */
export async function batchOf(statements: Statements, batchId: number): Promise<Batch> {
  const rows = await statements.rows<{
    content: string;
    file_id: number;
    file_name: string;
    companion: string | null;
    signature: string | null;
    sha256: string;
  }>(
    `SELECT b.content, l.file_id, l.file_name, l.companion, l.signature, f.sha256 FROM recon_batch b
       JOIN recon_batch_file l ON l.batch_id = b.batch_id JOIN settlement_file f ON f.file_id = l.file_id
     WHERE b.batch_id = ? ORDER BY l.file_no`,
    [batchId],
  );
  const [first] = rows;
  if (!first) throw new Error(`batch ${batchId} is not known`);
  const files = rows.map(({ file_id, file_name, sha256, companion, signature }) => {
    return { fileId: file_id, fileName: file_name, sha256, companion, signature };
  });
  return { batchId, content: first.content, files };
}

/** Whether a closed run has ever worked this batch. */
export async function wasWorked(statements: Statements, batchId: number): Promise<boolean> {
  const rows = await statements.rows(
    'SELECT 1 FROM recon_run WHERE batch_id = ? AND run_no IS NOT NULL LIMIT 1',
    [batchId],
  );
  return rows.length > 0;
}

function contentOf(files: readonly BatchFile[]): string {
  const parts = files.map(({ sha256, companion, signature }) =>
    [sha256, companion && `+${companion}`, signature && `~${signature}`].filter(Boolean).join(''),
  );
  const [only = ''] = parts;
  if (parts.length === 1 && only.length === 64) return only;
  return createHash('sha256').update(parts.join('\n')).digest('hex');
}
