import { addDays, type BusinessDate } from '#lib/kernel';
import { localTime } from '../cells';
import { words } from '../language';
import type { TracedPayment } from './payment';
import type { TracePart, TraceReading } from './trace';

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
  file_name: string;
  sha256: string;
  closed_at: Date;
}

interface BreakRow {
  kind: string;
  sub: string | null;
  our_amount: string | null;
  their_amount: string | null;
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
      found.push(await outcomeRow(leg, run, one, findLine));
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
  leg: TracedPayment['legs'][number],
  run: RunRow,
  one: BreakRow | undefined,
  findLine: FindLine,
): Promise<TracePart['rows'][number]> {
  const isListed = one === undefined && !['DECLINED', 'REVERSED'].includes(leg.state);
  const line = isListed
    ? await findLine({
        source: leg.source,
        businessDate: run.business_date,
        sha256: run.sha256,
        fileName: run.file_name,
        legReference: leg.leg_reference,
      })
    : undefined;
  return {
    leg: leg.leg_no,
    source: leg.source,
    businessDate: run.business_date,
    run: run.run_no,
    closedAt: localTime(run.closed_at),
    outcome: one?.kind ?? (leg.state === 'DECLINED' ? 'agreed_failed' : 'matched'),
    sub: one?.sub ?? null,
    ourAmount: one ? one.our_amount : leg.amount,
    theirAmount: one ? one.their_amount : (line?.amount.toString() ?? null),
    theirReference: line?.theirRef ?? leg.biller_reference,
    file: run.file_name,
    line: one?.line_no ?? line?.line ?? null,
    sha256: run.sha256,
  };
}

async function runOf(
  { rows }: TraceReading,
  source: string,
  businessDate: BusinessDate,
): Promise<RunRow | undefined> {
  const [run] = await rows<RunRow>(
    `SELECT r.run_id, r.run_no, r.business_date, r.file_name, f.sha256, r.closed_at
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
    `SELECT kind, sub, our_amount, their_amount, line_no, carry_until FROM recon_break
     WHERE run_id = ? AND match_key = ? AND kind <> 'duplicate' ORDER BY break_id LIMIT 1`,
    [runId, legReference],
  );
  return one;
}
