import type { BusinessDate } from '#lib/kernel';
import { fromJson, type Statements } from '#lib/platform';
import { remainderOf } from './bridge';
import { totalsFromJson } from './totals';

/** A closed day as settlement needs it. Amounts in whole rupiah. */
export interface ClosedDay {
  runId: number;
  runNo: number;
  source: string;
  businessDate: BusinessDate;
  remainder: bigint;
  agreed: { count: number; amount: bigint };
}

/** A row that is not plainly matched, as settlement needs it. */
export interface SettlementFinding {
  kind: string;
  sub: string | null;
  paymentId: string | null;
  legNo: number | null;
  ourAmount: bigint | null;
  theirAmount: bigint | null;
  ourStatus: string | null;
  theirStatus: string | null;
}

const PAGE_ROWS = 5_000;

/**
 * What settlement asks about closed days. Matched rows are not listed: whatever of a day is not among the findings of
 * its effective run agrees.
 */
export const daysForSettlement = {
  /** The days of a source whose run counts and whose job is at its end, oldest first, from a date on. */
  async closedDays(statements: Statements, source: string, from: BusinessDate): Promise<ClosedDay[]> {
    const rows = await statements.rows<{
      run_id: number;
      run_no: number;
      effective_date: BusinessDate;
      totals: unknown;
    }>(
      `SELECT run_id, run_no, effective_date, totals FROM recon_run r
       WHERE source = ? AND effective_date >= ? AND run_no IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM recon_job j WHERE j.source = r.source AND j.business_date = r.effective_date
           AND j.direction = 'in' AND j.state IN (?))
       ORDER BY effective_date`,
      [source, from, ['downloaded', 'verified', 'staged', 'matched']],
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
      };
    });
  },

  /** The rows of a run that are not plainly matched, page by page. */
  async *findings(statements: Statements, runId: number): AsyncGenerator<SettlementFinding> {
    let after = '0';
    for (;;) {
      const page = await statements.rows<FindingRow>(
        `SELECT break_id, kind, sub, payment_id, leg_no, our_amount, their_amount, our_st, their_st FROM recon_break
         WHERE run_id = ? AND break_id > ? ORDER BY break_id LIMIT ${PAGE_ROWS}`,
        [runId, after],
      );
      for (const row of page) {
        after = row.break_id;
        yield {
          kind: row.kind,
          sub: row.sub,
          paymentId: row.payment_id,
          legNo: row.leg_no,
          ourAmount: row.our_amount === null ? null : BigInt(row.our_amount),
          theirAmount: row.their_amount === null ? null : BigInt(row.their_amount),
          ourStatus: row.our_st,
          theirStatus: row.their_st,
        };
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
   * together with what was booked to end the break. A late row and a doubled line say nothing of the leg itself.
   */
  async resolved(
    statements: Statements,
    legs: readonly { paymentId: string; legNo: number }[],
  ): Promise<{ paymentId: string; legNo: number }[]> {
    if (legs.length === 0) return [];
    const rows = await statements.rows<{ payment_id: string; leg_no: number }>(
      `SELECT payment_id, leg_no FROM break_case
       WHERE payment_id IN (?) AND kind IN ('status', 'amount', 'only_ours', 'proposed')
       GROUP BY payment_id, leg_no HAVING SUM(IF(state = 'resolved', 0, 1)) = 0`,
      [legs.map(({ paymentId }) => paymentId)],
    );
    const asked = new Set(legs.map(({ paymentId, legNo }) => `${paymentId} ${legNo}`));
    return rows
      .map(({ payment_id, leg_no }) => ({ paymentId: payment_id, legNo: leg_no }))
      .filter(({ paymentId, legNo }) => asked.has(`${paymentId} ${legNo}`));
  },
};

interface FindingRow {
  break_id: string;
  kind: string;
  sub: string | null;
  payment_id: string | null;
  leg_no: number | null;
  our_amount: string | null;
  their_amount: string | null;
  our_st: string | null;
  their_st: string | null;
}
