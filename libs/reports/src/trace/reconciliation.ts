import { addDays, type BusinessDate } from '#lib/kernel';
import { localTime } from '../cells';
import { words } from '../language';
import type { TracedPayment } from './payment';
import type { TracePart, TraceReading } from './trace-part';

/** A leg's line in the archived file of a run. */
export interface FoundLine {
  line: number;
  theirRef: string | null;
  amount: bigint;
  status: string;
}

/** Looks for a leg in a file that was archived; undefined where it is not there. */
export type FindLine = (file: {
  source: string;
  businessDate: BusinessDate;
  sha256: string;
  fileName: string;
  legReference: string;
}) => Promise<FoundLine | undefined>;

interface RunRow {
  run_id: number;
  run_no: number;
  business_date: BusinessDate;
  /** The one file of the day, or the first of them. */
  file_name: string;
  sha256: string;
  batch_id: number | null;
  closed_at: Date;
}

interface FileRow {
  file_no: number;
  file_name: string;
  sha256: string;
}

interface BreakRow {
  kind: string;
  sub: string | null;
  our_amount: string | null;
  their_amount: string | null;
  file_no: number | null;
  line_no: number | null;
  carry_until: BusinessDate | null;
}

/**
 * What the runs that count made of each leg. A leg of the day that is in none of its run's breaks is matched; one that was
 * late goes on in the runs of the following days.
 */
export async function reconciliationPart(
  reading: TraceReading,
  { legs }: TracedPayment,
  findLine: FindLine,
): Promise<TracePart> {
  const found: TracePart['rows'] = [];
  const waiting: string[] = [];
  for (const leg of legs) {
    let day: BusinessDate | null = leg.source_business_date;
    while (day !== null) {
      const run = await runOf(reading, leg.source, day);
      if (!run) {
        waiting.push(`${leg.source} ${day}`);
        break;
      }
      const one = await breakOf(reading, run.run_id, leg.leg_reference);
      found.push(await outcomeRow(reading, leg, run, one, findLine));
      const isCarried: boolean = one?.kind === 'late' && one.carry_until !== null && day < one.carry_until;
      day = isCarried ? addDays(day, 1) : null;
    }
  }
  const which = [...new Set(waiting)].join(', ');
  return {
    name: 'reconciliation',
    title: words('Rekonsiliasi', 'Reconciliation'),
    rows: found,
    missing:
      waiting.length === 0
        ? null
        : words(
            `belum: berkas ${which} belum selesai dicocokkan`,
            `not yet: the day of ${which} is not closed`,
          ),
  };
}

async function outcomeRow(
  reading: TraceReading,
  leg: TracedPayment['legs'][number],
  run: RunRow,
  one: BreakRow | undefined,
  findLine: FindLine,
): Promise<TracePart['rows'][number]> {
  const files = await filesOf(reading, run);
  const isListed = one === undefined && !['DECLINED', 'REVERSED'].includes(leg.state);
  const found = isListed ? await findInFiles(files, leg, run, findLine) : undefined;
  const file = found?.file ?? files.find(({ file_no }) => file_no === one?.file_no) ?? files[0];
  return {
    leg: leg.leg_no,
    source: leg.source,
    businessDate: run.business_date,
    run: run.run_no,
    closedAt: localTime(run.closed_at),
    outcome: one?.kind ?? (leg.state === 'DECLINED' ? 'agreed_failed' : 'matched'),
    sub: one?.sub ?? null,
    ourAmount: one ? one.our_amount : leg.amount,
    theirAmount: one ? one.their_amount : (found?.line.amount.toString() ?? null),
    theirReference: found?.line.theirRef ?? leg.biller_reference,
    file: file?.file_name ?? run.file_name,
    line: one?.line_no ?? found?.line.line ?? null,
    sha256: file?.sha256 ?? run.sha256,
  };
}

async function findInFiles(
  files: readonly FileRow[],
  { source, leg_reference }: TracedPayment['legs'][number],
  { business_date }: RunRow,
  findLine: FindLine,
): Promise<{ file: FileRow; line: FoundLine } | undefined> {
  for (const file of files) {
    const line = await findLine({
      source,
      businessDate: business_date,
      sha256: file.sha256,
      fileName: file.file_name,
      legReference: leg_reference,
    });
    if (line) return { file, line };
  }
  return undefined;
}

/** The files that a run was made of, in their order. */
async function filesOf({ rows }: TraceReading, run: RunRow): Promise<FileRow[]> {
  const files =
    run.batch_id === null
      ? []
      : await rows<FileRow>(
          `SELECT b.file_no, b.file_name, f.sha256 FROM recon_batch_file b
           JOIN settlement_file f ON f.file_id = b.file_id WHERE b.batch_id = ? ORDER BY b.file_no`,
          [run.batch_id],
        );
  return files.length > 0 ? files : [{ file_no: 1, file_name: run.file_name, sha256: run.sha256 }];
}

async function runOf(
  { rows }: TraceReading,
  source: string,
  businessDate: BusinessDate,
): Promise<RunRow | undefined> {
  const [run] = await rows<RunRow>(
    `SELECT r.run_id, r.run_no, r.business_date, r.file_name, f.sha256, r.batch_id, r.closed_at
     FROM recon_run r JOIN settlement_file f ON f.file_id = r.file_id WHERE r.source = ? AND r.effective_date = ?`,
    [source, businessDate],
  );
  return run;
}

async function breakOf(
  { rows }: TraceReading,
  runId: number,
  legReference: string,
): Promise<BreakRow | undefined> {
  const [one] = await rows<BreakRow>(
    `SELECT kind, sub, our_amount, their_amount, file_no, line_no, carry_until FROM recon_break
     WHERE run_id = ? AND match_key = ? AND kind <> 'duplicate' ORDER BY break_id LIMIT 1`,
    [runId, legReference],
  );
  return one;
}
