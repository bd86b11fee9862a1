import { businessDateOf, fail, JAKARTA_MIDNIGHT, ok, type Result, type Rupiah } from '#lib/kernel';
import {
  billerAccounts,
  floatAdjustmentJournal,
  floatTopUpJournal,
  isSameJournal,
  unitOfJournalWithoutDeposit,
  type JournalDraft,
  type MoneyWriter,
} from '#lib/ledger';
import type { Statements } from '#lib/platform';
import { endAlert } from './alerts';

/** Why nothing was booked on a float. */
export type FloatRefusal =
  | { kind: 'not prefunded' }
  /** The account on the other side is not in the chart. */
  | { kind: 'account unknown'; account: string }
  /** This reference was used for another booking. */
  | { kind: 'reference used' }
  /** Too many wait to be written; nothing was tried. */
  | { kind: 'overloaded' };

/** How a booking is written and read back. */
export interface Books {
  writer: MoneyWriter;
  statements: Statements;
}

/**
 * Books money that we have paid a biller in advance, once for each reference, and ends its pause where the biller had
 * said that our float was empty.
 * @throws RangeError for an amount of 0 or less. @throws CommitUnknown as `MoneyWriter.commit`.
 */
export async function topUpFloat(
  { writer, statements }: Books,
  topUp: { reference: string; billerId: string; amount: Rupiah; at: Date },
): Promise<Result<{ isRepeat: boolean }, FloatRefusal>> {
  if (topUp.amount <= 0n) throw new RangeError(`a top-up of ${topUp.amount} rupiah is no top-up`);
  const { reference, billerId, at } = topUp;
  const journal = floatTopUpJournal({ ...topUp, businessDate: businessDateOf(at, JAKARTA_MIDNIGHT) });
  const booked = await book({ writer, statements }, billerId, journal);
  if (!booked.ok) return booked;
  await endAlert(statements, {
    billerId,
    kind: 'empty at biller',
    by: `top-up ${reference}`,
    at,
    raisedBefore: booked.value.isRepeat ? await bookedAt(statements, journal) : at,
  });
  return booked;
}

/**
 * Puts a float right, in either direction, by a journal that says why; once for each adjustment id.
 * @throws RangeError for an amount of 0 or without a reason. @throws CommitUnknown as `MoneyWriter.commit`.
 */
export async function adjustFloat(
  { writer, statements }: Books,
  adjustment: {
    adjustmentId: string;
    billerId: string;
    amount: Rupiah;
    against: string;
    reason: string;
    at: Date;
  },
): Promise<Result<{ isRepeat: boolean }, FloatRefusal>> {
  const { billerId, amount, against, reason, at } = adjustment;
  if (amount === 0n) throw new RangeError('an adjustment of 0 rupiah adjusts nothing');
  if (reason.trim() === '') throw new RangeError('an adjustment needs its reason');
  if (!(await isInChart(statements, against))) return fail({ kind: 'account unknown', account: against });
  const businessDate = businessDateOf(at, JAKARTA_MIDNIGHT);
  return book({ writer, statements }, billerId, floatAdjustmentJournal({ ...adjustment, businessDate }));
}

async function book(
  { writer, statements }: Books,
  billerId: string,
  journal: JournalDraft,
): Promise<Result<{ isRepeat: boolean }, FloatRefusal>> {
  const [prefunded] = await statements.rows('SELECT 1 FROM biller_float WHERE biller_id = ?', [billerId]);
  if (!prefunded) return fail({ kind: 'not prefunded' });
  const account = billerAccounts.float(billerId);
  if (!(await isInChart(statements, account))) return fail({ kind: 'account unknown', account });
  const result = await writer.commit(unitOfJournalWithoutDeposit(journal));
  switch (result.kind) {
    case 'committed':
      return ok({ isRepeat: false });
    case 'clash':
      return (await isSameJournal(statements, journal))
        ? ok({ isRepeat: true })
        : fail({ kind: 'reference used' });
    case 'overloaded':
      return fail(result);
    case 'insufficient':
    case 'stale':
      throw new Error(`booking ${journal.subjectId} moves no deposit and updates no row`);
  }
}

async function isInChart(statements: Statements, account: string): Promise<boolean> {
  return (await statements.rows('SELECT 1 FROM account WHERE account_id = ?', [account])).length > 0;
}

async function bookedAt(statements: Statements, { subjectId, kind, at }: JournalDraft): Promise<Date> {
  const [row] = await statements.rows<{ created_at: Date }>(
    'SELECT created_at FROM journal WHERE subject_id = ? AND kind = ?',
    [subjectId, kind],
  );
  return row?.created_at ?? at;
}
