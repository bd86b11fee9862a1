import type { Reading, ReportDefinition, ReportRow } from '../definition';
import { businessDaysBetween } from '../business-days';
import { kindWords } from '../labels';
import { words } from '../language';
import { bound } from '../parameters';
import { sumOf } from '../ties';
import { column, SOURCE, summed } from './columns';

/** Ages in business days since the day's own date: the last of each bucket. */
const BUCKETS: readonly (readonly [upTo: number, name: string])[] = [
  [1, '0-1'],
  [3, '2-3'],
  [7, '4-7'],
  [14, '8-14'],
  [30, '15-30'],
  [Infinity, '> 30'],
];

/** Breaks that wait for somebody; what agreed within tolerance, and what may still come tomorrow, do not. */
const OPEN_BREAKS = `
FROM recon_run r JOIN recon_break b ON b.run_id = r.run_id
WHERE r.effective_date <= {to} AND b.kind NOT IN ('matched_tol', 'late') AND ({source} IS NULL OR r.source = {source})`;

/** How old the open breaks are, and what they weigh. */
export const BREAK_AGEING: ReportDefinition = {
  name: 'break-ageing',
  title: words('Umur selisih', 'Age of breaks'),
  about: words(
    'Selisih menurut umur dalam hari kerja (Senin sampai Jumat) sejak tanggal usahanya, sumber dan jenis.',
    'Breaks by age in business days (Monday to Friday) since their business date, by source and kind.',
  ),
  period: 'days',
  daysMax: 1,
  forms: ['csv', 'xlsx', 'pdf'],
  filters: ['source'],
  showsRuns: false,
  columns: [
    column('bucket', 'text', words('Umur (hari kerja)', 'Age (business days)'), { width: 12 }),
    SOURCE,
    column('kind', 'code', words('Jenis', 'Kind'), { words: kindWords, width: 28 }),
    column('oldest', 'date', words('Tertua', 'Oldest')),
    summed('breaks', 'count', words('Banyaknya', 'Count')),
    summed('value', 'amount', words('Nilai (Rp)', 'Value (IDR)')),
  ],
  rows: agedBreaks,
  ties: [
    {
      what: words('Selisih dari proses yang berlaku', 'Breaks of the runs that count'),
      ours: sumOf('breaks'),
      theirs: `SELECT COUNT(*) AS figure ${OPEN_BREAKS}`,
    },
    {
      what: words('Nilainya', 'What they weigh'),
      ours: sumOf('value'),
      theirs: `SELECT COALESCE(SUM(IF(b.kind = 'amount', ABS(b.our_amount - b.their_amount),
  COALESCE(b.their_amount, b.our_amount))), 0) AS figure ${OPEN_BREAKS}`,
    },
  ],
};

interface DayRow {
  source: string;
  kind: string;
  business_date: string;
  n: string;
  value: string;
}

async function* agedBreaks(reading: Reading): AsyncGenerator<ReportRow> {
  const { sql, values } = bound(
    `SELECT r.source, b.kind, r.business_date, COUNT(*) AS n,
       SUM(IF(b.kind = 'amount', ABS(b.our_amount - b.their_amount), COALESCE(b.their_amount, b.our_amount))) AS value
     ${OPEN_BREAKS} GROUP BY r.source, b.kind, r.business_date ORDER BY r.business_date`,
    reading,
  );
  const rows = await reading.statements.rows<DayRow>(sql, values);
  const groups = new Map<
    string,
    { bucket: string; source: string; kind: string; oldest: string; n: bigint; value: bigint }
  >();
  for (const row of rows) {
    const bucket = bucketOf(businessDaysBetween(row.business_date, reading.to));
    const key = [bucket, row.source, row.kind].join('|');
    const group = groups.get(key) ?? {
      bucket,
      source: row.source,
      kind: row.kind,
      oldest: row.business_date,
      n: 0n,
      value: 0n,
    };
    group.n += BigInt(row.n);
    group.value += BigInt(row.value);
    groups.set(key, group);
  }
  const order = BUCKETS.map(([, name]) => name);
  const sorted = [...groups.values()].toSorted(
    (a, b) =>
      order.indexOf(b.bucket) - order.indexOf(a.bucket) || (a.source + a.kind < b.source + b.kind ? -1 : 1),
  );
  for (const { n, ...group } of sorted) yield { ...group, breaks: n };
}

function bucketOf(days: number): string {
  return BUCKETS.find(([upTo]) => days <= upTo)?.[1] ?? '';
}
