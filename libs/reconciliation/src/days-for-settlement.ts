import type { BusinessDate } from '#lib/kernel';
import { fromJson, type Statements } from '#lib/platform';
import { bookedForBreaks, type BookedForBreak } from './breaks/books';
import { FOUND } from './breaks/found';
import { remainderOf } from './bridge';
import { totalsFromJson } from './totals';
import { twoSidesOf, type TwoSides, type TwoSidesRow } from './two-sides';

/** A closed day as settlement needs it. Amounts in whole rupiah. */
export interface ClosedDay {
  runId: number;
  runNo: number;
  source: string;
  businessDate: BusinessDate;
  remainder: bigint;
  agreed: { count: number; amount: bigint };
  /** Its files are being worked anew, or a correction of it stands refused: the run counts until the next one does. */
  isInWork: boolean;
}

/** A row that is not plainly matched, as settlement needs it. */
export interface SettlementFinding extends TwoSides {
  /** The break that people work; null where it is within tolerance. */
  breakId: string | null;
  kind: string;
  sub: string | null;
  paymentId: string | null;
  legNo: number | null;
}

const PAGE_ROWS = 5_000;
const IDS_AT_ONCE = 1_000;

/**
 * States of a day's job in which another run may come to count: its files are being worked, or a correction of it was
 * refused, has failed or is awaited.
 */
const IN_WORK = ['downloaded', 'verified', 'staged', 'matched', 'quarantined', 'failed', 'waiting'];

interface LegKey {
  paymentId: string;
  legNo: number;
}

/**
 * What settlement asks about closed days. Matched rows are not listed: whatever of a day is not among the findings of
 * its effective run agrees.
 */
