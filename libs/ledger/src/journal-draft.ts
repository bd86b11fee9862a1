import { hash } from 'node:crypto';
import { rupiah, sum, ZERO, type BusinessDate, type Rupiah } from '#lib/kernel';
import { isMovedBy } from './accounts';

/** Why money moved. One journal of each kind per subject, by key. */
export type JournalKind =
  | 'hold'
  | 'capture'
  | 'void'
  | 'reversal'
  | 'refund'
  | 'top_up'
  | 'adjustment'
  | 'float_top_up'
  | 'float_adjustment'
  | 'settlement'
  | BookKind;

/** The kinds that move no channel's deposit and are made entry by entry. */
export type BookKind =
  | 'payout'
  | 'break_adjustment'
  | 'write_off'
  | 'rounding'
  | 'bank_charge'
  | 'bank_unnamed'
  | 'bank_named'
  | 'collection'
  | 'tax';

/** The kinds that move a channel's deposit. */
export type DepositJournalKind = Exclude<JournalKind, 'float_top_up' | 'float_adjustment' | BookKind>;

/** A journal by its key. */
export interface JournalName {
  subjectId: string;
  kind: JournalKind;
}

/** One line of a journal: debit positive, credit negative. */
export interface Posting {
  accountId: string;
  amount: Rupiah;
}

/** A journal ready to be written: its postings sum to 0. */
export interface JournalDraft {
  /** What it is about: a Payment ID, or the reference of a top-up, refund or adjustment. */
  subjectId: string;
  kind: JournalKind;
  businessDate: BusinessDate;
  /** Whose deposit it moves; empty where it moves none. */
  channelId: string;
  /** Changes of the channel's deposit; what is available is posted - held + limit. */
  postedChange: Rupiah;
  heldChange: Rupiah;
  postings: readonly Posting[];
  /** The outside's word for it. */
  reference: string;
  at: Date;
  /** The journal that this one gives back or puts right. */
  about?: JournalName;
  /** Why people ordered it. */
  reason?: string;
}

/** What a journal says that is between us and a biller alone. */
export const NO_DEPOSIT = { channelId: '', postedChange: ZERO, heldChange: ZERO };

/**
 * A journal as it was made. @throws Error when its postings do not sum to 0, or when it moves a deposit and another
 * channel's account or what is to be paid out to a biller: sums of those are not looked for in a channel's journals.
 */
export function balanced(draft: JournalDraft): JournalDraft {
  const { channelId, postings } = draft;
  const stray = postings.find(({ accountId }) => channelId !== '' && !isMovedBy(accountId, channelId));
  if (stray)
    throw new Error(
      `the ${draft.kind} journal of ${draft.subjectId} moves the deposit of ${channelId} and ${stray.accountId}`,
    );
  const rest = sum(postings.map(({ amount }) => amount));
  if (rest !== 0n)
    throw new Error(
      `the ${draft.kind} journal of ${draft.subjectId} does not balance: ${rest} rupiah are left over`,
    );
  return draft;
}

/** A line that debits an account. */
export function debit(accountId: string, amount: Rupiah): Posting {
  return { accountId, amount };
}

/** A line that credits an account. */
export function credit(accountId: string, amount: Rupiah): Posting {
  return { accountId, amount: negative(amount) };
}

/** The same amount the other way. */
export function negative(amount: Rupiah): Rupiah {
  return rupiah(-amount);
}

/** SHA-256 over a journal and its postings: whoever edits a row by hand breaks it. */
export function contentHash(draft: JournalDraft): Buffer {
  const { subjectId, kind, businessDate, channelId, postedChange, heldChange, postings, at } = draft;
  const head = [subjectId, kind, businessDate, channelId, postedChange, heldChange, at.toISOString()].join(
    '|',
  );
  const lines = postings.map(({ accountId, amount }, index) => `${index + 1}|${accountId}|${amount}`);
  const { about, reason } = draft;
  const why = about || reason !== undefined ? [JSON.stringify([about?.subjectId, about?.kind, reason])] : [];
  return hash('sha256', [head, ...lines, ...why].join('\n'), 'buffer');
}
