import { fromJson } from '#lib/platform';
import type { Reading, ReportDefinition, ReportRow } from '../definition';
import { kindWords } from '../labels';
import { words } from '../language';
import { bound } from '../parameters';
import { sumOf } from '../ties';
import { column, DATE, SOURCE, summed } from './columns';

/** What a closed run states about itself, as far as the recap shows it. */
interface Totals {
  kinds: Record<string, { count: number; ourAmount: string; theirAmount: string }>;
  bridge: { sign: '+' | '-' | '='; amount: string }[];
}

interface RunRow {
  source: string;
  business_date: string;
  run_no: number;
  totals: unknown;
}

/** Outcomes that leave no row behind. */
const AGREED = new Set(['matched', 'agreed_failed']);

/** What each source's day came to, by outcome. */
export const DAILY_RECAP: ReportDefinition = {
  name: 'daily-recap',
  title: words('Rekap harian rekonsiliasi', 'Daily reconciliation recap'),
  about: words(
    'Hasil rekonsiliasi tiap sumber menurut proses yang berlaku untuk tanggal itu.',
    'What the reconciliation of each source found, by the run that counts for the day.',
  ),
  period: 'days',
  daysMax: 31,
  forms: ['csv', 'xlsx', 'pdf'],
  filters: ['source'],
  showsRuns: true,
  columns: [
    DATE,
    SOURCE,
    column('run_no', 'count', words('Proses', 'Run'), { width: 9 }),
    column('kind', 'code', words('Hasil', 'Outcome'), { words: kindWords, width: 30 }),
    summed('rows', 'count', words('Banyaknya', 'Count')),
    summed('break_rows', 'count', words('Di antaranya selisih', 'Of them breaks')),
    summed('ours', 'amount', words('Jumlah kita (Rp)', 'Our amount (IDR)')),
    summed('theirs', 'amount', words('Jumlah mereka (Rp)', 'Their amount (IDR)')),
    summed('difference', 'amount', words('Selisih (Rp)', 'Difference (IDR)')),
  ],
  rows: recapRows,
  ties: [
    {
      what: words('Sisa jembatan semua proses', 'Remainder of every bridge'),
      ours: () => 0n,
      theirs: async (reading) => {
        let rest = 0n;
        for (const { totals } of await runs(reading)) {
          const remainder = remainderOf(totalsOf(totals));
          rest += remainder < 0n ? -remainder : remainder;
        }
        return rest;
      },
    },
    {
      what: words('Baris selisih yang tersimpan', 'Breaks in the books'),
      ours: sumOf('break_rows'),
      theirs: `SELECT COUNT(*) AS figure FROM recon_run r JOIN recon_break b ON b.run_id = r.run_id
WHERE r.effective_date BETWEEN {from} AND {to} AND ({source} IS NULL OR r.source = {source})`,
    },
  ],
};

async function* recapRows(reading: Reading): AsyncGenerator<ReportRow> {
  for (const run of await runs(reading)) {
    const { kinds } = totalsOf(run.totals);
    for (const [kind, { count, ourAmount, theirAmount }] of Object.entries(kinds)) {
      if (count === 0) continue;
      yield {
        ...run,
        kind,
        rows: count,
        break_rows: AGREED.has(kind) ? 0 : count,
        ours: ourAmount,
        theirs: theirAmount,
        difference: BigInt(theirAmount) - BigInt(ourAmount),
      };
    }
  }
}

function runs(reading: Reading): Promise<RunRow[]> {
  const { sql, values } = bound(
    `SELECT source, business_date, run_no, totals FROM recon_run
     WHERE effective_date BETWEEN {from} AND {to} AND ({source} IS NULL OR source = {source})
     ORDER BY effective_date, source`,
    reading,
  );
  return reading.statements.rows<RunRow>(sql, values);
}

function totalsOf(json: unknown): Totals {
  return fromJson(json) as Totals;
}

function remainderOf({ bridge }: Totals): bigint {
  return bridge.reduce(
    (rest, { sign, amount }) => (sign === '+' ? rest + BigInt(amount) : rest - BigInt(amount)),
    0n,
  );
}
