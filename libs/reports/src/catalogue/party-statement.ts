import type { ReportDefinition } from '../definition';
import { words } from '../language';
import { sumOf } from '../ties';
import { column, summed } from './columns';

const ACCOUNTS = `t.account_id REGEXP '^(biller:[^:]+:payable|channel:[^:]+:(deposit|held|commission|receivable))$'
  AND ({party} IS NULL OR SUBSTRING_INDEX(SUBSTRING_INDEX(t.account_id, ':', 2), ':', -1) = {party})`;
const BOOKED = 'FROM posting t JOIN journal j ON j.subject_id = t.subject_id AND j.kind = t.kind';

/** What we owe each party by its accounts: opening, what moved it, closing. */
export const PARTY_STATEMENT: ReportDefinition = {
  name: 'party-statement',
  title: words('Laporan rekening pihak', 'Statement of a party'),
  about: words(
    'Yang kami utang kepada tiap pihak menurut rekeningnya: saldo awal, mutasi per jenis, saldo akhir. Negatif: pihak itu berutang.',
    'What we owe each party by its accounts: opening, what moved it by kind, closing. Negative: the party owes us.',
  ),
  period: 'days',
  daysMax: 366,
  forms: ['csv', 'xlsx', 'pdf'],
  filters: ['party'],
  showsRuns: false,
  columns: [
    column('account', 'text', words('Rekening', 'Account'), { width: 34 }),
    column('kind', 'code', words('Jenis', 'Kind'), {
      words: { opening: words('saldo awal', 'opening'), closing: words('saldo akhir', 'closing') },
      width: 18,
    }),
    summed('entries', 'count', words('Banyaknya', 'Count')),
    summed('amount', 'amount', words('Mutasi (Rp)', 'Movement (IDR)')),
    column('balance', 'amount', words('Saldo (Rp)', 'Balance (IDR)')),
  ],
  rows: `
SELECT account, kind, entries, amount, balance FROM (
  SELECT t.account_id AS account, 1 AS part, 'opening' AS kind, NULL AS entries, NULL AS amount,
    -SUM(IF(j.business_date < {from}, t.amount, 0)) AS balance
  ${BOOKED} WHERE j.business_date <= {to} AND ${ACCOUNTS} GROUP BY t.account_id
  UNION ALL
  SELECT t.account_id, 2, t.kind, COUNT(*), -SUM(t.amount), NULL
  ${BOOKED} WHERE j.business_date BETWEEN {from} AND {to} AND ${ACCOUNTS} GROUP BY t.account_id, t.kind
  UNION ALL
  SELECT t.account_id, 3, 'closing', NULL, NULL, -SUM(t.amount)
  ${BOOKED} WHERE j.business_date <= {to} AND ${ACCOUNTS} GROUP BY t.account_id
) statement ORDER BY account, part, kind`,
  ties: [
    {
      what: words('Buku besar: saldo akhir dikurangi saldo awal', 'Ledger: closing less opening balances'),
      ours: sumOf('amount'),
      theirs: `SELECT
  (SELECT COALESCE(-SUM(t.amount), 0) ${BOOKED} WHERE j.business_date <= {to} AND ${ACCOUNTS})
  - (SELECT COALESCE(-SUM(t.amount), 0) ${BOOKED} WHERE j.business_date < {from} AND ${ACCOUNTS}) AS figure`,
    },
  ],
};
