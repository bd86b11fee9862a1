import type { ApprovalRefusal, StandsAlready } from '#lib/audit';
import { fail, ok, type BusinessDate, type Result } from '#lib/kernel';
import type { GuardedUpdate, Row } from '#lib/ledger';
import {
  ChangedMeanwhile,
  changeRows,
  failPoint,
  insertRow,
  type Database,
  type Statements,
  type Transaction,
} from '#lib/platform';
import type { PayoutDoubt } from './payout-doubts';
import { WORKER } from './payout-drafts';
import { nextPayoutState, type PayoutEvent, type PayoutState } from './payout.states';
import { findPayout, type Payout } from './payouts';

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
 * @param how `objectionTo` is asked within it; where it objects, nothing moves. `tell` tells the audit trail what no approval
 * tells.
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
    tell?: (tx: Transaction) => void;
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
      how.tell?.(statements);
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
