import {
  findApproval,
  putForward,
  userOf,
  weighApproval,
  type ApprovalRefusal,
  type ApprovalTools,
  type StandsAlready,
} from '#lib/audit';
import {
  businessDateOf,
  fail,
  JAKARTA_MIDNIGHT,
  ok,
  rupiah,
  type BusinessDate,
  type Result,
  type Rupiah,
} from '#lib/kernel';
import type { GuardedUpdate, Row } from '#lib/ledger';
import {
  ChangedMeanwhile,
  changeRows,
  failPoint,
  insertRow,
  type Database,
  type Statements,
} from '#lib/platform';
import { doubtsBehind, type DoubtTools, type PayoutDoubt } from './payout-doubts';
import { WORKER } from './payout-drafts';
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
  /** By when the party is to have it; null for one from before due dates were kept. */
  dueDate: BusinessDate | null;
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
  /** A statement shows a debit of its amount that nobody has named; it may be this payout. */
  | { kind: 'shown'; line: string }
  /** What it rests on was opened again since it was proposed; the two people have not been shown that. */
  | { kind: 'in doubt'; state: PayoutState; doubts: PayoutDoubt[] }
  /** It is to be paid later, and nobody has agreed that it leaves before. */
  | { kind: 'not due'; dueDate: BusinessDate; today: BusinessDate }
  | StandsAlready
  | { kind: 'approval'; refusal: ApprovalRefusal };

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

/** What deciding about a payout needs. */
export interface PayoutTools {
  database: Database;
  reconciled: DoubtTools;
}

/** What the maker asks for, as the checker is shown it. */
interface PayoutPayload {
  reference: string;
  party: string;
  accountId: string;
  amount: string;
  /** It may leave before it is due; the reason is the proposal's. */
  leavesEarly?: true;
  /** Breaks behind it that are open again, and what was booked for each. */
  openAgain?: { breakId: string; effect: string }[];
}

/**
 * A maker proposes that a drafted payout leaves; what it rests on that is open again is part of what the checker is shown.
 * @param order `isEarly`: it may leave before its due date, for that reason. @throws NoUser.
 */
export async function proposePayout(
  { database, reconciled }: PayoutTools,
  order: { reference: string; by: string; reason: string; isEarly?: boolean; at: Date },
): Promise<Result<{ approvalId: string; version: string; doubts: PayoutDoubt[] }, PayoutRefusal>> {
  const { reference, by, reason, isEarly = false, at } = order;
  return database.transaction(async (statements) => {
    const payout = await findPayout(statements, reference);
    if (!payout) return fail({ kind: 'unknown' });
    if (payout.state !== 'drafted') return fail({ kind: 'cannot', state: payout.state, event: 'approved' });
    const { accountId, amount, party } = payout;
    const doubts = await doubtsBehind(statements, reconciled, payout);
    const payload: PayoutPayload = {
      reference,
      party: `${party.kind}:${party.id}`,
      accountId,
      amount: amount.toString(),
      ...(isEarly && { leavesEarly: true }),
      ...(doubts.length > 0 && { openAgain: asShown(doubts) }),
    };
    const proposed = await putForward(statements, {
      kind: 'payout',
      subject: reference,
      payload,
      by,
      reason,
      at,
    });
    if (!proposed.ok) return proposed;
    const { approvalId, version } = proposed.value;
    await statements.run('UPDATE payout SET approval_id = ? WHERE reference = ? AND state = ?', [
      approvalId,
      reference,
      'drafted',
    ]);
    return ok({ approvalId, version, doubts });
  });
}

function asShown(doubts: readonly PayoutDoubt[]): { breakId: string; effect: string }[] {
  return doubts.map(({ breakId, effect }) => ({ breakId, effect: effect.toString() }));
}

/**
 * A checker who is not the maker lets a payout leave, as it was proposed. @param order `version` as the checker saw it.
 * @throws NoUser.
 */
export async function approvePayout(
  { database, reconciled, approvalLimits }: PayoutTools & ApprovalTools,
  { reference, version, by, at }: { reference: string; version: string; by: string; at: Date },
): Promise<Result<Payout, PayoutRefusal>> {
  const payout = await findPayout(database, reference);
  if (!payout) return fail({ kind: 'unknown' });
  const { approvalId, state } = payout;
  if (state !== 'drafted') return fail({ kind: 'cannot', state, event: 'approved' });
  if (approvalId === null) return fail({ kind: 'not proposed' });
  const weighed = await weighApproval(database, { approvalId, version, by, at }, approvalLimits);
  if (!weighed.ok) return fail({ kind: 'approval', refusal: weighed.error });
  const { approval, inserts, updates } = weighed.value;
  const shown = approval.payload as PayoutPayload;
  return movePayout(database, payout, 'approved', {
    by: userOf(by),
    at,
    inserts,
    updates,
    objectionTo: (statements) => inDoubt({ statements, reconciled }, payout, shown),
  });
}

/** What it rests on that is open again and was not shown; until the move is made nothing more of it is opened. */
async function inDoubt(
  { statements, reconciled }: { statements: Statements; reconciled: DoubtTools },
  payout: Payout,
  shown: PayoutPayload,
): Promise<PayoutRefusal | undefined> {
  const doubts = await doubtsBehind(statements, reconciled, payout, { isHeld: true });
  return wereShown(doubts, shown) ? undefined : { kind: 'in doubt', state: payout.state, doubts };
}