export const daysForSettlement = {
  /**
   * The days of a source that have a run which counts, oldest first, from a date on; those in work among them. A channel's
   * own file settles nothing.
   */
  async closedDays(statements: Statements, source: string, from: BusinessDate): Promise<ClosedDay[]> {
    const rows = await statements.rows<{
      run_id: number;
      run_no: number;
      effective_date: BusinessDate;
      totals: unknown;
      in_work: number;
    }>(
      `SELECT run_id, run_no, effective_date, totals,
         EXISTS (SELECT 1 FROM recon_job j WHERE j.source = r.source AND j.business_date = r.effective_date
           AND j.direction = 'in' AND j.state IN (?)) AS in_work
       FROM recon_run r WHERE source = ? AND effective_date >= ? AND run_no IS NOT NULL AND channel_id IS NULL
       ORDER BY effective_date`,
      [IN_WORK, source, from],
    );
    return rows.map((row) => {
      const { kinds, bridge } = totalsFromJson(fromJson(row.totals));
      const { matched, matched_tol } = kinds;
      return {
        runId: row.run_id,
        runNo: row.run_no,
        source,
        businessDate: row.effective_date,
        remainder: remainderOf(bridge),
        agreed: {
          count: matched.count + matched_tol.count,
          amount: matched.ourAmount + matched_tol.ourAmount,
        },
        isInWork: row.in_work === 1,
      };
    });
  },

  /** The rows of a run that are not plainly matched, page by page. */
  async *findings(statements: Statements, runId: number): AsyncGenerator<SettlementFinding> {
    const cases = await casesOf(statements, runId);
    let after = '0';
    for (;;) {
      const page = await statements.rows<FindingRow>(
        `SELECT break_id, kind, sub, payment_id, leg_no, our_amount, their_amount, our_st, their_st FROM recon_break
         WHERE run_id = ? AND break_id > ? ORDER BY break_id LIMIT ${PAGE_ROWS}`,
        [runId, after],
      );
      for (const row of page) {
        after = row.break_id;
        yield findingOf(row, cases.get(row.break_id) ?? null);
      }
      if (page.length < PAGE_ROWS) return;
    }
  },

  /** Rows of earlier days that a run took in. */
  async carriedIn(statements: Statements, runId: number): Promise<{ paymentId: string; legNo: number }[]> {
    const rows = await statements.rows<{ payment_id: string; leg_no: number }>(
      'SELECT payment_id, leg_no FROM recon_carry WHERE run_id = ? ORDER BY match_key',
      [runId],
    );
    return rows.map(({ payment_id, leg_no }) => ({ paymentId: payment_id, legNo: leg_no }));
  },

  /**
   * Which of some legs had a break that has been resolved, with none left open: what our books say of them counts now,
   * together with what was booked to end the break. A late row and a doubled line say nothing of the leg itself; a leg
   * that is to be sent again is still none of theirs.
   */
  async resolved(
    statements: Statements,
    legs: readonly LegKey[],
  ): Promise<(LegKey & { isBooked: boolean })[]> {
    if (legs.length === 0) return [];
    const rows = await statements.rows<CaseRow & { payment_id: string; leg_no: number }>(
      `SELECT break_id, IF(resolution <=> 'resend', 'sent again', state) AS state, payment_id, leg_no FROM break_case
       WHERE payment_id IN (?) AND kind IN ('status', 'amount', 'only_ours', 'proposed')`,
      [legs.map(({ paymentId }) => paymentId)],
    );
    const booked = await bookedForBreaks(statements, idsOf(rows));
    const byLeg = new Map<string, CaseRow[]>();
    for (const row of rows) {
      const key = keyOf({ paymentId: row.payment_id, legNo: row.leg_no });
      byLeg.set(key, [...(byLeg.get(key) ?? []), row]);
    }
    return legs.flatMap(({ paymentId, legNo }) => {
      const own = byLeg.get(keyOf({ paymentId, legNo }));
      if (!own || own.some(isOpen)) return [];
      return [{ paymentId, legNo, isBooked: own.some((row) => isAdjusted(booked, row)) }];
    });
  },

  /** Which of some breaks have ended, and whether what was booked to end them still stands. */
  async ended(
    statements: Statements,
    breakIds: readonly string[],
  ): Promise<{ breakId: string; isBooked: boolean }[]> {
    const rows: CaseRow[] = [];
    for (let at = 0; at < breakIds.length; at += IDS_AT_ONCE)
      rows.push(
        ...(await statements.rows<CaseRow>('SELECT break_id, state FROM break_case WHERE break_id IN (?)', [
          breakIds.slice(at, at + IDS_AT_ONCE),
        ])),
      );
    const over = rows.filter((row) => !isOpen(row));
    const booked = await bookedForBreaks(statements, idsOf(over));
    return over.map((row) => ({ breakId: row.break_id, isBooked: isAdjusted(booked, row) }));
  },

  /** Which of some journals ended a break that is open again: found anew, gone though booked, or reopened by people. */
  async reopened(
    statements: Statements,
    subjectIds: readonly string[],
  ): Promise<{ subjectId: string; breakId: string }[]> {
    const found: { subjectId: string; breakId: string }[] = [];
    for (let at = 0; at < subjectIds.length; at += IDS_AT_ONCE) {
      const some = subjectIds.slice(at, at + IDS_AT_ONCE);
      const rows = await statements.rows<{ break_id: string; event_no: number }>(
        `SELECT e.break_id, e.event_no FROM break_event e JOIN break_case c ON c.break_id = e.break_id
         WHERE e.break_id IN (?) AND e.to_state = 'resolved' AND c.state <> 'resolved'`,
        [some.map(breakOf)],
      );
      const journals = rows.map((row) => ({
        subjectId: `${row.break_id}-${row.event_no}`,
        breakId: row.break_id,
      }));
      found.push(...journals.filter(({ subjectId }) => some.includes(subjectId)));
    }
    return found;
  },

  /** Keeps the breaks that some journals ended as they are, until the transaction ends: none is opened again meanwhile. */
  async holdBreaks(statements: Statements, subjectIds: readonly string[]): Promise<void> {
    const ids = [...new Set(subjectIds.map(breakOf))].toSorted();
    for (let at = 0; at < ids.length; at += IDS_AT_ONCE)
      await statements.rows(
        'SELECT break_id FROM break_case WHERE break_id IN (?) ORDER BY break_id FOR UPDATE',
        [ids.slice(at, at + IDS_AT_ONCE)],
      );
  },

  /**
   * What the effective runs of their own days say of some legs of a source now: a leg without a finding agrees. Legs
   * whose day has no closed run, or is being worked, are left out.
   */
  async ownDayWords(
    statements: Statements,
    source: string,
    legs: readonly (LegKey & { businessDate: BusinessDate })[],
  ): Promise<(LegKey & { finding: SettlementFinding | null })[]> {
    const words: (LegKey & { finding: SettlementFinding | null })[] = [];
    for (const date of new Set(legs.map(({ businessDate }) => businessDate))) {
      const ofDate = legs.filter(({ businessDate }) => businessDate === date);
      const [run] = await statements.rows<{ run_id: number }>(
        `SELECT run_id FROM recon_run r WHERE source = ? AND effective_date = ? AND run_no IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM recon_job j WHERE j.source = r.source AND j.business_date = r.effective_date
             AND j.direction = 'in' AND j.state IN (?))`,
        [source, date, IN_WORK],
      );
      if (!run) continue;
      const cases = await casesOf(statements, run.run_id);
      const rows = await statements.rows<FindingRow>(
        `SELECT break_id, kind, sub, payment_id, leg_no, our_amount, their_amount, our_st, their_st FROM recon_break
         WHERE run_id = ? AND payment_id IN (?) AND kind NOT IN ('duplicate', 'clearing')`,
        [run.run_id, ofDate.map(({ paymentId }) => paymentId)],
      );
      const found = new Map(
        rows.map((row) => [
          `${row.payment_id} ${row.leg_no}`,
          findingOf(row, cases.get(row.break_id) ?? null),
        ]),
      );
      for (const leg of ofDate) words.push({ ...leg, finding: found.get(keyOf(leg)) ?? null });
    }
    return words;
  },

  /**
   * Keeps a closed day as it is until the transaction ends: its job and its run cannot move.
   * @returns false where the run no longer counts for its day, or the day is being worked anew.
   */
  async holdDay(
    statements: Statements,
    { source, businessDate, runId }: Pick<ClosedDay, 'source' | 'businessDate' | 'runId'>,
  ): Promise<boolean> {
    const jobs = await statements.rows<{ state: string }>(
      "SELECT state FROM recon_job WHERE source = ? AND business_date = ? AND direction = 'in' FOR UPDATE",
      [source, businessDate],
    );
    const [run] = await statements.rows<{ effective_date: BusinessDate | null }>(
      'SELECT effective_date FROM recon_run WHERE run_id = ? FOR UPDATE',
      [runId],
    );
    return run?.effective_date === businessDate && jobs.every(({ state }) => !IN_WORK.includes(state));
  },
};

