import type { Reading, ReportDefinition, ReportRow } from '../definition';
import { localTime } from '../cells';
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

/** What somebody still has to see to the end. */
const OPEN_BREAKS = `
FROM break_case c WHERE c.state <> 'resolved' AND ({source} IS NULL OR c.source = {source})`;

/** How old the open breaks are, and what they weigh. */
export const BREAK_AGEING: ReportDefinition = {
  name: 'break-ageing',
  title: words('Umur selisih', 'Age of breaks'),
  about: words(
    'Selisih yang belum selesai menurut umur dalam hari kerja (Senin sampai Jumat) sejak tanggalnya sendiri.',
    'Breaks that are not resolved by age in business days (Monday to Friday) since their own date.',
  ),
  period: 'now',
  daysMax: 1,
  forms: ['csv', 'xlsx', 'pdf'],
  filters: ['source'],
  showsRuns: false,
  columns: [
    column('bucket', 'text', words('Umur (hari kerja)', 'Age (business days)'), { width: 12 }),
    SOURCE,
    column('kind', 'code', words('Jenis', 'Kind'), { words: kindWords, width: 28 }),
    column('owner', 'text', words('Penanggung jawab', 'Owner')),
    column('oldest', 'date', words('Tertua', 'Oldest')),
    summed('breaks', 'count', words('Banyaknya', 'Count')),
    summed('value', 'amount', words('Nilai (Rp)', 'Value (IDR)')),
  ],
  rows: agedBreaks,
  ties: [
    {
      what: words(
        'Selisih yang kejadian terakhirnya bukan selesai',
        'Breaks whose last event is not their end',
      ),
      ours: sumOf('breaks'),
      theirs: `SELECT COUNT(*) AS figure FROM break_case c
JOIN break_event e ON e.break_id = c.break_id AND e.event_no = c.last_event_no
WHERE e.to_state <> 'resolved' AND ({source} IS NULL OR c.source = {source})`,
    },
    {
      what: words('Nilainya', 'The money in question'),
      ours: sumOf('value'),
      theirs: `SELECT COALESCE(SUM(c.amount), 0) AS figure ${OPEN_BREAKS}`,
    },
  ],
};

interface DayRow {
  source: string;
  kind: string;
  owner: string;
  business_date: string;
  n: string;
  value: string;
}

interface Group {
  bucket: string;
  source: string;
  kind: string;
  owner: string;
  oldest: string;
  breaks: bigint;
  value: bigint;
}

async function* agedBreaks(reading: Reading): AsyncGenerator<ReportRow> {
  const { sql, values } = bound(
    `SELECT c.source, c.kind, c.owner, c.business_date, COUNT(*) AS n, SUM(c.amount) AS value
     ${OPEN_BREAKS} GROUP BY c.source, c.kind, c.owner, c.business_date ORDER BY c.business_date`,
    reading,
  );
  const groups = new Map<string, Group>();
  const today = localTime(reading.now).slice(0, 10);
  for (const row of await reading.statements.rows<DayRow>(sql, values)) {
    const { source, kind, owner, business_date: oldest } = row;
    const bucket = bucketOf(businessDaysBetween(oldest, today));
    const key = JSON.stringify([bucket, source, kind, owner]);
    const group = groups.get(key) ?? { bucket, source, kind, owner, oldest, breaks: 0n, value: 0n };
    group.breaks += BigInt(row.n);
    group.value += BigInt(row.value);
    groups.set(key, group);
  }
  // The oldest first; the rows came by date, so a group began with its oldest.
  const place = ({ bucket }: Group) => BUCKETS.findIndex(([, name]) => name === bucket);
  for (const group of [...groups.values()].toSorted((a, b) => place(b) - place(a))) yield { ...group };
}

function bucketOf(days: number): string {
  return BUCKETS.find(([upTo]) => days <= upTo)?.[1] ?? '';
}
