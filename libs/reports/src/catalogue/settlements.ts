import type { ReportDefinition } from '../definition';
import { words } from '../language';
import { rowCount, sumOf } from '../ties';
import { column, DATE, SOURCE, summed } from './columns';

const PARTY = column('party', 'text', words('Pihak', 'Party'));

/** The lines of settled days: who receives what, who pays it, and what is held back. */
export const SETTLEMENT: ReportDefinition = {
  name: 'settlement',
  title: words('Penyelesaian per sumber dan pihak', 'Settlement by source and party'),
  about: words(
    'Baris penyelesaian tiap hari usaha: positif diterima pihak itu, negatif dibayarnya. Seluruhnya berjumlah nol.',
    'The lines of each settled day: the party receives what is positive and pays what is negative. Together they are zero.',
  ),
  period: 'days',
  daysMax: 31,
  forms: ['csv', 'xlsx', 'pdf'],
  filters: ['source'],
  showsRuns: true,
  columns: [
    DATE,
    SOURCE,
    column('subject_id', 'text', words('Dokumen', 'Document'), { width: 24 }),
    PARTY,
    column('kind', 'text', words('Jenis', 'Kind'), { width: 16 }),
    column('origin', 'text', words('Asal', 'Origin'), { width: 12 }),
    column('payments', 'count', words('Transaksi pada baris', 'Payments of the line')),
    summed('settled_payments', 'count', words('Transaksi diselesaikan', 'Payments settled')),
    summed('amount', 'amount', words('Jumlah (Rp)', 'Amount (IDR)')),
    summed('held_amount', 'amount', words('Ditahan (Rp)', 'Held back (IDR)')),
  ],
  rows: `
SELECT s.business_date, s.source, s.subject_id, CONCAT(l.party_kind, ' ', l.party_id) AS party, l.kind, l.origin,
  l.payments, IF(l.line_no = 1, s.payments, NULL) AS settled_payments, l.amount, l.held_amount
FROM settlement s JOIN settlement_line l ON l.settlement_id = s.settlement_id
WHERE s.business_date BETWEEN {from} AND {to} AND ({source} IS NULL OR s.source = {source})
ORDER BY s.business_date, s.source, l.line_no`,
  ties: [
    {
      what: words('Transaksi menurut penyelesaian', 'Payments of the settlements'),
      ours: sumOf('settled_payments'),
      theirs: `SELECT COALESCE(SUM(s.payments), 0) AS figure FROM settlement s
WHERE s.business_date BETWEEN {from} AND {to} AND ({source} IS NULL OR s.source = {source})`,
    },
    {
      what: words('Semua baris berjumlah nol', 'All lines sum to zero'),
      ours: sumOf('amount'),
      theirs: 'SELECT 0 AS figure',
    },
    {
      what: words(
        'Buku besar: pindahan clearing ke payable dikurangi neto penyelesaian yang ditutup',
        'Ledger: moved from clearing to payable less what closed settlements net',
      ),
      ours: () => 0n,
      theirs: `SELECT
  (SELECT COALESCE(SUM(n.net), 0) FROM settlement s JOIN settlement_net n ON n.settlement_id = s.settlement_id
   WHERE s.business_date BETWEEN {from} AND {to} AND s.state = 'closed' AND n.party_kind = 'biller'
     AND ({source} IS NULL OR s.source = {source}))
  + (SELECT COALESCE(SUM(t.amount), 0) FROM settlement s
     JOIN posting t ON t.subject_id = s.subject_id AND t.kind = 'settlement'
     WHERE s.business_date BETWEEN {from} AND {to} AND s.state = 'closed' AND t.account_id LIKE 'biller:%:payable'
       AND ({source} IS NULL OR s.source = {source})) AS figure`,
    },
  ],
};

