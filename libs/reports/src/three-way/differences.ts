import type { BusinessDate } from '#lib/kernel';
import type { Statements } from '#lib/platform';
import { breakStateOf, nextOf } from './next';
import { NO_BREAK, type SideView } from './side-view';
import { threeWaysOf, type ThreeWay } from './three-way';
import { verdictOf } from './verdict';

/** Which differences are wanted: of the files of these business dates, of one source and channel or of all. */
export interface Differences {
  from: BusinessDate;
  to: BusinessDate;
  source: string | null;
  channel: string | null;
}

/** Kinds that are no difference between two sides about one payment. */
export const NO_DIFFERENCE = "'clearing', 'matched_tol', 'duplicate', 'late'";

/** The three sides of whatever the runs that count found different: payments, then references that only others know. */
export async function threeWaysOfDays(
  statements: Pick<Statements, 'rows'>,
  wanted: Differences,
): Promise<ThreeWay[]> {
  const payments = await statements.rows<{ payment_id: string }>(
    `SELECT DISTINCT b.payment_id FROM recon_run r JOIN recon_break b ON b.run_id = r.run_id
       JOIN payment p ON p.payment_id = b.payment_id
     WHERE ${OF_DAYS} AND (? IS NULL OR p.channel_id = ?) ORDER BY b.payment_id`,
    [...daysOf(wanted), wanted.channel, wanted.channel],
  );
  const known = await threeWaysOf(
    statements,
    payments.map(({ payment_id }) => payment_id),
  );
  return [...known, ...(await unknownToUs(statements, wanted))];
}

const OF_DAYS = `r.effective_date BETWEEN ? AND ? AND (? IS NULL OR r.source = ?) AND b.kind NOT IN (${NO_DIFFERENCE})`;
const daysOf = ({ from, to, source }: Differences) => [from, to, source, source];

interface UnknownRow {
  reference: string;
  their_ref: string | null;
  source: string;
  /** Whether it stands in a channel's file. */
  is_channels: number;
  channel_id: string | null;
  effective_date: BusinessDate;
  their_st: 'S' | 'F' | 'U';
  their_amount: string;
  line_no: number | null;
  other_source: string | null;
  other_st: 'S' | 'F' | 'U' | null;
  other_amount: string | null;
  other_ref: string | null;
  other_line: number | null;
  state: string | null;
  resolution: string | null;
  other_state: string | null;
  other_resolution: string | null;
}

/**
 * Lines of a file that no payment of ours is, each beside the line of the other side's file of that day that has the
 * same reference; a pair is shown once, as the biller's.
 */
async function unknownToUs(statements: Pick<Statements, 'rows'>, wanted: Differences): Promise<ThreeWay[]> {
  const rows = await statements.rows<UnknownRow>(
    `SELECT COALESCE(NULLIF(b.match_key, ''), b.their_ref, '') AS reference, b.their_ref, r.source,
       r.channel_id IS NOT NULL AS is_channels, COALESCE(r.channel_id, o.channel_id) AS channel_id, r.effective_date, b.their_st, b.their_amount, b.line_no,
       o.source AS other_source, o.their_st AS other_st, o.their_amount AS other_amount, o.their_ref AS other_ref,
       o.line_no AS other_line, ${ofCase('b', 'r', 'state')} AS state, ${ofCase('b', 'r', 'resolution')} AS resolution,
       o.state AS other_state, o.resolution AS other_resolution
     FROM recon_run r JOIN recon_break b ON b.run_id = r.run_id AND b.payment_id IS NULL
       LEFT JOIN (SELECT q.source, q.channel_id, q.effective_date, c.match_key, c.their_st, c.their_amount, c.their_ref,
           c.line_no, ${ofCase('c', 'q', 'state')} AS state, ${ofCase('c', 'q', 'resolution')} AS resolution
         FROM recon_run q JOIN recon_break c ON c.run_id = q.run_id AND c.payment_id IS NULL AND c.kind = 'only_theirs'
         WHERE q.effective_date BETWEEN ? AND ? AND c.match_key <> '') o
       ON o.effective_date = r.effective_date AND o.match_key = b.match_key
         AND (o.channel_id IS NULL) <> (r.channel_id IS NULL)
     WHERE ${OF_DAYS} AND b.kind = 'only_theirs' AND (? IS NULL OR r.channel_id = ? OR o.channel_id = ?)
       AND (r.channel_id IS NULL OR o.source IS NULL OR ? IS NOT NULL)
     ORDER BY r.effective_date, r.source, b.break_id`,
    [
      wanted.from,
      wanted.to,
      ...daysOf(wanted),
      wanted.channel,
      wanted.channel,
      wanted.channel,
      wanted.source,
    ],
  );
  return rows.map(unknownView);
}

/** What the break that a row of a run is has come to. */
function ofCase(row: string, run: string, column: 'state' | 'resolution'): string {
  return `(SELECT k.${column} FROM break_case k WHERE k.source = ${run}.source AND k.run_id = ${run}.run_id
    AND k.kind = ${row}.kind AND k.match_key = ${row}.match_key AND k.line_no <=> ${row}.line_no LIMIT 1)`;
}

const NOWHERE: SideView = {
  says: 'absent',
  amount: null,
  reference: null,
  source: null,
  businessDate: null,
  line: null,
  finding: null,
  ...NO_BREAK,
};

function unknownView(row: UnknownRow): ThreeWay {
  const { reference, effective_date: businessDate } = row;
  const finding = 'only_theirs';
  const own: SideView = {
    says: row.their_st,
    amount: BigInt(row.their_amount),
    reference: row.their_ref,
    source: row.source,
    businessDate,
    line: row.line_no,
    finding,
    breakState: row.state,
    resolution: row.resolution,
  };
  const other: SideView =
    row.other_st === null || row.other_amount === null
      ? { ...NOWHERE, businessDate }
      : {
          says: row.other_st,
          amount: BigInt(row.other_amount),
          reference: row.other_ref,
          source: row.other_source,
          businessDate,
          line: row.other_line,
          finding,
          breakState: row.other_state,
          resolution: row.other_resolution,
        };
  const [channel, biller] = row.is_channels === 1 ? [own, other] : [other, own];
  const ours: SideView = { ...NOWHERE, businessDate };
  const verdict = verdictOf(channel.says, 'absent', biller.says, true);
  return {
    paymentId: null,
    reference,
    channelId: row.channel_id,
    businessDate,
    legNo: null,
    isLastLeg: true,
    channel,
    ours,
    biller,
    verdict,
    breakState: breakStateOf([channel, biller]),
    next: nextOf(verdict, { channel, ours, biller }, false),
  };
}