/** The break that a journal ended; of a journal of another kind the name of none. */
function breakOf(subjectId: string): string {
  return subjectId.slice(0, Math.max(0, subjectId.lastIndexOf('-')));
}

interface CaseRow {
  break_id: string;
  state: string;
}

function idsOf(rows: readonly CaseRow[]): string[] {
  return rows.map(({ break_id }) => break_id);
}

function isOpen({ state }: CaseRow): boolean {
  return state !== 'resolved';
}

/** What was booked and taken back again is not booked. */
function isAdjusted(booked: ReadonlyMap<string, BookedForBreak>, { break_id }: CaseRow): boolean {
  return (booked.get(break_id)?.adjusted ?? 0n) !== 0n;
}

/** The breaks of a run by its rows. */
async function casesOf(statements: Statements, runId: number): Promise<ReadonlyMap<string, string>> {
  const rows = await statements.rows<{ row_no: string; break_id: string }>(
    `SELECT found.row_no, found.break_id FROM (${FOUND}) found`,
    [runId],
  );
  return new Map(rows.map(({ row_no, break_id }) => [row_no, break_id]));
}

function keyOf({ paymentId, legNo }: LegKey): string {
  return `${paymentId} ${legNo}`;
}

function findingOf(row: FindingRow, breakId: string | null): SettlementFinding {
  return {
    breakId,
    kind: row.kind,
    sub: row.sub,
    paymentId: row.payment_id,
    legNo: row.leg_no,
    ...twoSidesOf(row),
  };
}

interface FindingRow extends TwoSidesRow {
  break_id: string;
  kind: string;
  sub: string | null;
  payment_id: string | null;
  leg_no: number | null;
}
