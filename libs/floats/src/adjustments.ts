import {
  putForward,
  userOf,
  type Approval,
  type ApprovalTools,
  type Proposed,
  type StandsAlready,
} from '#lib/audit';
import { businessDateOf, fail, JAKARTA_MIDNIGHT, ok, rupiah, type Result, type Rupiah } from '#lib/kernel';
import {
  billerAccounts,
  commitApproved,
  floatAdjustmentJournal,
  isSameJournal,
  unitOfJournalWithoutDeposit,
  type ApprovedCommitRefusal,
  type Books,
  type JournalDraft,
} from '#lib/ledger';
import type { Database } from '#lib/platform';
import { objectionToBiller, isInChart, type FloatRefusal } from './bookings';

/** The kind of the proposals that put a float right; their subject is the adjustment's id. */
export const FLOAT_ADJUSTMENT = 'float_adjustment';

/** How a float is to be put right, and why. */
export interface Adjustment {
  /** Unique among adjustments for ever. At most 40 characters. */
  adjustmentId: string;
  billerId: string;
  /** Positive into the float, negative out of it. */
  amount: Rupiah;
  /** The account on the other side, for example `own:loss`. */
  against: string;
  reason: string;
}

/** Why an adjustment is not proposed. */
export type AdjustmentRefusal =
  Exclude<FloatRefusal, { kind: 'overloaded' }> | { kind: 'booked before' } | StandsAlready;

/**
 * A maker proposes to put a float right, in either direction; nothing is booked before another person agrees.
 * @throws RangeError for an amount of 0 or without a reason. @throws NoUser.
 */
export async function proposeAdjustment(
  database: Database,
  { by, at, ...adjustment }: Adjustment & { by: string; at: Date },
): Promise<Result<Proposed, AdjustmentRefusal>> {
  const { adjustmentId, billerId, amount, against, reason } = adjustment;
  if (amount === 0n) throw new RangeError('an adjustment of 0 rupiah adjusts nothing');
  const maker = userOf(by);
  const objection = await objectionToBiller(database, billerId);
  if (objection) return fail(objection);
  if (against === billerAccounts.float(billerId) || !(await isInChart(database, against)))
    return fail({ kind: 'account unknown', account: against });
  const known = await database.rows('SELECT 1 FROM journal WHERE subject_id = ?', [adjustmentId]);
  if (known.length > 0) {
    const isSame = await isSameJournal(database, journalOf(adjustment, at));
    return fail({ kind: isSame ? 'booked before' : 'reference used' });
  }
  return database.transaction((statements) =>
    putForward(statements, {
      kind: FLOAT_ADJUSTMENT,
      subject: adjustmentId,
      payload: { adjustmentId, billerId, amount: amount.toString(), against },
      by: maker,
      reason,
      at,
    }),
  );
}

/** Another person agrees, as it was shown: the float is put right, once. @throws NoUser. */
export async function approveAdjustment(
  books: Books & ApprovalTools,
  { approvalId, version, by, at }: { approvalId: string; version: string; by: string; at: Date },
): Promise<Result<Adjustment, ApprovedCommitRefusal>> {
  const done = await commitApproved(books, FLOAT_ADJUSTMENT, { approvalId, version, by, at }, (approval) =>
    unitOfJournalWithoutDeposit(journalOf(adjustmentOf(approval), at)),
  );
  return done.ok ? ok(adjustmentOf(done.value)) : done;
}

function adjustmentOf({ payload, reason }: Approval): Adjustment {
  const said = payload as Omit<Adjustment, 'amount' | 'reason'> & { amount: string };
  return { ...said, amount: rupiah(BigInt(said.amount)), reason };
}

function journalOf(adjustment: Adjustment, at: Date): JournalDraft {
  return floatAdjustmentJournal({ ...adjustment, businessDate: businessDateOf(at, JAKARTA_MIDNIGHT), at });
}
