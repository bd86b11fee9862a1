import type { TwoSidesRow } from '../two-sides';

/**
 * The breaks of one run as cases: each with its own date, what tells its line apart, and the id that follows from its
 * identity. A line is known by what it says and not by its place, so a corrected file in another order finds it again.
 * Bound values: the run, twice.
 */
export const FOUND = `
SELECT f.*, CAST(CONCAT('brk_', LEFT(SHA2(CONCAT_WS('|', f.source, f.own_date, f.kind, f.match_key, f.line_key), 256), 20))
  AS CHAR(24) CHARACTER SET ascii) COLLATE ascii_bin AS break_id
FROM (
  SELECT b.break_id AS row_no, r.source, r.business_date AS run_date, COALESCE(l.source_business_date, p.business_date, r.business_date) AS own_date,
    b.kind, b.sub, b.match_key, b.payment_id, b.leg_no, b.our_amount, b.their_amount, b.our_st, b.their_st, b.line_no,
    COALESCE(b.their_ref, t.their_ref) AS their_ref,
    CASE WHEN b.kind IN ('status', 'amount', 'only_ours', 'late') THEN ''
         ELSE CONCAT(COALESCE(b.their_ref, t.their_ref, ''), '|', COALESCE(b.their_amount, ''), '#',
           ROW_NUMBER() OVER (PARTITION BY b.kind, b.match_key, COALESCE(b.their_ref, t.their_ref), b.their_amount ORDER BY b.file_no, b.line_no, b.break_id))
         END AS line_key,
    CASE WHEN b.kind IN ('amount', 'clearing') THEN ABS(COALESCE(b.their_amount, 0) - COALESCE(b.our_amount, 0))
         WHEN b.kind = 'duplicate' THEN COALESCE(b.their_amount, 0)
         ELSE COALESCE(b.our_amount, b.their_amount, 0) END AS amount
  FROM recon_run r JOIN recon_break b ON b.run_id = r.run_id
    LEFT JOIN recon_theirs t ON t.run_id = b.run_id AND t.match_key = b.match_key AND t.line_no = b.line_no
    LEFT JOIN payment_leg l ON l.payment_id = b.payment_id AND l.leg_no = b.leg_no
    LEFT JOIN payment p ON r.channel_id IS NOT NULL AND p.payment_id = b.payment_id
  WHERE r.run_id = ? AND b.kind <> 'matched_tol') f`;

/** What of a found break may differ from its case: facts that people rest their decisions on. */
export const FACTS = ['sub', 'our_amount', 'their_amount', 'our_st', 'their_st', 'their_ref'] as const;

/** A found break as a row. */
export interface FoundRow extends TwoSidesRow {
  break_id: string;
  sub: string | null;
  their_ref: string | null;
  line_no: number | null;
  amount: string;
}
