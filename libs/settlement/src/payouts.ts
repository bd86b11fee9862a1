import { propose, userOf, weighApproval, type ApprovalRefusal, type ProposalRefusal } from '#lib/audit';
import { fail, ok, rupiah, type BusinessDate, type Result, type Rupiah } from '#lib/kernel';
import type { GuardedUpdate, Row } from '#lib/ledger';
import { changeRow, insertRow, type Database, type Statements } from '#lib/platform';
import { insertDraft, WORKER } from './payout-drafts';
import { nextPayoutState, type PayoutEvent, type PayoutState } from './payout.states';
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
}

/** Why a payout did not move. */
export type PayoutRefusal =
  | { kind: 'unknown' }
  /** The table of its life has no such move. */
  | { kind: 'cannot'; state: PayoutState; event: PayoutEvent }
  /** Another change of it came first; look again. */
  | { kind: 'changed meanwhile' }
  /** Nobody has proposed it, or under another version. */
  | { kind: 'not proposed' }
  | { kind: 'proposal'; refusal: ProposalRefusal }
  | { kind: 'approval'; refusal: ApprovalRefusal };

const PROPOSAL_DAYS = 2;

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

/** A maker proposes that a drafted payout leaves. @throws NoUser. */
export async function proposePayout(
  database: Database,
  order: { reference: string; by: string; reason: string; at: Date },
): Promise<Result<{ approvalId: string }, PayoutRefusal>> {
  const { reference, by, reason, at } = order;
  return database.transaction(async (statements) => {
    const payout = await findPayout(statements, reference);
    if (!payout) return fail({ kind: 'unknown' });
    if (payout.state !== 'drafted') return fail({ kind: 'cannot', state: payout.state, event: 'approved' });
    const { accountId, amount, party, version } = payout;
    const proposed = await propose(statements, {
      kind: 'payout',
      subject: reference,
      version: String(version),
      payload: { reference, party: `${party.kind}:${party.id}`, accountId, amount: amount.toString() },
      by,
      reason,
      at,
      expiresAt: new Date(at.getTime() + PROPOSAL_DAYS * 86_400_000),
    });
    if (!proposed.ok) return fail({ kind: 'proposal', refusal: proposed.error });
    const { approvalId } = proposed.value;
    await statements.run('UPDATE payout SET approval_id = ? WHERE reference = ? AND state = ?', [
      approvalId,
      reference,
      'drafted',
    ]);
    return ok({ approvalId });
  });
}

/** A checker who is not the maker lets a payout leave, as it was proposed. @throws NoUser. */
export async function approvePayout(
  database: Database,
  { reference, by, at }: { reference: string; by: string; at: Date },
): Promise<Result<Payout, PayoutRefusal>> {
  const payout = await findPayout(database, reference);
  if (!payout) return fail({ kind: 'unknown' });
  const { approvalId, state, version } = payout;
  if (state !== 'drafted') return fail({ kind: 'cannot', state, event: 'approved' });
  if (approvalId === null) return fail({ kind: 'not proposed' });
  const weighed = await weighApproval(database, { approvalId, version: String(version), by, at });
  if (!weighed.ok) return fail({ kind: 'approval', refusal: weighed.error });
  const { inserts, updates } = weighed.value;
  return move(database, payout, 'approved', { by: userOf(by), at, inserts, updates });
}

/** Tells what a person or the bank did with a payout. @throws NoUser. */
export async function tellPayout(
  database: Database,
  told: {
    reference: string;
    event: 'cancelled' | 'sent' | 'accepted' | 'refused';
    by: string;
    note?: string;
    at: Date;
  },
): Promise<Result<Payout, PayoutRefusal>> {
  const payout = await findPayout(database, told.reference);
  if (!payout) return fail({ kind: 'unknown' });
  const { note, at } = told;
  return move(database, payout, told.event, {
    by: userOf(told.by),
    at,
    ...(note === undefined ? {} : { note }),
  });
}

/**
 * Drafts a rejected payout again under a reference of its own: the bank may still show the old one. Only where it is
 * certain that the old one did not happen.
 */
export async function redraftPayout(
  database: Database,
  { reference, by, at }: { reference: string; by: string; at: Date },
): Promise<Result<Payout, PayoutRefusal>> {
  const user = userOf(by);
  return database.transaction(async (statements) => {
    const old = await findPayout(statements, reference);
    if (!old) return fail({ kind: 'unknown' });
    if (old.state !== 'rejected') return fail({ kind: 'cannot', state: old.state, event: 'approved' });
    const attempt = old.attempt + 1;
    const next = `${reference.replace(/R\d+$/, '')}R${attempt}`;
    if (await findPayout(statements, next)) return fail({ kind: 'changed meanwhile' });
    const { partOf, party, businessDate, part, amount } = old;
    await insertDraft(statements, {
      reference: next,
      partOf,
      party,
      businessDate,
      part,
      attempt,
      amount,
      now: at,
      by: user,
    });
    const made = await findPayout(statements, next);
    return made ? ok(made) : fail({ kind: 'unknown' });
  });
}

/** The rows that move a payout, for a unit of work; undefined where the table of its life has no such move. */
export function rowsOfMove(
  payout: Payout,
  event: PayoutEvent,
  { by = WORKER, note, at }: { by?: string; note?: string; at: Date },
): { update: GuardedUpdate; insert: Row } | undefined {
  const { reference, state, version } = payout;
  const to = nextPayoutState(state, event);
  if (!to) return undefined;
  return {
    update: {
      table: 'payout',
      set: { state: to, version: version + 1, updated_at: at },
      where: { reference, state, version },
    },
    insert: {
      table: 'payout_event',
      values: {
        reference,
        event_no: version + 1,
        from_state: state,
        to_state: to,
        by_user: by,
        note: note ?? null,
        at,
      },
    },
  };
}

async function move(
  database: Database,
  payout: Payout,
  event: PayoutEvent,
  how: {
    by: string;
    note?: string;
    at: Date;
    inserts?: readonly Row[];
    updates?: readonly GuardedUpdate[];
  },
): Promise<Result<Payout, PayoutRefusal>> {
  const rows = rowsOfMove(payout, event, how);
  if (!rows) return fail({ kind: 'cannot', state: payout.state, event });
  try {
    await database.transaction(async (statements) => {
      for (const update of [rows.update, ...(how.updates ?? [])])
        if (!(await changeRow(statements, update))) throw new ChangedMeanwhile(update.table);
      for (const row of [rows.insert, ...(how.inserts ?? [])]) await insertRow(statements, row);
    });
  } catch (error) {
    if (error instanceof ChangedMeanwhile) return fail({ kind: 'changed meanwhile' });
    throw error;
  }
  const moved = await findPayout(database, payout.reference);
  return moved ? ok(moved) : fail({ kind: 'unknown' });
}

class ChangedMeanwhile extends Error {}

const PAYOUTS = `SELECT reference, part_of, party_kind, party_id, account_id, business_date, part, attempt, amount, state,
  version, approval_id, updated_at FROM payout`;

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
  };
}
