import { addDays, type BusinessDate } from '#lib/kernel';
import type { Statements } from '#lib/platform';
import { NO_BREAK, type SideView } from './side-view';
import { sidesOf, type SideRow } from './sides';
import { breakStateOf, nextOf, type Next } from './next';
import { verdictOf, type Verdict } from './verdict';

/** A payment, or a reference that only others know, as its three sides have it. */
export interface ThreeWay {
  paymentId: string | null;
  /** What it goes by in files. */
  reference: string;
  channelId: string | null;
  businessDate: BusinessDate;
  /** Of the biller's side; the last is the one that counts. */
  legNo: number | null;
  isLastLeg: boolean;
  channel: SideView;
  ours: SideView;
  biller: SideView;
  verdict: Verdict;
  /** Of the break that has most left to do; null where no side's word is one. */
  breakState: string | null;
  /** What is left to do about it. */
  next: Next;
}

type Reader = Pick<Statements, 'rows'>;

const AT_ONCE = 500;

/** The three sides of payments, each with every leg it took, in order of Payment ID. */
export async function threeWaysOf(statements: Reader, paymentIds: readonly string[]): Promise<ThreeWay[]> {
  const views: ThreeWay[] = [];
  for (let from = 0; from < paymentIds.length; from += AT_ONCE)
    for (const row of await sidesOf(statements, paymentIds.slice(from, from + AT_ONCE)))
      views.push(await viewOf(statements, row));
  return views;
}

async function viewOf(statements: Reader, row: SideRow): Promise<ThreeWay> {
  const channel = await listedSide(statements, row, {
    column: 'channel_id',
    value: row.channel_id,
    date: row.business_date,
    legNo: 0,
    reference: row.channel_reference.toString(),
  });
  const biller = await listedSide(statements, row, {
    column: 'source',
    value: row.source,
    date: row.source_business_date,
    legNo: row.leg_no,
    reference: row.biller_reference?.toString() ?? null,
  });
  const ours: SideView = {
    says: saysOf(row.leg_state),
    amount: BigInt(row.amount),
    reference: row.leg_reference,
    source: null,
    businessDate: row.business_date,
    line: null,
    finding: null,
    ...NO_BREAK,
  };
  const verdict = verdictOf(channel.says, ours.says, biller.says, agreeOnAmounts([channel, ours, biller]));
  const isGivenBack = BigInt(row.refunded) >= BigInt(row.amount);
  return {
    paymentId: row.payment_id,
    reference: row.leg_reference,
    channelId: row.channel_id,
    businessDate: row.business_date,
    legNo: row.leg_no,
    isLastLeg: row.leg_no === row.last_leg_no,
    channel,
    ours,
    biller,
    verdict,
    breakState: breakStateOf([channel, biller]),
    next: nextOf(verdict, { channel, ours, biller }, isGivenBack),
  };
}

function agreeOnAmounts(sides: readonly SideView[]): boolean {
  return new Set(sides.flatMap(({ amount }) => (amount === null ? [] : [amount]))).size <= 1;
}

/** PAID is S, what surely was not paid is F, whatever is not final is U. */
function saysOf(state: string): 'S' | 'F' | 'U' {
  if (state === 'PAID') return 'S';
  return ['DECLINED', 'REVERSED', 'UNSERVED'].includes(state) ? 'F' : 'U';
}

interface Listing {
  column: 'source' | 'channel_id';
  value: string;
  date: BusinessDate;
  /** 0: a channel lists the payment itself. */
  legNo: number;
  reference: string | null;
}

interface ListedRow {
  source: string;
  state_then: string;
  kind: string | null;
  their_st: 'S' | 'F' | 'U' | null;
  their_amount: string | null;
  their_ref: string | null;
  line_no: number | null;
  carry_until: BusinessDate | null;
  state: string | null;
  resolution: string | null;
}

/** No source carries a row for longer. */
const CARRY_DAYS_MAX = 45;

/** What the run that counts made of it; what was late goes on in the runs of the following days. */
async function listedSide(
  statements: Reader,
  payment: SideRow,
  { column, value, date, legNo, reference }: Listing,
): Promise<SideView> {
  const view = {
    amount: null,
    reference,
    source: null,
    businessDate: date,
    line: null,
    finding: null,
    ...NO_BREAK,
  };
  let day = date;
  for (let carried = 0; carried <= CARRY_DAYS_MAX; carried += 1) {
    const [row] = await statements.rows<ListedRow>(listedQuery(column), [
      payment.payment_id,
      payment.state,
      payment.payment_id,
      legNo,
      value,
      day,
    ]);
    if (!row) return { ...view, says: 'none', finding: carried > 0 ? 'late' : null };
    const { source, kind } = row;
    const isCarried = kind === 'late' && row.carry_until !== null && day < row.carry_until;
    if (isCarried) {
      day = addDays(day, 1);
      continue;
    }
    const found = { source, businessDate: day, finding: kind };
    if (kind === null) {
      const says = saysOf(row.state_then);
      return { ...view, ...found, says, amount: says === 'S' ? BigInt(payment.amount) : null };
    }
    return {
      ...view,
      ...found,
      says: row.their_st ?? 'absent',
      amount: row.their_amount === null ? null : BigInt(row.their_amount),
      reference: row.their_ref ?? reference,
      line: row.line_no,
      breakState: row.state,
      resolution: row.resolution,
    };
  }
  return { ...view, says: 'none' };
}

/** A run that says nothing against a payment agrees with it as it stood when the run was closed. */
function listedQuery(column: Listing['column']): string {
  return `SELECT r.source, COALESCE((SELECT e.to_state FROM payment_event e WHERE e.payment_id = ? AND e.at <= r.closed_at
      ORDER BY e.event_no DESC LIMIT 1), ?) AS state_then,
    b.kind, b.their_st, b.their_amount, b.their_ref, b.line_no, b.carry_until, c.state, c.resolution
  FROM recon_run r LEFT JOIN recon_break b ON b.run_id = r.run_id AND b.payment_id = ? AND b.leg_no = ?
    AND b.kind NOT IN ('duplicate', 'clearing')
    LEFT JOIN break_case c ON c.payment_id = b.payment_id AND c.source = r.source AND c.kind = b.kind
      AND c.match_key = b.match_key
  WHERE r.${column} = ? AND r.effective_date = ? ORDER BY b.break_id LIMIT 1`;
}
