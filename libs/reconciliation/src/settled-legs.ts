import { randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { rupiah, type Rupiah } from '#lib/kernel';
import type { Database, Statements } from '#lib/platform';
import { limitsFor, openDuck, quoted, type Duck } from './engine/duck';
import { snapshotPath } from './engine/places';
import { effectiveRun, type ClosedRun } from './files-and-runs';
import type { Day } from './ours';

/**
 * What of a day is settled with its biller: what both sides agree on, all that we sold, or all that their file lists
 * and we know.
 */
export type SettleOn = 'agreed' | 'ours' | 'their_file';

/** A payment leg that counts for the settlement of a day. Amounts are whole rupiah. */
export interface SettledLeg {
  paymentId: string;
  legNo: number;
  /** Our reference with the biller. */
  legReference: string;
  billerId: string;
  channelId: string;
  /** What we sold it for, as it stands in clearing. */
  ourAmount: Rupiah;
  /** What is settled: their amount where the two differ and theirs counts, else ours. */
  amount: Rupiah;
  /** What it became in the run; `resolved`: a break that people or an answer ended as paid. */
  outcome: 'matched' | 'matched_tol' | 'amount' | 'resolved';
  /** True for a late row of an earlier day that this day's file lists. */
  isCarried: boolean;
}

/** Breaks of one kind that hold money back, in whole rupiah. */
export interface HeldBack {
  kind: string;
  sub: string | null;
  count: number;
  ourAmount: Rupiah;
  theirAmount: Rupiah;
}

/** The day has no run that counts, so nothing of it may be settled. */
export class DayNotClosed extends Error {}

interface SettledLegsRequest extends Day {
  database: Database;
  /** Folder of the installation, where the snapshot of the run is archived. */
  home: string;
  settleOn: SettleOn;
}

/** Which rows of ours count, by the kind of their break `b`; a row without one agrees with their file. */
const COUNTS: Record<SettleOn, string> = {
  agreed: "(o.st = 'S' AND (b.kind IS NULL OR b.kind = 'matched_tol')) OR b.is_paid",
  ours: "(o.st = 'S' AND o.carry_until IS NULL) OR b.is_paid",
  their_file: "(o.st = 'S' AND (b.kind IS NULL OR b.kind IN ('matched_tol', 'amount'))) OR b.is_paid",
};

/**
 * Streams the legs of a day's effective run that are settled, in batches and in no order. They are read from the
 * archived snapshot of the run, so what happened to a payment since then changes nothing; a leg of ours that was a
 * success and is no break of the run agrees with their file.
 * @throws DayNotClosed when no run of the day counts.
 */
export async function* settledLegs({
  database,
  home,
  settleOn,
  ...day
}: SettledLegsRequest): AsyncGenerator<SettledLeg[]> {
  const run = await effectiveRun(database, day);
  if (!run) throw new DayNotClosed(`${day.source} ${day.businessDate} has no closed run; reconcile it first`);
  const { duck, close } = await openDuck(
    join(home, 'work', 'settled', randomUUID()),
    limitsFor(run.totals.ours.count + run.totals.carryIn.count),
  );
  try {
    await loadBreaks(duck, database, run);
    const batches = duck.stream<LegRow>(`
      SELECT o.payment_id, o.leg_no, o.match_key, o.biller_id, o.amount AS our_amount, ${AMOUNT[settleOn]} AS amount,
        CASE WHEN b.is_paid THEN 'resolved' WHEN b.kind IN ('matched_tol', 'amount') THEN b.kind ELSE 'matched' END AS outcome,
        o.carry_until IS NOT NULL AS is_carried
      FROM read_parquet(${quoted(snapshotOf(home, run))}) o LEFT JOIN broken b ON b.match_key = o.match_key
      WHERE ${COUNTS[settleOn]}`);
    for await (const rows of batches) yield await legsOf(database, rows);
  } finally {
    await close();
  }
}

/** What a day's effective run holds back under a rule, by kind, largest first. */
export async function heldBack(statements: Statements, day: Day, settleOn: SettleOn): Promise<HeldBack[]> {
  const run = await effectiveRun(statements, day);
  if (!run) throw new DayNotClosed(`${day.source} ${day.businessDate} has no closed run; reconcile it first`);
  const rows = await statements.rows<{
    kind: string;
    sub: string | null;
    n: string;
    ours: string;
    theirs: string;
  }>(
    `SELECT kind, sub, COUNT(*) AS n, COALESCE(SUM(our_amount), 0) AS ours, COALESCE(SUM(their_amount), 0) AS theirs
     FROM recon_break b WHERE run_id = ? AND kind NOT IN (?) AND NOT EXISTS (
       SELECT 1 FROM break_case c WHERE c.payment_id = b.payment_id AND c.run_id = b.run_id AND c.kind = b.kind AND ${IS_PAID})
     GROUP BY kind, sub ORDER BY COALESCE(SUM(our_amount), 0) + COALESCE(SUM(their_amount), 0) DESC, kind, sub`,
    [run.runId, ['clearing', ...NOT_HELD[settleOn]]],
  );
  return rows.map(({ kind, sub, n, ours, theirs }) => ({
    kind,
    sub,
    count: Number(n),
    ourAmount: rupiah(BigInt(ours)),
    theirAmount: rupiah(BigInt(theirs)),
  }));
}

const NOT_HELD: Record<SettleOn, string[]> = {
  agreed: ['matched_tol'],
  ours: ['matched_tol', 'amount', 'only_ours', 'late', 'proposed'],
  their_file: ['matched_tol', 'amount'],
};

const AMOUNT: Record<SettleOn, string> = {
  agreed: "CASE WHEN b.kind = 'matched_tol' THEN b.their_amount ELSE o.amount END",
  ours: 'o.amount',
  their_file: "CASE WHEN b.kind IN ('matched_tol', 'amount') THEN b.their_amount ELSE o.amount END",
};

interface LegRow {
  payment_id: string;
  leg_no: number;
  match_key: string;
  biller_id: string;
  our_amount: bigint;
  amount: bigint;
  outcome: SettledLeg['outcome'];
  is_carried: boolean;
}

function snapshotOf(home: string, run: ClosedRun): string {
  if (run.oursSha256 === null)
    throw new Error(
      `run ${run.runNo} of ${run.source} ${run.businessDate} has no archived snapshot; run it again`,
    );
  return snapshotPath(home, run, run.oursSha256);
}

/** A duplicate stands beside a row of ours that its first line has taken; a line of theirs alone has none. */
const BREAKS_OF_ROWS = ['matched_tol', 'amount', 'status', 'only_ours', 'late', 'proposed'];
const PAGE_ROWS = 5_000;

/** The break has ended, and its payment is paid. */
const IS_PAID = "c.state = 'resolved' AND c.outcome = 'paid'";

/** Loads the rows of ours that are breaks of the run into the table `broken`. */
async function loadBreaks(
  duck: Duck,
  statements: Statements,
  { runId, source, businessDate }: ClosedRun,
): Promise<void> {
  const paid = await statements.rows<{ payment_id: string; kind: string }>(
    `SELECT c.payment_id, c.kind FROM break_case c
     WHERE c.source = ? AND c.run_date = ? AND c.run_id = ? AND ${IS_PAID} AND c.payment_id IS NOT NULL`,
    [source, businessDate, runId],
  );
  const isPaid = new Set(paid.map(({ payment_id, kind }) => `${kind} ${payment_id}`));
  const path = join(duck.folder, 'breaks.tsv');
  const file = await open(path, 'wx', 0o600);
  try {
    let after = '0';
    for (;;) {
      const page = await statements.rows<{
        break_id: string;
        match_key: string;
        kind: string;
        payment_id: string | null;
        their_amount: string | null;
      }>(
        `SELECT break_id, match_key, kind, payment_id, their_amount FROM recon_break
         WHERE run_id = ? AND kind IN (?) AND break_id > ? ORDER BY break_id LIMIT ${PAGE_ROWS}`,
        [runId, BREAKS_OF_ROWS, after],
      );
      const lines = page.map(
        ({ match_key, kind, payment_id, their_amount }) =>
          `${match_key}\t${kind}\t${their_amount ?? ''}\t${isPaid.has(`${kind} ${payment_id}`)}\n`,
      );
      await file.appendFile(lines.join(''));
      after = page.at(-1)?.break_id ?? after;
      if (page.length < PAGE_ROWS) break;
    }
  } finally {
    await file.close();
  }
  await duck.run(`CREATE TABLE broken AS SELECT * FROM read_csv(${quoted(path)}, delim = '\t', header = false, quote = '',
    escape = '', auto_detect = false, columns = {'match_key': 'VARCHAR', 'kind': 'VARCHAR', 'their_amount': 'BIGINT', 'is_paid': 'BOOLEAN'})`);
}

/** Adds whose sale it was, which the snapshot of the day does not know. */
async function legsOf(statements: Statements, rows: readonly LegRow[]): Promise<SettledLeg[]> {
  if (rows.length === 0) return [];
  const payments = await statements.rows<{ payment_id: string; channel_id: string }>(
    'SELECT payment_id, channel_id FROM payment WHERE payment_id IN (?)',
    [rows.map(({ payment_id }) => payment_id)],
  );
  const channelOf = new Map(payments.map(({ payment_id, channel_id }) => [payment_id, channel_id]));
  return rows.map((row) => {
    const channelId = channelOf.get(row.payment_id);
    if (channelId === undefined) throw new Error(`payment ${row.payment_id} of a closed run is not known`);
    return {
      paymentId: row.payment_id,
      legNo: row.leg_no,
      legReference: row.match_key,
      billerId: row.biller_id,
      channelId,
      ourAmount: rupiah(row.our_amount),
      amount: rupiah(row.amount),
      outcome: row.outcome,
      isCarried: row.is_carried,
    };
  });
}
