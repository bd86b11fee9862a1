import type { Column, ReportDefinition, Tie } from '../definition';
import { words } from '../language';
import { PAYMENTS_OF_THE_DAYS } from '../parameters';
import { sumOf } from '../ties';
import { BILLER, CHANNEL, PRODUCT, summed } from './columns';

const FIGURES: readonly Column[] = [
  summed('sales', 'count', words('Transaksi', 'Payments')),
  summed('principal', 'amount', words('Pokok tagihan (Rp)', 'Bills (IDR)')),
  summed('admin_fee', 'amount', words('Biaya admin (Rp)', 'Admin fee (IDR)')),
  summed('biller_fee', 'amount', words('Bagian biller (Rp)', 'Biller’s share (IDR)')),
  summed('commission', 'amount', words('Komisi mitra (Rp)', 'Channel’s commission (IDR)')),
  summed('our_fee', 'amount', words('Bagian kita (Rp)', 'Our share (IDR)')),
  summed('owed', 'amount', words('Hak biller (Rp)', 'Owed to billers (IDR)')),
  summed('reversals', 'count', words('Pembatalan', 'Reversals')),
  summed('reversed', 'amount', words('Dibatalkan dari hak biller (Rp)', 'Taken back from billers (IDR)')),
];

/**
 * Sales by their own business date, from the payments; what was reversed by the date of the reversal, which may be of an
 * earlier sale.
 */
const SALES_BY = (keys: string) => `
SELECT ${keys}, SUM(sales) AS sales, SUM(principal) AS principal, SUM(admin_fee) AS admin_fee,
  SUM(biller_fee) AS biller_fee, SUM(commission) AS commission, SUM(our_fee) AS our_fee, SUM(owed) AS owed,
  SUM(reversals) AS reversals, SUM(reversed) AS reversed
FROM (
  SELECT p.channel_id, p.biller_id, p.product_id, 1 AS sales, p.amount AS principal, p.admin_fee, p.biller_fee,
    p.commission, p.admin_fee - p.biller_fee - p.commission AS our_fee, p.amount + p.biller_fee AS owed,
    0 AS reversals, 0 AS reversed
  FROM payment p
  WHERE ${PAYMENTS_OF_THE_DAYS} AND p.state IN ('PAID', 'REVERSED', 'RESENT', 'UNSERVED') AND ({channel} IS NULL OR p.channel_id = {channel})
  UNION ALL
  SELECT p.channel_id, p.biller_id, p.product_id, 0, 0, 0, 0, 0, 0, 0, 1, p.amount + p.biller_fee
  FROM journal j JOIN payment p ON p.payment_id = j.subject_id
  WHERE j.business_date BETWEEN {from} AND {to} AND j.kind = 'reversal' AND ({channel} IS NULL OR p.channel_id = {channel})
) AS each_sale
GROUP BY ${keys} ORDER BY ${keys}`;

const POSTED = (sign: '' | '-', kind: 'capture' | 'reversal', accounts: string) => `
SELECT COALESCE(${sign}SUM(t.amount), 0) AS figure
FROM journal j JOIN posting t ON t.subject_id = j.subject_id AND t.kind = j.kind
WHERE j.business_date BETWEEN {from} AND {to} AND j.kind = '${kind}' AND t.account_id LIKE '${accounts}'
  AND ({channel} IS NULL OR j.channel_id = {channel})`;

const TIES: readonly Tie[] = [
  {
    what: words('Buku besar: kredit biller dari pembayaran', 'Ledger: credited to billers by payments'),
    ours: sumOf('owed'),
    theirs: POSTED('-', 'capture', 'biller:%'),
  },
  {
    what: words('Buku besar: pendapatan biaya dari pembayaran', 'Ledger: fee income of payments'),
    ours: sumOf('our_fee'),
    theirs: POSTED('-', 'capture', 'own:fee-income'),
  },
  {
    what: words('Buku besar: debit biller dari pembatalan', 'Ledger: taken back from billers by reversals'),
    ours: sumOf('reversed'),
    theirs: POSTED('', 'reversal', 'biller:%'),
  },
];

const COMMON = {
  period: 'days',
  daysMax: 31,
  forms: ['csv', 'xlsx', 'pdf'],
  filters: ['channel'],
  ties: TIES,
  showsRuns: true,
} as const satisfies Partial<ReportDefinition>;

/** What was sold of each biller's products. */
export const PER_BILLER: ReportDefinition = {
  ...COMMON,
  name: 'per-biller',
  title: words('Rekap per biller dan produk', 'Recap by biller and product'),
  about: words(
    'Pembayaran yang berhasil menurut tanggal usaha mitra, dan pembatalan menurut tanggal pembatalannya.',
    'Payments that succeeded, by the channel’s business date, and reversals by the date of the reversal.',
  ),
  columns: [BILLER, PRODUCT, ...FIGURES],
  rows: SALES_BY('biller_id, product_id'),
};

/** What each channel sold. */
export const PER_CHANNEL: ReportDefinition = {
  ...COMMON,
  name: 'per-channel',
  title: words('Rekap per mitra dan produk', 'Recap by channel and product'),
  about: PER_BILLER.about,
  columns: [CHANNEL, PRODUCT, ...FIGURES],
  rows: SALES_BY('channel_id, product_id'),
};
