import { addDays, zoneOffsetMinutes } from '#lib/kernel';
import type { ExpectedFile, Reading, ReportDefinition, ReportRow } from '../definition';
import { words } from '../language';
import { bound } from '../parameters';
import { sumOf } from '../ties';
import { column, DATE, SOURCE, summed } from './columns';

/** Whether each source's file came, and when. */
export const FILES_IN: ReportDefinition = {
  name: 'files',
  title: words('Berkas yang terlambat atau belum datang', 'Late and missing files'),
  about: words(
    'Setiap hari tiap sumber yang sudah direncanakan: kapan berkasnya ditunggu, kapan datang, dan sampai di mana prosesnya.',
    'Every planned day of each source: when its file was expected, when it came, and how far it was worked.',
  ),
  period: 'days',
  daysMax: 31,
  forms: ['csv', 'xlsx', 'pdf'],
  filters: ['source'],
  showsRuns: false,
  columns: [
    DATE,
    SOURCE,
    column('verdict', 'code', words('Keadaan', 'Verdict'), {
      words: {
        'in time': words('tepat waktu', 'in time'),
        late: words('terlambat', 'late'),
        missing: words('belum datang', 'missing'),
        refused: words('ditolak', 'refused'),
        'not due': words('belum waktunya', 'not due'),
      },
      width: 14,
    }),
    column('expected', 'instant', words('Ditunggu sampai (WIB)', 'Expected by (WIB)')),
    column('received_at', 'instant', words('Diterima (WIB)', 'Received at (WIB)')),
    column('minutes_late', 'count', words('Terlambat (menit)', 'Late (minutes)')),
    column('closed_at', 'instant', words('Selesai (WIB)', 'Closed at (WIB)')),
    column('file_name', 'text', words('Berkas', 'File'), { width: 32 }),
    column('gate', 'text', words('Ditolak karena', 'Refused because')),
    summed('jobs', 'count', words('Hari', 'Days')),
    summed('missing', 'count', words('Belum ada', 'Missing')),
  ],
  rows: filesOfDays,
  ties: [
    {
      what: words('Hari yang direncanakan', 'Planned days'),
      ours: sumOf('jobs'),
      theirs: `SELECT COUNT(*) AS figure FROM recon_job
WHERE direction = 'in' AND business_date BETWEEN {from} AND {to} AND ({source} IS NULL OR source = {source})`,
    },
    {
      what: words('Hari tanpa proses yang berlaku', 'Days without a run that counts'),
      ours: sumOf('missing'),
      theirs: `SELECT COUNT(DISTINCT j.source, j.business_date) AS figure FROM recon_job j
LEFT JOIN recon_run r ON r.source = j.source AND r.effective_date = j.business_date
WHERE j.direction = 'in' AND j.business_date BETWEEN {from} AND {to} AND r.run_id IS NULL
  AND ({source} IS NULL OR j.source = {source})`,
    },
  ],
};

interface JobRow {
  source: string;
  business_date: string;
  state: string;
  file_name: string | null;
  received_at: Date | null;
  gate: string | null;
  closed_at: Date | null;
}

async function* filesOfDays(reading: Reading): AsyncGenerator<ReportRow> {
  const { sql, values } = bound(
    `SELECT j.source, j.business_date, j.state, COALESCE(r.file_name, j.file_name) AS file_name, f.received_at, f.gate,
       r.closed_at
     FROM recon_job j
     LEFT JOIN recon_run r ON r.source = j.source AND r.effective_date = j.business_date
     LEFT JOIN settlement_file f ON f.file_id = COALESCE(r.file_id, j.file_id)
     WHERE j.direction = 'in' AND j.business_date BETWEEN {from} AND {to} AND ({source} IS NULL OR j.source = {source})
     ORDER BY j.business_date, j.source, j.seq`,
    reading,
  );
  const schedule = new Map(reading.expectedFiles.map((one) => [one.source, one]));
  for (const job of await reading.statements.rows<JobRow>(sql, values))
    yield fileOfDay(job, schedule.get(job.source), reading.now);
}

function fileOfDay(job: JobRow, schedule: ExpectedFile | undefined, now: Date): ReportRow {
  const expected = schedule && onTheDayAfter(job.business_date, schedule.warnAt, schedule.timeZone);
  const isMissing = job.closed_at === null;
  const seenAt = job.received_at ?? now;
  const lateMs = expected ? Math.max(0, seenAt.getTime() - expected.getTime()) : 0;
  return {
    ...job,
    expected,
    verdict: verdictOf(job, isMissing, lateMs),
    minutes_late: lateMs === 0 ? null : Math.floor(lateMs / 60_000),
    jobs: 1,
    missing: isMissing ? 1 : 0,
  };
}

function verdictOf(job: JobRow, isMissing: boolean, lateMs: number): string {
  if (job.state === 'quarantined') return 'refused';
  if (job.received_at === null && isMissing) return lateMs > 0 ? 'missing' : 'not due';
  return lateMs > 0 ? 'late' : 'in time';
}

/** The instant of a local time on the day after a business date. */
function onTheDayAfter(businessDate: string, time: string, timeZone: string): Date {
  const local = Date.parse(`${addDays(businessDate, 1)}T${time}:00Z`);
  return new Date(local - zoneOffsetMinutes(timeZone) * 60_000);
}
