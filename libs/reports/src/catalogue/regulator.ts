import type { Reading, ReportDefinition, ReportRow } from '../definition';
import { words, type Words } from '../language';
import { bound, parametersOf, PAYMENTS_OF_THE_DAYS } from '../parameters';
import { sumOf } from '../ties';
import { BILLER, column, summed } from './columns';

const MEASURES: Readonly<Record<string, Words>> = {
  paid: words('Transaksi berhasil', 'Successful payments'),
  declined: words('Transaksi ditolak', 'Declined payments'),
  reversed: words('Transaksi dibatalkan', 'Reversed payments'),
  open: words('Transaksi belum pasti', 'Payments without an end'),
  stopped: words('Layanan dihentikan (menit)', 'Service stopped (minutes)'),
  complaints: words('Pengaduan', 'Complaints'),
  downtime: words('Gangguan layanan', 'Downtime'),
};

/** Figures of a month as a regulator asks for them. */
export const REGULATOR: ReportDefinition = {
  name: 'regulator',
  title: words('Angka bulanan untuk regulator', 'Monthly figures for the regulator'),
  about: words(
    'Volume, nilai, penghentian dan gangguan layanan, dan pengaduan sebulan. Gangguan dapat tumpang tindih.',
    'Volume, value, stops, downtime and complaints of a month. Stops and downtime may overlap.',
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
    summed('charge', 'amount', words('Hold deposit (Rp)', 'Held from deposits (IDR)')),
    summed('minutes', 'count', words('Menit', 'Minutes')),
    summed('complaints', 'count', words('Pengaduan', 'Complaints')),
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
      ours: sumOf('charge'),
      theirs: `SELECT COALESCE(SUM(j.held_change), 0) AS figure FROM journal j
     WHERE j.business_date BETWEEN {from} AND {to} AND j.kind = 'hold'`,
    },
    {
      what: words(
        'Menit dari catatan penghentian dan gangguan',
        'Minutes of the recorded stops and downtime',
      ),
      ours: sumOf('minutes'),
      theirs: recordedMinutes,
    },
    {
      what: words('Pengaduan yang dibuka pada bulan itu', 'Complaints opened in the month'),
      ours: sumOf('complaints'),
      theirs: `SELECT COUNT(*) AS figure FROM complaint_event WHERE event_no = 1 AND at >= {begin} AND at < {end}`,
    },
  ],
};

