import { quoted, type Duck } from './duck';
import { splitLines } from './partitions';

/** Lines that were paid on another business date than their file's. */
export interface OtherDates {
  count: number;
  /** Local times of the source. */
  first: string;
  last: string;
}

/**
 * Among the lines of a matched run that no row of ours answers, those that were paid outside the business date. A row that
 * agrees needs no such look: it is ours, of this day or carried into it.
 * @param window local times of the source: from the first up to the second.
 */
export async function paidOnOtherDates(
  duck: Duck,
  window: { from: string; until: string },
): Promise<OtherDates | undefined> {
  const [found] = await duck.rows<{ n: string; first: string; last: string }>(
    `SELECT CAST(COUNT(*) AS VARCHAR) AS n, CAST(MIN(t.paid_at) AS VARCHAR) AS first, CAST(MAX(t.paid_at) AS VARCHAR) AS last
     FROM found f JOIN ${splitLines(duck)} t ON t.file_no = f.file_no AND t.line_no = f.line_no
     WHERE f.kind = 'only_theirs'
       AND (t.paid_at < CAST(${quoted(window.from)} AS TIMESTAMP) OR t.paid_at >= CAST(${quoted(window.until)} AS TIMESTAMP))`,
  );
  return !found || found.n === '0'
    ? undefined
    : { count: Number(found.n), first: found.first, last: found.last };
}
