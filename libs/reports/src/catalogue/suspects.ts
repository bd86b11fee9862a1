import type { ReportDefinition } from '../definition';
import { words } from '../language';
import { sumOf } from '../ties';
import { BILLER, CHANNEL, column, PAYMENT, PRODUCT, SOURCE, summed } from './columns';

/** Every payment whose end is not known, and the money that is held for it. */
export const SUSPECTS: ReportDefinition = {
  name: 'suspects',
  title: words('Pembayaran yang belum pasti', 'Payments without an end'),
  about: words(
    'Pembayaran yang belum berakhir saat laporan dibuat: umurnya, berapa kali ditanyakan, dan jawaban terakhir biller.',
    'Payments that have no end when the report is made: their age, how often their biller was asked, and what it said last.',
  ),
  period: 'now',
  daysMax: 1,
  forms: ['csv', 'xlsx', 'pdf'],
  filters: ['channel'],
  showsRuns: false,
  columns: [
    PAYMENT,
    column('state', 'code', words('Keadaan', 'State'), {
      words: {
        SENT: words('dalam proses', 'on its way'),
        SUSPECT: words('sedang ditanyakan', 'being asked about'),
        UNRESOLVED: words('menunggu orang', 'waits for people'),
      },
    }),
    CHANNEL,
    BILLER,
    PRODUCT,
    column('customer_number', 'customer', words('Nomor pelanggan', 'Customer number')),
    SOURCE,
    column('source_business_date', 'date', words('Tanggal berkas', 'File date')),
    column('sent_at', 'instant', words('Dikirim (WIB)', 'Sent at (WIB)')),
    column('age_minutes', 'count', words('Umur (menit)', 'Age (minutes)')),
    column('advice_count', 'count', words('Ditanyakan', 'Asked'), { width: 10 }),
    column('advice_heard', 'text', words('Jawaban terakhir', 'Last answer'), { width: 30 }),
    summed('amount', 'amount', words('Tagihan (Rp)', 'Bill (IDR)')),
    summed('charge', 'amount', words('Ditahan (Rp)', 'Held (IDR)')),
  ],
  rows: `
SELECT p.payment_id, p.state, p.channel_id, p.biller_id, p.product_id, p.customer_number, l.source,
  l.source_business_date, l.sent_at, GREATEST(TIMESTAMPDIFF(MINUTE, l.sent_at, {now}), 0) AS age_minutes,
  l.advice_count, l.advice_heard, p.amount, p.charge
FROM deposit d STRAIGHT_JOIN payment p FORCE INDEX (payment_open)
  ON p.channel_id = d.channel_id AND p.state IN ('SENT', 'SUSPECT', 'UNRESOLVED')
STRAIGHT_JOIN payment_leg l ON l.payment_id = p.payment_id AND l.leg_no = p.leg_no
WHERE {channel} IS NULL OR d.channel_id = {channel}
ORDER BY d.channel_id, p.payment_id`,
  ties: [
    {
      what: words('Dana yang ditahan pada deposit', 'Money held in deposits'),
      ours: sumOf('charge'),
      theirs:
        'SELECT COALESCE(SUM(held), 0) AS figure FROM deposit WHERE {channel} IS NULL OR channel_id = {channel}',
    },
  ],
};