async function* figuresOfTheMonth(reading: Reading): AsyncGenerator<ReportRow> {
  const sales = bound(
    `SELECT CASE p.state WHEN 'PAID' THEN 'paid' WHEN 'RESENT' THEN 'paid' WHEN 'UNSERVED' THEN 'paid' WHEN 'DECLINED' THEN 'declined' WHEN 'REVERSED' THEN 'reversed'
         ELSE 'open' END AS measure,
       p.biller_id, p.product_id, COUNT(*) AS volume, SUM(p.amount) AS value, SUM(p.charge) AS charge
     FROM payment p WHERE ${PAYMENTS_OF_THE_DAYS} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
    reading,
  );
  for (const row of await reading.statements.rows<ReportRow>(sales.sql, sales.values)) yield row;
  yield* stopsOfTheMonth(reading);
  yield* downtimeOfTheMonth(reading);
  yield* complaintsOfTheMonth(reading);
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

const CAUSES: Readonly<Record<string, Words>> = {
  switch: words('tidak ada switch yang berjalan', 'no switch was running'),
  door: words('pintu tidak terbuka', 'a door was not open'),
  breaker: words('rute ke biller diputus', 'the route to the biller was cut'),
  maintenance: words('jadwal pemeliharaan', 'planned maintenance'),
  unwatched: words('tidak terpantau', 'nobody was looking'),
};

/** Each stop counts the minutes that it began in the month; a shorter one counts as one. */
async function* downtimeOfTheMonth(reading: Reading): AsyncGenerator<ReportRow> {
  const downtime = bound(
    `SELECT d.scope, d.cause, d.biller_id, CAST(SUM(CEIL(TIMESTAMPDIFF(MICROSECOND, GREATEST(d.began_at, {begin}),
         LEAST(COALESCE(e.ended_at, {now}), {end})) / 60000000)) AS CHAR) AS minutes
     FROM downtime d LEFT JOIN downtime_end e ON e.scope = d.scope AND e.cause = d.cause AND e.seq = d.seq
     WHERE d.began_at < {end} AND COALESCE(e.ended_at, {now}) > {begin} AND COALESCE(e.ended_at, {now}) > d.began_at
     GROUP BY d.scope, d.cause, d.biller_id ORDER BY d.cause, d.scope`,
    reading,
  );
  const rows = await reading.statements.rows<Record<'scope' | 'cause' | 'biller_id' | 'minutes', string>>(
    downtime.sql,
    downtime.values,
  );
  for (const { scope, cause, biller_id, minutes } of rows)
    yield {
      measure: 'downtime',
      biller_id,
      product_id: scope,
      minutes,
      note: CAUSES[cause]?.[reading.language] ?? cause,
      volume: 0,
    };
  if (rows.length === 0) yield { measure: 'downtime', minutes: 0, volume: 0 };
}

interface ComplaintsRow {
  category: string;
  opened: string;
  in_time: string;
  late: string;
  closed: string;
}

async function* complaintsOfTheMonth(reading: Reading): AsyncGenerator<ReportRow> {
  const complaints = bound(
    `SELECT c.category, COUNT(*) AS opened, SUM(w.at IS NOT NULL AND DATE(w.at + INTERVAL 7 HOUR) <= c.due_date) AS in_time,
       SUM(DATE(COALESCE(w.at, {now}) + INTERVAL 7 HOUR) > c.due_date) AS late,
       SUM(EXISTS (SELECT 1 FROM complaint_event x WHERE x.complaint_id = c.complaint_id AND x.kind = 'closed')) AS closed
     FROM complaint c LEFT JOIN complaint_event w ON w.complaint_id = c.complaint_id AND w.event_no = 2
     WHERE c.opened_at >= {begin} AND c.opened_at < {end} GROUP BY c.category ORDER BY c.category`,
    reading,
  );
  const rows = await reading.statements.rows<ComplaintsRow>(complaints.sql, complaints.values);
  for (const { category, opened, in_time, late, closed } of rows) {
    const note = words(
      `dijawab tepat waktu ${in_time}, terlambat ${late}, ditutup ${closed}`,
      `answered in time ${in_time}, late ${late}, closed ${closed}`,
    );
    yield {
      measure: 'complaints',
      product_id: category,
      complaints: opened,
      note: note[reading.language],
      volume: 0,
    };
  }
  if (rows.length === 0) yield { measure: 'complaints', complaints: 0, volume: 0 };
}

/** The same minutes from the rows one by one, and not as the database groups them. */
async function recordedMinutes(reading: Reading): Promise<bigint> {
  const all = bound(
    `SELECT s.stopped_at AS began_at, x.released_at AS ended_at, 1 AS is_stop FROM payment_stop s
       LEFT JOIN payment_stop_release x ON x.stop_id = s.stop_id WHERE s.stopped_at < {end}
     UNION ALL SELECT d.began_at, e.ended_at, 0 FROM downtime d
       LEFT JOIN downtime_end e ON e.scope = d.scope AND e.cause = d.cause AND e.seq = d.seq WHERE d.began_at < {end}`,
    reading,
  );
  const rows = await reading.statements.rows<{
    began_at: Date;
    ended_at: Date | null;
    is_stop: number | string;
  }>(all.sql, all.values);
  const { begin, end } = parametersOf(reading) as { begin: Date; end: Date };
  return rows.reduce((sum, { began_at, ended_at, is_stop }) => {
    const from = Math.max(began_at.getTime(), begin.getTime());
    const to = Math.min((ended_at ?? reading.now).getTime(), end.getTime());
    if (to <= from) return sum;
    const minutes = (to - from) / 60_000;
    return sum + BigInt(Number(is_stop) === 1 ? Math.floor(minutes) : Math.ceil(minutes));
  }, 0n);
}
