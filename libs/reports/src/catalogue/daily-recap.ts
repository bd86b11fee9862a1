import { fromJson } from '#lib/platform';
import type { Reading, ReportDefinition, ReportRow } from '../definition';
import { kindWords } from '../labels';
import { words } from '../language';
import { bound } from '../parameters';
import { amountOf, CARRIED_IN, successesOf, type BridgeStep, type OutcomeSum } from '../recap-sums';
import { sumOf } from '../ties';
import { column, DATE, SOURCE, summed } from './columns';

/** What a closed run states about itself, as far as the recap shows it. */
interface Totals {
  outcomes: OutcomeSum[];
  bridge: BridgeStep[];
}

/** The same as the run keeps it: amounts as digits. */
interface StoredTotals {
  kinds: Record<string, { count: number; ourAmount: string; theirAmount: string }>;
  bridge: (Omit<BridgeStep, 'amount'> & { amount: string })[];
}

interface RunRow {
  source: string;
  business_date: string;
  run_no: number;
  totals: unknown;
}

/** Outcomes that leave no row behind. */
const AGREED = new Set(['matched', 'agreed_failed', CARRIED_IN]);

/** What each source's day came to, by outcome. */
export const DAILY_RECAP: ReportDefinition = {
  name: 'daily-recap',
  title: words('Rekap harian rekonsiliasi', 'Daily reconciliation recap'),
  about: words(
    'Hasil rekonsiliasi tiap sumber menurut proses yang berlaku untuk tanggal itu; jumlah: yang sukses di pihaknya.',
    'What the reconciliation of each source found, by the run that counts for the day; amounts: what each side calls a success.',
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
    summed('ours', 'amount', words('Sukses kita (Rp)', 'Our successes (IDR)')),
    summed('theirs', 'amount', words('Sukses mereka (Rp)', 'Their successes (IDR)')),
    summed('difference', 'amount', words('Selisih (Rp)', 'Difference (IDR)')),
  ],
  rows: recapRows,
  ties: [
    {
      what: words('Total kita menurut semua jembatan', 'Our total of every bridge'),
      ours: sumOf('ours'),
      theirs: (reading) => bridgeFigure(reading, 'ours'),
    },
    {
      what: words('Total mereka menurut semua jembatan', 'Their total of every bridge'),
      ours: sumOf('theirs'),
      theirs: (reading) => bridgeFigure(reading, 'theirs'),
    },
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
    const { outcomes, bridge } = totalsOf(run.totals);
    for (const { kind, count, ourAmount, theirAmount } of successesOf(outcomes, bridge)) {
      if (count === 0 && kind !== CARRIED_IN) continue;
      yield {
        ...run,
        kind,
        rows: count,
        break_rows: AGREED.has(kind) ? 0 : count,
        ours: ourAmount,
        theirs: theirAmount,
        difference: theirAmount - ourAmount,
      };
    }
  }
}

/** A term of every bridge, added up. */
async function bridgeFigure(reading: Reading, term: string): Promise<bigint> {
  const all = await runs(reading);
  return all.reduce((sum, { totals }) => sum + amountOf(totalsOf(totals).bridge, term), 0n);
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
  const { kinds, bridge } = fromJson(json) as StoredTotals;
  return {
    outcomes: Object.entries(kinds).map(([kind, { count, ourAmount, theirAmount }]) => ({
      kind,
      count,
      ourAmount: BigInt(ourAmount),
      theirAmount: BigInt(theirAmount),
    })),
    bridge: bridge.map((step) => ({ ...step, amount: BigInt(step.amount) })),
  };
}

function remainderOf({ bridge }: Totals): bigint {
  return bridge.reduce((rest, { sign, amount }) => (sign === '+' ? rest + amount : rest - amount), 0n);
}
