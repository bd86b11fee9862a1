import { isPrefunded } from '#lib/catalog';
import { businessDateOf, fail, JAKARTA_MIDNIGHT, ok, type Result, type Rupiah } from '#lib/kernel';
import {
  billerAccounts,
  floatTopUpJournal,
  isSameJournal,
  sameJournalSince,
  unitOfJournalWithoutDeposit,
  type Books,
  type JournalDraft,
} from '#lib/ledger';
import type { Statements } from '#lib/platform';
import { endAlert } from './alerts';

/** Why nothing was booked on a float. */
export type FloatRefusal =
  | { kind: 'not prefunded' }
  /** It is not in the chart. */
  | { kind: 'account unknown'; account: string }
  /** This reference was used for another booking. */
  | { kind: 'reference used' }
  /** Too many wait to be written; nothing was tried. */
  | { kind: 'overloaded' };

/**
 * Books money that a biller has had from us in advance, once for each reference, and ends its pause where the biller had
 * said that our float was empty: what an installation begins with. Later ones are announced, by two people.
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
    raisedBefore: (await sameJournalSince(statements, journal)) ?? at,
  });
  return booked;
}

async function book(
  { writer, statements }: Books,
  billerId: string,
  journal: JournalDraft,
): Promise<Result<{ isRepeat: boolean }, FloatRefusal>> {
  const objection = await objectionToBiller(statements, billerId);
  if (objection) return fail(objection);
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

/** Why nothing can be booked on the float of a biller; undefined: it can. */
export async function objectionToBiller(
  statements: Statements,
  billerId: string,
): Promise<Exclude<FloatRefusal, { kind: 'overloaded' | 'reference used' }> | undefined> {
  if (!(await isPrefunded(statements, billerId))) return { kind: 'not prefunded' };
  const account = billerAccounts.float(billerId);
  return (await isInChart(statements, account)) ? undefined : { kind: 'account unknown', account };
}

/** Whether an account is in the chart. */
export async function isInChart(statements: Statements, account: string): Promise<boolean> {
  return (await statements.rows('SELECT 1 FROM account WHERE account_id = ?', [account])).length > 0;
}
