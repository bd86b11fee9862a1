import type { Reading, ReportDefinition, ReportRow } from '../definition';
import { words, type Words } from '../language';
import { bound, PAYMENTS_OF_THE_DAYS } from '../parameters';
import { sumOf } from '../ties';
import { BILLER, column, summed } from './columns';

const MEASURES: Readonly<Record<string, Words>> = {
  paid: words('Transaksi berhasil', 'Successful payments'),
  declined: words('Transaksi ditolak', 'Declined payments'),
  reversed: words('Transaksi dibatalkan', 'Reversed payments'),
  open: words('Transaksi belum pasti', 'Payments without an end'),
  stopped: words('Layanan dihentikan (menit)', 'Service stopped (minutes)'),
  complaints: words('Pengaduan', 'Complaints'),
  downtime: words('Gangguan lain', 'Other downtime'),
};

/** Figures of a month as a regulator asks for them; what the books cannot tell is said so in a row of its own. */
export const REGULATOR: ReportDefinition = {
  name: 'regulator',
  title: words('Angka bulanan untuk regulator', 'Monthly figures for the regulator'),
  about: words(
    'Volume, nilai dan penghentian layanan sebulan. Pengaduan dan gangguan di luar penghentian tidak dicatat di sini.',
    'Volume, value and stops of a month. Complaints, and downtime other than stops, are not recorded here.',
  ),
  period: 'month',
  daysMax: 31,
  forms: ['csv', 'xlsx', 'pdf'],
  filters: [],
  showsRuns: false,
  columns: [
    column('measure', 'code', words('Ukuran', 'Measure'), { words: MEASURES, width: 28 }),
    BILLER,
    column('product_id', 'text', words('Produk atau lingkup', 'Product or scope')),
    summed('volume', 'count', words('Volume transaksi', 'Payments')),
    column('value', 'amount', words('Nilai (Rp)', 'Value (IDR)')),
    column('minutes', 'count', words('Menit', 'Minutes')),
    column('note', 'text', words('Catatan', 'Note'), { width: 44 }),
  ],
  rows: figuresOfTheMonth,
  ties: [
    {
      what: words('Pembayaran yang dibentuk pada bulan itu', 'Payments formed in the month'),
      ours: sumOf('volume'),
      theirs: `SELECT COUNT(*) AS figure FROM payment p WHERE ${PAYMENTS_OF_THE_DAYS}`,
    },
    {
      what: words(
        'Buku besar: hold dari bulan itu (tagihan + biaya − komisi langsung)',
        'Ledger: holds of the month',
      ),
      ours: () => 0n,
      theirs: `SELECT (SELECT COALESCE(SUM(p.charge), 0) FROM payment p WHERE ${PAYMENTS_OF_THE_DAYS})
  - (SELECT COALESCE(SUM(j.held_change), 0) FROM journal j
     WHERE j.business_date BETWEEN {from} AND {to} AND j.kind = 'hold') AS figure`,
    },
  ],
};

const NOT_RECORDED: Readonly<Record<'complaints' | 'downtime', Words>> = {
  complaints: words(
    'tidak dicatat oleh sistem ini; ambil dari layanan pelanggan',
    'not recorded by this system; take it from customer service',
  ),
  downtime: words(
    'yang tercatat hanya penghentian layanan; gangguan jaringan dan biller ada di pemantauan',
    'only stops are recorded; outages of networks and billers are in the monitoring',
  ),
};

async function* figuresOfTheMonth(reading: Reading): AsyncGenerator<ReportRow> {
  const sales = bound(
    `SELECT CASE p.state WHEN 'PAID' THEN 'paid' WHEN 'DECLINED' THEN 'declined' WHEN 'REVERSED' THEN 'reversed'
         ELSE 'open' END AS measure,
       p.biller_id, p.product_id, COUNT(*) AS volume, SUM(p.amount) AS value
     FROM payment p WHERE ${PAYMENTS_OF_THE_DAYS} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
    reading,
  );
  for (const row of await reading.statements.rows<ReportRow>(sales.sql, sales.values)) yield row;
  yield* stopsOfTheMonth(reading);
  for (const [measure, note] of Object.entries(NOT_RECORDED))
    yield { measure, note: note[reading.language], volume: null, value: null };
}

async function* stopsOfTheMonth(reading: Reading): AsyncGenerator<ReportRow> {
  const stops = bound(
    `SELECT s.scope, s.reason, CAST(SUM(TIMESTAMPDIFF(MINUTE, GREATEST(s.stopped_at, {begin}),
         LEAST(COALESCE(x.released_at, {now}), {end}))) AS CHAR) AS minutes
     FROM payment_stop s LEFT JOIN payment_stop_release x ON x.stop_id = s.stop_id
     WHERE s.stopped_at < {end} AND COALESCE(x.released_at, {now}) > {begin}
     GROUP BY s.scope, s.reason ORDER BY s.scope, s.reason`,
    reading,
  );
  for (const { scope, reason, minutes } of await reading.statements.rows<Record<string, string>>(
    stops.sql,
    stops.values,
  ))
    yield { measure: 'stopped', product_id: scope, minutes, note: reason, volume: 0, value: 0 };
}
