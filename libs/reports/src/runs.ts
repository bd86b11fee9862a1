import type { Reading } from './definition';
import { bound } from './parameters';

/** The reconciliation runs that count for the days of a report, for example `LPB01 2026-07-14 #2`. */
export async function runsBehind(reading: Reading): Promise<string[]> {
  const { sql, values } = bound(
    `SELECT source, business_date, run_no FROM recon_run
     WHERE effective_date BETWEEN {from} AND {to} AND ({source} IS NULL OR source = {source})
     ORDER BY effective_date, source`,
    reading,
  );
  const rows = await reading.statements.rows<{ source: string; business_date: string; run_no: number }>(
    sql,
    values,
  );
  return rows.map(({ source, business_date, run_no }) => `${source} ${business_date} #${run_no}`);
}
