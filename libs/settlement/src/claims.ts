import { rupiah, type Rupiah } from '#lib/kernel';
import type { Statements } from '#lib/platform';
import type { SettleOn } from './contracts';
import type { EndedBreak, Finding } from './reconciled';
import type { SoldLeg } from './sales';

/** What a biller's file says beyond our books: within tolerance, or in dispute. */
export interface Claim {
  kind: 'rounding' | 'disputed';
  amount: bigint;
}

/** What settlement knows of the leg that a finding is about. */
export interface ClaimedLeg {
  leg: SoldLeg | undefined;
  /** Whether its sale enters this settlement. */
  enters: boolean;
  /** How what the finding says has ended, if it has: the leg's breaks, or the break of a line beside it. */
  ended: Pick<EndedBreak, 'isBooked'> | undefined;
}

/**
 * What a finding adds to what its biller is paid. Under their file a break that was ended by a booking has been booked
 * against suspense, so the claim stands there first, in whichever order the two come.
 */
export function claimOf(settleOn: SettleOn, finding: Finding, about: ClaimedLeg): Claim | undefined {
  const { leg, enters, ended } = about;
  const [ours, theirs] = [finding.ourAmount ?? 0n, finding.theirAmount ?? 0n];
  if (settleOn === 'ours') return undefined;
  if (finding.kind === 'matched_tol') return enters ? { kind: 'rounding', amount: theirs - ours } : undefined;
  if (settleOn !== 'their_file' || finding.kind === 'clearing') return undefined;
  if (ended && !ended.isBooked) return undefined;
  const claimed = finding.theirStatus === null || finding.theirStatus === 'S' ? theirs : 0n;
  if (!leg || finding.kind === 'duplicate')
    return ['duplicate', 'only_theirs'].includes(finding.kind)
      ? { kind: 'disputed', amount: claimed }
      : undefined;
  // What was undone since the run is nobody's; of an amount that differs the rest must enter.
  if (leg.state === 'REVERSED' || (finding.kind === 'amount' && !enters)) return undefined;
  return { kind: 'disputed', amount: claimed - (enters ? ours : 0n) };
}

/** A claim that was paid and not taken back: for a sale which our books did not call paid, or beyond our sales. */
export interface OpenClaim {
  /** Empty where the line named none of ours. */
  paymentId: string;
  billerId: string;
  amount: Rupiah;
}

/** A claim for a sale: taken back when the sale itself enters, or all that was said against it has ended. */
export interface SaleClaim extends OpenClaim {
  legNo: number;
}

/** A claim that rests on one break and on nothing else: taken back when that has ended. */
export interface BeyondClaim extends OpenClaim {
  breakId: string;
}

/** The kinds of items by which a claim for one payment is paid, and taken back once. */
export const CLAIM = 'claim';
export const CLAIM_BACK = 'claim_back';

/** The same for what is claimed beyond our sales: of an amount the difference, a doubled line, one that we do not know. */
export const BEYOND = 'claim_beyond';
export const BEYOND_BACK = 'claim_beyond_back';

/** Claims of a source that were paid for payments and not taken back. */
export async function openClaims(statements: Statements, source: string): Promise<SaleClaim[]> {
  const rows = await statements.rows<ClaimRow & { leg_no: number }>(
    `SELECT i.payment_id, i.subject_id, i.participant, i.amount,
       (SELECT p.leg_no FROM payment p WHERE p.payment_id = i.payment_id) AS leg_no
     ${OPEN_CLAIMS} ORDER BY i.payment_id`,
    [CLAIM_BACK, source, CLAIM],
  );
  return rows.map((row) => ({ ...claimOfRow(row), legNo: row.leg_no }));
}

/** Claims of a source that were paid beyond our sales and not taken back. */
export async function openBeyond(statements: Statements, source: string): Promise<BeyondClaim[]> {
  const rows = await statements.rows<ClaimRow>(
    `SELECT i.payment_id, i.subject_id, i.participant, i.amount ${OPEN_CLAIMS} ORDER BY i.subject_id`,
    [BEYOND_BACK, source, BEYOND],
  );
  return rows.map((row) => ({ ...claimOfRow(row), breakId: row.subject_id }));
}

const OPEN_CLAIMS = `FROM settlement_item i JOIN settlement s ON s.settlement_id = i.settlement_id
     LEFT JOIN settlement_item b ON b.payment_id = i.payment_id AND b.subject_id = i.subject_id AND b.kind = ?
   WHERE s.source = ? AND i.kind = ? AND b.payment_id IS NULL`;

interface ClaimRow {
  payment_id: string;
  subject_id: string;
  participant: string;
  amount: string;
}

function claimOfRow({ payment_id, participant, amount }: ClaimRow): OpenClaim {
  return {
    paymentId: payment_id,
    billerId: participant.slice('biller:'.length),
    amount: rupiah(BigInt(amount)),
  };
}

/**
 * The one biller that a source speaks for, by the sales of the day and what was settled before; undefined where there
 * are several, or none is known. Then a line that names no payment of ours waits for people, who name its biller.
 */
export async function onlyBillerOf(
  statements: Statements,
  source: string,
  ofDay: readonly { billerId: string }[],
): Promise<string | undefined> {
  const rows = await statements.rows<{ party_id: string }>(
    `SELECT DISTINCT n.party_id FROM settlement s JOIN settlement_net n ON n.settlement_id = s.settlement_id
     WHERE s.source = ? AND n.party_kind = 'biller' LIMIT 2`,
    [source],
  );
  const known = new Set([...ofDay.map(({ billerId }) => billerId), ...rows.map(({ party_id }) => party_id)]);
  return known.size === 1 ? [...known][0] : undefined;
}
