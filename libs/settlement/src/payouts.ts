import { rupiah, type BusinessDate, type Rupiah } from '#lib/kernel';
import type { Statements } from '#lib/platform';
import type { PayoutState } from './payout.states';
import type { Party } from './shares';

/** A payout instruction. Amount in whole rupiah. */
export interface Payout {
  reference: string;
  partOf: string;
  party: Party;
  accountId: string;
  businessDate: BusinessDate;
  part: number;
  attempt: number;
  amount: Rupiah;
  state: PayoutState;
  version: number;
  approvalId: string | null;
  updatedAt: Date;
  /** By when the party is to have it; null for one from before due dates were kept. */
  dueDate: BusinessDate | null;
}

/** Payouts of a business date, in a state, or all that are under way. */
export async function listPayouts(
  statements: Statements,
  { businessDate, state }: { businessDate?: BusinessDate; state?: PayoutState } = {},
): Promise<Payout[]> {
  const rows = await statements.rows<PayoutRow>(
    `${PAYOUTS} WHERE (? IS NULL OR business_date = ?) AND (? IS NULL OR state = ?) ORDER BY business_date, reference`,
    [businessDate ?? null, businessDate ?? null, state ?? null, state ?? null],
  );
  return rows.map(payoutOf);
}

/** A payout by its reference. */
export async function findPayout(statements: Statements, reference: string): Promise<Payout | undefined> {
  const [row] = await statements.rows<PayoutRow>(`${PAYOUTS} WHERE reference = ?`, [reference]);
  return row && payoutOf(row);
}

/** The payouts that one was split into, by the reference that they have in common, in order; itself where it is whole. */
export async function payoutsInParts(statements: Statements, partOf: string): Promise<Payout[]> {
  const rows = await statements.rows<PayoutRow>(`${PAYOUTS} WHERE part_of = ? ORDER BY part, attempt`, [
    partOf,
  ]);
  return rows.map(payoutOf);
}

/** What has happened to a payout, oldest first. */
export async function payoutHistory(
  statements: Statements,
  reference: string,
): Promise<{ from: string; to: string; by: string; note: string | null; at: Date }[]> {
  const rows = await statements.rows<{
    from_state: string;
    to_state: string;
    by_user: string;
    note: string | null;
    at: Date;
  }>(
    'SELECT from_state, to_state, by_user, note, at FROM payout_event WHERE reference = ? ORDER BY event_no',
    [reference],
  );
  return rows.map((row) => ({
    from: row.from_state,
    to: row.to_state,
    by: row.by_user,
    note: row.note,
    at: row.at,
  }));
}

const PAYOUTS = `SELECT reference, part_of, party_kind, party_id, account_id, business_date, part, attempt, amount, state,
  version, approval_id, updated_at, due_date FROM payout`;

interface PayoutRow {
  reference: string;
  part_of: string;
  party_kind: Party['kind'];
  party_id: string;
  account_id: string;
  business_date: BusinessDate;
  part: number;
  attempt: number;
  amount: string;
  state: PayoutState;
  version: number;
  approval_id: string | null;
  updated_at: Date;
  due_date: BusinessDate | null;
}

function payoutOf(row: PayoutRow): Payout {
  return {
    reference: row.reference,
    partOf: row.part_of,
    party: { kind: row.party_kind, id: row.party_id },
    accountId: row.account_id,
    businessDate: row.business_date,
    part: row.part,
    attempt: row.attempt,
    amount: rupiah(BigInt(row.amount)),
    state: row.state,
    version: row.version,
    approvalId: row.approval_id,
    updatedAt: row.updated_at,
    dueDate: row.due_date,
  };
}

/** The payouts that have no end yet, counted and summed by their state. */
export async function openPayouts(
  statements: Statements,
): Promise<{ state: PayoutState; count: number; amount: bigint }[]> {
  const rows = await statements.rows<{ state: PayoutState; n: string; amount: string }>(
    `SELECT state, COUNT(*) AS n, SUM(amount) AS amount FROM payout
     WHERE state IN ('drafted', 'approved', 'sent', 'accepted') GROUP BY state ORDER BY MIN(business_date)`,
  );
  return rows.map(({ state, n, amount }) => ({ state, count: Number(n), amount: BigInt(amount) }));
}
