import { archivePath, compressArchived } from '#lib/files';
import { addDays, type BusinessDate } from '#lib/kernel';
import type { ReconciliationTools } from './reconciliation-day';

/** So many files at a wake-up: it is no work that anybody waits for. */
const FILES_MAX = 4;

/**
 * Compresses files of days that have been closed for a while. Whoever reads one of them later gets its plain bytes back
 * (`plainCopy`). Safe to repeat; a file that cannot be compressed stays as it is, and the log says why.
 * @returns how many were compressed.
 */
export async function compressOldFiles(
  { database, home, jobs, clock, logger }: ReconciliationTools,
  stop?: AbortSignal,
): Promise<number> {
  const until = addDays(clock.now().toISOString().slice(0, 10), -jobs.compressAfterDays);
  const old = await database.rows<{ source: string; business_date: BusinessDate; sha256: string }>(
    `SELECT b.source, b.business_date, f.sha256 FROM recon_batch b
       JOIN recon_batch_file l ON l.batch_id = b.batch_id JOIN settlement_file f ON f.file_id = l.file_id
       JOIN recon_job j ON j.source = b.source AND j.business_date = b.business_date AND j.direction = 'in'
     WHERE j.state IN ('archived', 'quarantined') AND j.updated_at < ? AND j.updated_at >= ? - INTERVAL 60 DAY
     ORDER BY b.batch_id, l.file_no`,
    [until, until],
  );
  let compressed = 0;
  for (const { source, business_date, sha256 } of old) {
    if (stop?.aborted || compressed >= FILES_MAX) break;
    try {
      if (await compressArchived(archivePath(home, source, business_date, sha256), sha256)) compressed += 1;
    } catch (error) {
      logger.error(
        { err: error, source, businessDate: business_date, sha256 },
        'an archived file was not compressed',
      );
    }
  }
  return compressed;
}
