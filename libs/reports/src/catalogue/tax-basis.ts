import type { ReportDefinition } from '../definition';
import { words } from '../language';
import { PAYMENTS_OF_THE_DAYS } from '../parameters';
import { sumOf } from '../ties';
import { CHANNEL, summed } from './columns';

/** What the month's tax invoices are drawn up from. */
export const TAX_BASIS: ReportDefinition = {
  name: 'tax-basis',
  title: words('Dasar faktur pajak', 'Basis of tax invoices'),
  about: words(
    'Bagian kita dari biaya admin per mitra dalam sebulan, dikurangi pembatalan. PPN dan PPh dihitung pada faktur.',
    'Our part of the admin fees by channel in a month, less reversals. PPN and PPh are worked out on the invoice.',
  ),
  period: 'month',
  daysMax: 31,
  forms: ['csv', 'xlsx', 'pdf'],
  filters: [],
  showsRuns: false,
  columns: [
    CHANNEL,
    summed('sales', 'count', words('Transaksi', 'Payments')),
    summed('earned', 'amount', words('Pendapatan biaya (Rp)', 'Fees earned (IDR)')),
    summed('taken_back', 'amount', words('Dibatalkan (Rp)', 'Reversed (IDR)')),
    summed('basis', 'amount', words('Dasar (Rp)', 'Basis (IDR)')),
  ],
  rows: `
SELECT channel_id, SUM(sales) AS sales, SUM(earned) AS earned, SUM(taken_back) AS taken_back,
  SUM(earned - taken_back) AS basis
FROM (
  SELECT p.channel_id, 1 AS sales, p.admin_fee - p.biller_fee - p.commission AS earned, 0 AS taken_back
  FROM payment p WHERE ${PAYMENTS_OF_THE_DAYS} AND p.state IN ('PAID', 'REVERSED', 'RESENT', 'UNSERVED')
  UNION ALL
  SELECT p.channel_id, 0, 0, p.admin_fee - p.biller_fee - p.commission
  FROM journal j JOIN payment p ON p.payment_id = j.subject_id
  WHERE j.business_date BETWEEN {from} AND {to} AND j.kind = 'reversal'
) AS fees GROUP BY channel_id ORDER BY channel_id`,
  ties: [
    {
      what: words(
        'Buku besar: own:fee-income dari penjualan dan pembatalan',
        'Ledger: own:fee-income of sales and reversals',
      ),
      ours: sumOf('basis'),
      theirs: `
SELECT COALESCE(-SUM(t.amount), 0) AS figure
FROM journal j JOIN posting t ON t.subject_id = j.subject_id AND t.kind = j.kind
WHERE j.business_date BETWEEN {from} AND {to} AND j.kind IN ('capture', 'reversal')
  AND t.account_id = 'own:fee-income'`,
    },
  ],
};