function wereShown(doubts: readonly PayoutDoubt[], { openAgain = [] }: PayoutPayload): boolean {
  return asShown(doubts).every((one) =>
    openAgain.some(({ breakId, effect }) => breakId === one.breakId && effect === one.effect),
  );
}

/**
 * Tells what a person did with a payout, or that the bank has taken it on. It is not sent while a statement shows a debit of
 * its amount that nobody has named: that may be it; nor before it is due, unless two people have agreed that it leaves early;
 * nor where what it rests on was opened again and they have not seen that.
 * @param told `despite` names a line (`BANKX/1234567890 2026/196/2`) that a person knows to be something else.
 * @throws NoUser.
 */
export async function tellPayout(
  { database, reconciled }: PayoutTools,
  told: {
    reference: string;
    event: 'cancelled' | 'sent' | 'accepted';
    by: string;
    note?: string;
    despite?: string;
    at: Date;
  },
): Promise<Result<Payout, PayoutRefusal>> {
  const payout = await findPayout(database, told.reference);
  if (!payout) return fail({ kind: 'unknown' });
  const { note, despite, event, at } = told;
  const objectionTo = async (statements: Statements): Promise<PayoutRefusal | undefined> => {
    const notAgreed = await notAgreedTo({ statements, reconciled }, payout, at);
    if (notAgreed) return notAgreed;
    const line = (await shownAtBank(statements, payout)).find((one) => one !== despite);
    return line === undefined ? undefined : { kind: 'shown', line };
  };
  const why = [note, despite === undefined ? undefined : `it is not ${despite}`].filter(
    (part) => part !== undefined,
  );
  return movePayout(database, payout, event, {
    by: userOf(told.by),
    at,
    ...(why.length === 0 ? {} : { note: why.join('; ').slice(0, 500) }),
    ...(event === 'sent' && { objectionTo }),
  });
}

/** What two people would have to agree to before it leaves, and have not. */
async function notAgreedTo(
  { statements, reconciled }: { statements: Statements; reconciled: DoubtTools },
  payout: Payout,
  at: Date,
): Promise<PayoutRefusal | undefined> {
  const { state, approvalId, dueDate } = payout;
  if (state !== 'approved') return undefined;
  const approval = approvalId === null ? undefined : await findApproval(statements, approvalId);
  const agreed = (approval?.payload ?? {}) as PayoutPayload;
  const today = businessDateOf(at, JAKARTA_MIDNIGHT);
  if (dueDate !== null && today < dueDate && agreed.leavesEarly !== true)
    return { kind: 'not due', dueDate, today };
  return inDoubt({ statements, reconciled }, payout, agreed);
}

/** How people name a line of a statement. */
export function nameOfLine(line: { account: string; year: number; number: number; line_no: number }): string {
  return `${line.account} ${line.year}/${line.number}/${line.line_no}`;
}

/** Lines that may be this payout and that nobody has named: its amount since its day, under no reference or another one. */
export async function shownAtBank(
  statements: Statements,
  { reference, amount, businessDate }: Payout,
): Promise<string[]> {
  const rows = await statements.rows<{ account: string; year: number; number: number; line_no: number }>(
    `SELECT account, year, number, line_no FROM bank_line
     WHERE outcome IN ('unnamed', 'proposed', 'reopened') AND amount = ? AND value_date >= ? AND is_reversal = 0
       AND NOT (reference <=> ?) ORDER BY account, year, number, line_no`,
    [-amount, businessDate, reference],
  );
  return rows.map(nameOfLine);
}

/** The proposal of a kind about a subject that is open. */
export async function openProposal(
  statements: Statements,
  kind: string,
  subject: string,
): Promise<string | undefined> {
  const [open] = await statements.rows<{ approval_id: string }>(
    'SELECT approval_id FROM approval WHERE open_subject = ?',
    [`${kind} ${subject}`],
  );
  return open?.approval_id;
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

/**
 * A payout moves, with all that belongs to the move, in one unit of work.
 * @param how `objectionTo` is asked within it; where it objects, nothing moves.
 */
export async function movePayout(
  database: Database,
  payout: Payout,
  event: PayoutEvent,
  how: {
    by: string;
    note?: string;
    at: Date;
    inserts?: readonly Row[];
    updates?: readonly GuardedUpdate[];
    objectionTo?: (statements: Statements) => Promise<PayoutRefusal | undefined>;
  },
): Promise<Result<Payout, PayoutRefusal>> {
  const rows = rowsOfMove(payout, event, how);
  if (!rows) return fail({ kind: 'cannot', state: payout.state, event });
  try {
    const objection = await database.transaction(async (statements) => {
      const found = await how.objectionTo?.(statements);
      if (found) return found;
      await changeRows(statements, [rows.update, ...(how.updates ?? [])]);
      for (const row of [rows.insert, ...(how.inserts ?? [])]) await insertRow(statements, row);
      return undefined;
    });
    if (objection) return fail(objection);
  } catch (error) {
    if (error instanceof ChangedMeanwhile) return fail({ kind: 'changed meanwhile' });
    throw error;
  }
  failPoint('K12 payout moved', `${payout.reference} ${event}`);
  const moved = await findPayout(database, payout.reference);
  return moved ? ok(moved) : fail({ kind: 'unknown' });
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
