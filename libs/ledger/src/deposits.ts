import { fail, ok, rupiah, type BusinessDate, type Result, type Rupiah } from '#lib/kernel';
import type { Statements } from '#lib/platform';
import { contentHash, type DepositJournalKind, type JournalDraft } from './journal-draft';
import { adjustmentJournal, topUpJournal, type Adjustment } from './journals';
import { unitOfJournal } from './journal-unit';
import type { CommitResult, MoneyWriter } from './money-writer';

/** What a channel may spend: available = posted - held + limit. */
export interface DepositBalance {
  posted: Rupiah;
  held: Rupiah;
  limit: Rupiah;
  available: Rupiah;
}

/** One change of a deposit's posted balance; holds do not appear. */
export interface Mutation {
  /** Place in the deposit's commit order. */
  seq: bigint;
  at: Date;
  businessDate: BusinessDate;
  kind: DepositJournalKind;
  subjectId: string;
  /** What the journal it gives back or puts right is about. */
  aboutSubjectId: string | null;
  reference: string;
  amount: Rupiah;
  balanceAfter: Rupiah;
}

/** The balances of every deposit, by channel. */
export async function listDeposits(
  statements: Statements,
): Promise<(DepositBalance & { channelId: string })[]> {
  const rows = await statements.rows<DepositRow & { channel_id: string }>(
    'SELECT channel_id, posted, held, credit_limit FROM deposit ORDER BY channel_id',
  );
  return rows.map((row) => ({ channelId: row.channel_id, ...balanceOf(row) }));
}

interface DepositRow {
  posted: string;
  held: string;
  credit_limit: string;
}

function balanceOf(row: DepositRow): DepositBalance {
  const [posted, held, limit] = [BigInt(row.posted), BigInt(row.held), BigInt(row.credit_limit)];
  return {
    posted: rupiah(posted),
    held: rupiah(held),
    limit: rupiah(limit),
    available: rupiah(posted - held + limit),
  };
}

/** Reads a channel's balance. @throws Error when the channel has no deposit. */
export async function depositBalance(statements: Statements, channelId: string): Promise<DepositBalance> {
  const [row] = await statements.rows<DepositRow>(
    'SELECT posted, held, credit_limit FROM deposit WHERE channel_id = ?',
    [channelId],
  );
  if (!row) throw new Error(`channel ${channelId} has no deposit`);
  return balanceOf(row);
}

/** Reads a page of mutations of business dates from..to, inclusive, oldest first, after the given place. */
export async function depositMutations(
  statements: Statements,
  query: { channelId: string; from: BusinessDate; to: BusinessDate; afterSeq: bigint; rowsMax: number },
): Promise<Mutation[]> {
  const rows = await statements.rows<{
    deposit_seq: string;
    created_at: Date;
    business_date: string;
    kind: DepositJournalKind;
    subject_id: string;
    about_subject_id: string | null;
    reference: Buffer;
    posted_change: string;
    posted_after: string;
  }>(
    'SELECT deposit_seq, created_at, business_date, kind, subject_id, about_subject_id, reference, posted_change, ' +
      'posted_after FROM journal WHERE channel_id = ? AND deposit_seq > ? AND business_date BETWEEN ? AND ? ' +
      'AND posted_change <> 0 ORDER BY deposit_seq LIMIT ?',
    [query.channelId, query.afterSeq, query.from, query.to, query.rowsMax],
  );
  return rows.map((row) => ({
    seq: BigInt(row.deposit_seq),
    at: row.created_at,
    businessDate: row.business_date,
    kind: row.kind,
    subjectId: row.subject_id,
    aboutSubjectId: row.about_subject_id,
    reference: row.reference.toString(),
    amount: rupiah(BigInt(row.posted_change)),
    balanceAfter: rupiah(BigInt(row.posted_after)),
  }));
}

/** Books money that a channel has paid into our bank. The same top-up id a second time is a `clash` and no effect. */
export async function topUpDeposit(
  writer: MoneyWriter,
  topUp: { topUpId: string; channelId: string; amount: Rupiah; businessDate: BusinessDate; at: Date },
): Promise<CommitResult> {
  if (topUp.amount <= 0n) throw new RangeError(`a top-up of ${topUp.amount} rupiah is no top-up`);
  return writer.commit(unitOfJournal(topUpJournal(topUp)));
}

/** Why a deposit was not adjusted. */
export type AdjustmentRefusal =
  /** This adjustment id was used for another adjustment. */
  | { kind: 'id used' }
  /** The account on the other side, or the journal it names, does not exist. */
  | { kind: 'unknown'; what: string }
  /** The deposit does not cover what is to be taken out of it. */
  | { kind: 'insufficient'; available: Rupiah }
  /** Too many wait to be written; nothing was tried. */
  | { kind: 'overloaded' };

/**
 * Puts a deposit right, in either direction, by a new journal that says why. The same adjustment again has no further
 * effect.
 * @throws RangeError for an amount of 0 or without a reason. @throws CommitUnknown as `MoneyWriter.commit`.
 */
export async function adjustDeposit(
  writer: MoneyWriter,
  statements: Statements,
  adjustment: Adjustment,
): Promise<Result<{ isRepeat: boolean }, AdjustmentRefusal>> {
  const { amount, reason, against, about } = adjustment;
  if (amount === 0n) throw new RangeError('an adjustment of 0 rupiah adjusts nothing');
  if (reason.trim() === '') throw new RangeError('an adjustment needs its reason');
  const [account] = await statements.rows('SELECT 1 FROM account WHERE account_id = ?', [against]);
  if (!account) return fail({ kind: 'unknown', what: against });
  if (about) {
    const { subjectId, kind } = about;
    const named = await statements.rows('SELECT 1 FROM journal WHERE subject_id = ? AND kind = ?', [
      subjectId,
      kind,
    ]);
    if (named.length === 0) return fail({ kind: 'unknown', what: `the ${kind} journal of ${subjectId}` });
  }
  const journal = adjustmentJournal(adjustment);
  const result = await writer.commit(unitOfJournal(journal));
  switch (result.kind) {
    case 'committed':
      return ok({ isRepeat: false });
    case 'clash': {
      const isSame = await isSameJournal(statements, journal);
      return isSame ? ok({ isRepeat: true }) : fail({ kind: 'id used' });
    }
    case 'insufficient':
      return fail(result);
    case 'overloaded':
      return fail(result);
    case 'stale':
      throw new Error(`adjusting by ${journal.subjectId} found its rows changed, and it updates none`);
  }
}

/** Whether the journal that stands under a draft's key moved the same money for the same reason, at whatever time. */
export async function isSameJournal(statements: Statements, draft: JournalDraft): Promise<boolean> {
  return (await sameJournalSince(statements, draft)) !== undefined;
}

/** Since when the same journal stands under a draft's key; undefined: none does, or it moved something else. */
export async function sameJournalSince(
  statements: Statements,
  draft: JournalDraft,
): Promise<Date | undefined> {
  const [row] = await statements.rows<{
    business_date: BusinessDate;
    created_at: Date;
    content_hash: Buffer;
  }>('SELECT business_date, created_at, content_hash FROM journal WHERE subject_id = ? AND kind = ?', [
    draft.subjectId,
    draft.kind,
  ]);
  if (!row) return undefined;
  const asItStands = { ...draft, businessDate: row.business_date, at: row.created_at };
  return contentHash(asItStands).equals(row.content_hash) ? row.created_at : undefined;
}
