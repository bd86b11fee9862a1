import type { ReportDefinition, Tie } from '../definition';
import { words } from '../language';
import { sumOf } from '../ties';
import { column, DATE, summed } from './columns';

const DEBIT = summed('debit', 'amount', words('Debit (Rp)', 'Debit (IDR)'));
const CREDIT = summed('credit', 'amount', words('Kredit (Rp)', 'Credit (IDR)'));
const ACCOUNT = column('account_id', 'text', words('Akun', 'Account'), { width: 34 });
const KIND = column('kind', 'text', words('Jenis', 'Kind'), { width: 16 });

const BALANCED: Tie = {
  what: words('Debit sama dengan kredit', 'Debits equal credits'),
  ours: (tally) => sumOf('debit')(tally) - sumOf('credit')(tally),
  theirs: 'SELECT 0 AS figure',
};

const POSTINGS =
  'FROM journal j JOIN posting t ON t.subject_id = j.subject_id AND t.kind = j.kind ' +
  'WHERE j.business_date BETWEEN {from} AND {to}';

const COMMON = {
  period: 'days',
  daysMax: 31,
  filters: [],
  showsRuns: false,
} as const satisfies Partial<ReportDefinition>;

/** Every posting of the days, for the general ledger. */
export const JOURNAL: ReportDefinition = {
  ...COMMON,
  name: 'journal',
  title: words('Jurnal harian untuk buku besar', 'Daily journal for the general ledger'),
  about: words(
    'Setiap baris jurnal menurut tanggal usaha: akun, debit, kredit, dokumen. Dokumen dan jenis bersama-sama unik.',
    'Every journal line by business date: account, debit, credit, document. Document and kind together are unique.',
  ),
  forms: ['csv', 'xlsx'],
  columns: [
    DATE,
    column('document', 'text', words('Dokumen', 'Document'), { width: 26 }),
    KIND,
    column('line_no', 'count', words('Baris', 'Line'), { width: 8 }),
    ACCOUNT,
    DEBIT,
    CREDIT,
    column('reference', 'text', words('Referensi', 'Reference')),
    column('reason', 'text', words('Alasan', 'Reason'), { width: 30 }),
    column('created_at', 'instant', words('Dibukukan pada (WIB)', 'Booked at (WIB)')),
  ],
  rows: `
SELECT j.business_date, j.subject_id AS document, j.kind, t.line_no, t.account_id, GREATEST(t.amount, 0) AS debit,
  GREATEST(-t.amount, 0) AS credit, j.reference, j.reason, j.created_at
${POSTINGS} ORDER BY j.business_date, j.kind, j.subject_id, t.line_no`,
  ties: [
    BALANCED,
    {
      what: words('Jumlah debit menurut akun', 'Debits added up by account'),
      ours: sumOf('debit'),
      theirs: `SELECT COALESCE(SUM(debit), 0) AS figure
FROM (SELECT t.account_id, SUM(GREATEST(t.amount, 0)) AS debit ${POSTINGS} GROUP BY t.account_id) AS accounts`,
    },
    {
      what: words('Perubahan saldo deposit (posted)', 'Changes of deposits (posted)'),
      ours: () => 0n,
      theirs: `SELECT
  (SELECT COALESCE(SUM(j.posted_change), 0) FROM journal j WHERE j.business_date BETWEEN {from} AND {to})
  + (SELECT COALESCE(SUM(t.amount), 0) ${POSTINGS}
     AND (t.account_id LIKE 'channel:%:deposit' OR t.account_id LIKE 'channel:%:held')) AS figure`,
    },
  ],
};

/** The same by account, where the general ledger keeps sums only. */
export const JOURNAL_SUMMARY: ReportDefinition = {
  ...COMMON,
  name: 'journal-summary',
  title: words('Ringkasan jurnal per akun', 'Journal summary by account'),
  about: words(
    'Debit dan kredit per tanggal usaha, akun dan jenis jurnal.',
    'Debits and credits by business date, account and kind of journal.',
  ),
  forms: ['csv', 'xlsx', 'pdf'],
  columns: [
    DATE,
    ACCOUNT,
    KIND,
    summed('entries', 'count', words('Banyaknya', 'Count')),
    DEBIT,
    CREDIT,
    column('change', 'amount', words('Debit − kredit (Rp)', 'Debit − credit (IDR)')),
  ],
  rows: `
SELECT j.business_date, t.account_id, j.kind, COUNT(*) AS entries, SUM(GREATEST(t.amount, 0)) AS debit,
  SUM(GREATEST(-t.amount, 0)) AS credit, SUM(t.amount) AS \`change\`
${POSTINGS} GROUP BY j.business_date, t.account_id, j.kind ORDER BY j.business_date, t.account_id, j.kind`,
  ties: [
    BALANCED,
    {
      what: words('Banyaknya baris jurnal', 'Number of journal lines'),
      ours: sumOf('entries'),
      theirs: `SELECT COUNT(*) AS figure ${POSTINGS}`,
    },
  ],
};
