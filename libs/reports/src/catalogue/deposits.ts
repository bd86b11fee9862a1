import type { ReportDefinition, Tie } from '../definition';
import { words } from '../language';
import { sumOf } from '../ties';
import { CHANNEL, column, DATE, summed } from './columns';

const KINDS = {
  top_up: words('setoran', 'top-up'),
  capture: words('penjualan', 'sale'),
  reversal: words('pembatalan', 'reversal'),
  refund: words('pengembalian', 'refund'),
  adjustment: words('koreksi', 'adjustment'),
};

const POSTED: Tie['theirs'] = `
SELECT COALESCE(-SUM(t.amount), 0) AS figure
FROM journal j JOIN posting t ON t.subject_id = j.subject_id AND t.kind = j.kind
WHERE j.business_date BETWEEN {from} AND {to} AND ({channel} IS NULL OR j.channel_id = {channel})
  AND (t.account_id LIKE 'channel:%:deposit' OR t.account_id LIKE 'channel:%:held')`;

/** Each channel's deposit over the days: what it began and ended with, and why it moved. */
export const DEPOSIT_SUMMARY: ReportDefinition = {
  name: 'deposit-summary',
  title: words('Ringkasan deposit mitra', 'Deposits of channels'),
  about: words(
    'Saldo awal, setoran, penjualan, pembatalan, pengembalian, koreksi dan saldo akhir tiap deposit.',
    'Opening balance, top-ups, sales, reversals, refunds, adjustments and closing balance of each deposit.',
  ),
  period: 'days',
  daysMax: 366,
  forms: ['csv', 'xlsx', 'pdf'],
  filters: ['channel'],
  showsRuns: false,
  columns: [
    CHANNEL,
    summed('opening', 'amount', words('Saldo awal (Rp)', 'Opening (IDR)')),
    summed('top_up', 'amount', words('Setoran (Rp)', 'Top-ups (IDR)')),
    summed('sales', 'amount', words('Penjualan (Rp)', 'Sales (IDR)')),
    summed('reversals', 'amount', words('Pembatalan (Rp)', 'Reversals (IDR)')),
    summed('refunds', 'amount', words('Pengembalian (Rp)', 'Refunds (IDR)')),
    summed('adjustments', 'amount', words('Koreksi dan lain-lain (Rp)', 'Adjustments and others (IDR)')),
    summed('closing', 'amount', words('Saldo akhir (Rp)', 'Closing (IDR)')),
  ],
  rows: `
SELECT d.channel_id, d.posted - COALESCE(m.since, 0) AS opening, COALESCE(m.top_up, 0) AS top_up,
  COALESCE(m.sales, 0) AS sales, COALESCE(m.reversals, 0) AS reversals, COALESCE(m.refunds, 0) AS refunds,
  COALESCE(m.within - m.top_up - m.sales - m.reversals - m.refunds, 0) AS adjustments,
  d.posted - COALESCE(m.since - m.within, 0) AS closing
FROM deposit d LEFT JOIN (
  SELECT j.channel_id, SUM(j.posted_change) AS since,
    SUM(IF(j.business_date <= {to}, j.posted_change, 0)) AS within,
    SUM(IF(j.business_date <= {to} AND j.kind = 'top_up', j.posted_change, 0)) AS top_up,
    SUM(IF(j.business_date <= {to} AND j.kind = 'capture', j.posted_change, 0)) AS sales,
    SUM(IF(j.business_date <= {to} AND j.kind = 'reversal', j.posted_change, 0)) AS reversals,
    SUM(IF(j.business_date <= {to} AND j.kind = 'refund', j.posted_change, 0)) AS refunds
  FROM journal j WHERE j.business_date >= {from} AND j.posted_change <> 0 GROUP BY j.channel_id
) AS m ON m.channel_id = d.channel_id
WHERE {channel} IS NULL OR d.channel_id = {channel} ORDER BY d.channel_id`,
  ties: [
    {
      what: words(
        'Buku besar: mutasi akun deposit dan held',
        'Ledger: changes of the accounts deposit and held',
      ),
      ours: (tally) => sumOf('closing')(tally) - sumOf('opening')(tally),
      theirs: POSTED,
    },
    {
      what: words('Awal + mutasi = akhir', 'Opening + changes = closing'),
      ours: (tally) =>
        sumOf('opening', 'top_up', 'sales', 'reversals', 'refunds', 'adjustments')(tally) -
        sumOf('closing')(tally),
      theirs: 'SELECT 0 AS figure',
    },
  ],
};

/** Every movement of deposits, each with the balance after it. */
export const DEPOSIT_MUTATION: ReportDefinition = {
  name: 'deposit-mutation',
  title: words('Mutasi deposit', 'Deposit mutations'),
  about: words(
    'Setiap perubahan saldo deposit (bukan penahanan), dalam urutan pembukuannya.',
    'Every change of a deposit’s balance (holds are none), in the order it was booked.',
  ),
  period: 'days',
  daysMax: 31,
  forms: ['csv', 'xlsx'],
  filters: ['channel'],
  showsRuns: false,
  columns: [
    CHANNEL,
    column('deposit_seq', 'count', words('Urutan', 'Order'), { width: 10 }),
    DATE,
    column('created_at', 'instant', words('Waktu (WIB)', 'Time (WIB)')),
    column('kind', 'code', words('Jenis', 'Kind'), { words: KINDS, width: 14 }),
    column('subject_id', 'text', words('Dokumen', 'Document')),
    column('reference', 'text', words('Referensi mitra', 'Channel’s reference')),
    summed('money_in', 'amount', words('Masuk (Rp)', 'In (IDR)')),
    summed('money_out', 'amount', words('Keluar (Rp)', 'Out (IDR)')),
    column('posted_after', 'amount', words('Saldo sesudah (Rp)', 'Balance after (IDR)')),
  ],
  rows: `
SELECT j.channel_id, j.deposit_seq, j.business_date, j.created_at, j.kind, j.subject_id, j.reference,
  GREATEST(j.posted_change, 0) AS money_in, GREATEST(-j.posted_change, 0) AS money_out, j.posted_after
FROM journal j WHERE j.business_date BETWEEN {from} AND {to} AND j.posted_change <> 0
  AND ({channel} IS NULL OR j.channel_id = {channel})
ORDER BY j.channel_id, j.deposit_seq`,
  ties: [
    {
      what: words(
        'Buku besar: mutasi akun deposit dan held',
        'Ledger: changes of the accounts deposit and held',
      ),
      ours: (tally) => sumOf('money_in')(tally) - sumOf('money_out')(tally),
      theirs: POSTED,
    },
  ],
};