/** What is to be paid out and what was. */
export const PAYOUTS: ReportDefinition = {
  name: 'payouts',
  title: words('Perintah bayar', 'Payouts'),
  about: words(
    'Perintah bayar menurut tanggal usahanya dan keadaannya; yang terlaksana sudah terlihat di rekening koran.',
    'Payouts by their business date and how far each is; an executed one stands in the bank statement.',
  ),
  period: 'days',
  daysMax: 366,
  forms: ['csv', 'xlsx', 'pdf'],
  filters: ['party'],
  showsRuns: false,
  columns: [
    DATE,
    column('reference', 'text', words('Referensi', 'Reference')),
    PARTY,
    column('part', 'count', words('Bagian', 'Part'), { width: 8 }),
    column('state', 'code', words('Keadaan', 'State'), {
      words: {
        drafted: words('konsep', 'drafted'),
        approved: words('disetujui', 'approved'),
        sent: words('dikirim', 'sent'),
        accepted: words('diterima bank', 'accepted'),
        executed: words('terlaksana', 'executed'),
        rejected: words('ditolak', 'rejected'),
        returned: words('dikembalikan bank', 'returned by the bank'),
        replaced: words('diganti', 'replaced'),
      },
    }),
    column('updated_at', 'instant', words('Sejak (WIB)', 'Since (WIB)')),
    column('due_date', 'date', words('Jatuh tempo', 'Due')),
    summed('amount', 'amount', words('Jumlah (Rp)', 'Amount (IDR)')),
    summed('executed', 'amount', words('Terlaksana (Rp)', 'Executed (IDR)')),
  ],
  rows: `
SELECT o.business_date, o.reference, CONCAT(o.party_kind, ' ', o.party_id) AS party, o.part, o.state, o.updated_at,
  o.due_date, o.amount, IF(o.state = 'executed' OR EXISTS (SELECT 1 FROM payout_event e WHERE e.reference = o.reference
    AND e.to_state = 'executed'), o.amount, 0) AS executed
FROM payout o WHERE o.business_date BETWEEN {from} AND {to} AND ({party} IS NULL OR o.party_id = {party})
ORDER BY o.business_date, o.reference`,
  ties: [
    {
      what: words(
        'Buku besar: kredit bank dari yang terlaksana',
        'Ledger: credited to the bank by executed ones',
      ),
      ours: sumOf('executed'),
      theirs: `SELECT COALESCE(-SUM(t.amount), 0) AS figure
FROM payout o JOIN posting t ON t.subject_id = o.reference AND t.kind = 'payout' AND t.account_id = 'own:bank'
WHERE o.business_date BETWEEN {from} AND {to} AND ({party} IS NULL OR o.party_id = {party})`,
    },
    {
      what: words('Banyaknya perintah bayar', 'Number of payouts'),
      ours: rowCount,
      theirs: `SELECT COUNT(*) AS figure FROM payout o
WHERE o.business_date BETWEEN {from} AND {to} AND ({party} IS NULL OR o.party_id = {party})`,
    },
  ],
};

/** The tax invoices of a month. */
export const TAX_INVOICES: ReportDefinition = {
  name: 'tax-invoices',
  title: words('Daftar faktur pajak', 'Tax invoices'),
  about: words(
    'Faktur bulanan atas pendapatan biaya per mitra: dasar, PPN, PPh yang dapat dipotong, dan yang dibayar tunai.',
    'Monthly invoices on fees by channel: basis, PPN, the PPh that may be withheld, and what is paid in cash.',
  ),
  period: 'month',
  daysMax: 31,
  forms: ['csv', 'xlsx', 'pdf'],
  filters: ['channel'],
  showsRuns: false,
  columns: [
    column('month', 'text', words('Bulan', 'Month'), { width: 10 }),
    column('channel_id', 'text', words('Mitra', 'Channel')),
    column('subject_id', 'text', words('Dokumen', 'Document')),
    summed('fee', 'amount', words('Biaya (Rp)', 'Fee (IDR)')),
    summed('fee_without_ppn', 'amount', words('Tanpa PPN (Rp)', 'Without PPN (IDR)')),
    summed('ppn', 'amount', words('PPN (Rp)', 'PPN (IDR)')),
    summed('pph', 'amount', words('PPh (Rp)', 'PPh (IDR)')),
    summed('cash', 'amount', words('Tunai (Rp)', 'Cash (IDR)')),
    column('rules', 'text', words('Tarif sejak', 'Rates since'), { width: 12 }),
  ],
  rows: `
SELECT month, channel_id, subject_id, fee, fee_without_ppn, ppn, pph, cash, rules FROM tax_invoice
WHERE month = LEFT({from}, 7) AND ({channel} IS NULL OR channel_id = {channel}) ORDER BY channel_id, seq`,
  ties: [
    {
      what: words('Buku besar: kredit own:ppn-out', 'Ledger: credited to own:ppn-out'),
      ours: sumOf('ppn'),
      theirs: `SELECT COALESCE(-SUM(t.amount), 0) AS figure FROM tax_invoice i
JOIN posting t ON t.subject_id = i.subject_id AND t.kind = 'tax' AND t.account_id = 'own:ppn-out'
WHERE i.month = LEFT({from}, 7) AND ({channel} IS NULL OR i.channel_id = {channel})`,
    },
  ],
};
