import type { ReportDefinition } from '../definition';
import { words } from '../language';
import { PAYMENTS_OF_THE_DAYS } from '../parameters';
import { sumOf } from '../ties';
import { CHANNEL, column, PRODUCT, summed } from './columns';

/** What we earned, and what took it back; every posting of the fee account is in one of its rows. */
export const FEE_INCOME: ReportDefinition = {
  name: 'fee-income',
  title: words('Pendapatan biaya', 'Fee income'),
  about: words(
    'Biaya admin dan pembagiannya per mitra dan produk; baris jurnal lain pada akun pendapatan berdiri sendiri.',
    'Admin fees and how they were shared, by channel and product; other journals on the income account have rows of their own.',
  ),
  period: 'days',
  daysMax: 366,
  forms: ['csv', 'xlsx', 'pdf'],
  filters: [],
  showsRuns: false,
  columns: [
    CHANNEL,
    PRODUCT,
    column('entry', 'code', words('Asal', 'Origin'), {
      words: { capture: words('penjualan', 'sale'), reversal: words('pembatalan', 'reversal') },
    }),
    summed('entries', 'count', words('Banyaknya', 'Count')),
    summed('admin_fee', 'amount', words('Biaya admin bruto (Rp)', 'Gross admin fee (IDR)')),
    summed('biller_fee', 'amount', words('Bagian biller (Rp)', 'Biller’s share (IDR)')),
    summed('commission', 'amount', words('Komisi mitra (Rp)', 'Channel’s commission (IDR)')),
    summed('income', 'amount', words('Pendapatan kita (Rp)', 'Our income (IDR)')),
  ],
  rows: `
SELECT p.channel_id, p.product_id, 'capture' AS entry, COUNT(*) AS entries, SUM(p.admin_fee) AS admin_fee,
  SUM(p.biller_fee) AS biller_fee, SUM(p.commission) AS commission,
  SUM(p.admin_fee - p.biller_fee - p.commission) AS income
FROM payment p WHERE ${PAYMENTS_OF_THE_DAYS} AND p.state IN ('PAID', 'REVERSED', 'RESENT', 'UNSERVED')
GROUP BY p.channel_id, p.product_id
UNION ALL
SELECT p.channel_id, p.product_id, 'reversal', COUNT(*), -SUM(p.admin_fee), -SUM(p.biller_fee), -SUM(p.commission),
  -SUM(p.admin_fee - p.biller_fee - p.commission)
FROM journal j JOIN payment p ON p.payment_id = j.subject_id
WHERE j.business_date BETWEEN {from} AND {to} AND j.kind = 'reversal'
GROUP BY p.channel_id, p.product_id
UNION ALL
SELECT NULL, NULL, j.kind, COUNT(*), 0, 0, 0, -SUM(t.amount)
FROM journal j JOIN posting t ON t.subject_id = j.subject_id AND t.kind = j.kind
WHERE j.business_date BETWEEN {from} AND {to} AND j.kind NOT IN ('hold', 'capture', 'void', 'reversal')
  AND t.account_id = 'own:fee-income'
GROUP BY j.kind
ORDER BY 3, 1, 2`,
  ties: [
    {
      what: words('Buku besar: mutasi akun own:fee-income', 'Ledger: changes of the account own:fee-income'),
      ours: sumOf('income'),
      theirs: `
SELECT COALESCE(-SUM(t.amount), 0) AS figure
FROM journal j JOIN posting t ON t.subject_id = j.subject_id AND t.kind = j.kind
WHERE j.business_date BETWEEN {from} AND {to} AND t.account_id = 'own:fee-income'`,
    },
  ],
};
