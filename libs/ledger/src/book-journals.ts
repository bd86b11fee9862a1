import { rupiah, sum, ZERO, type BusinessDate, type Rupiah } from '#lib/kernel';
import {
  billerAccounts,
  channelAccounts,
  OWN_BANK,
  OWN_BANK_CHARGES,
  OWN_PPH_PREPAID,
  OWN_PPN_OUT,
  OWN_SUSPENSE,
} from './accounts';
import {
  balanced,
  credit,
  debit,
  NO_DEPOSIT,
  type BookKind,
  type JournalDraft,
  type JournalName,
  type Posting,
} from './journal-draft';

/** A journal that moves no deposit, entry by entry. */
export interface BookEntry {
  /** Unique among journals of its kind for ever. At most 40 characters. */
  subjectId: string;
  kind: BookKind | 'settlement';
  businessDate: BusinessDate;
  /** Debits positive, credits negative; they sum to 0 and none of them is 0. */
  postings: readonly Posting[];
  /** The outside's word for it; default: its subject. */
  reference?: string;
  about?: JournalName;
  reason?: string;
  at: Date;
}

/** Any journal that moves no deposit. @throws Error when its postings do not sum to 0 or touch a deposit. */
export function bookJournal({ reference, ...entry }: BookEntry): JournalDraft {
  const stray = entry.postings.find(({ accountId }) => /:(deposit|held)$/.test(accountId));
  if (stray) throw new Error(`the ${entry.kind} journal of ${entry.subjectId} moves ${stray.accountId}`);
  return balanced({ ...entry, ...NO_DEPOSIT, reference: reference ?? entry.subjectId });
}

/** What a journal is booked under: its subject, its day and its moment. */
type Booking = Pick<BookEntry, 'subjectId' | 'businessDate' | 'at'>;

/**
 * settlement of a source's day: each biller's clearing -> what is to be paid out to it. A negative amount goes back.
 * @param disputed what a biller is paid under its contract and we do not own up to: suspense -> payable.
 */
export function settlementJournal(
  booking: Booking,
  billers: readonly { billerId: string; amount: Rupiah; disputed?: Rupiah }[],
): JournalDraft {
  const postings = billers.flatMap(({ billerId, amount, disputed = ZERO }) => [
    debit(billerAccounts.clearing(billerId), amount),
    debit(billerAccounts.suspense(billerId), disputed),
    credit(billerAccounts.payable(billerId), sum([amount, disputed])),
  ]);
  return bookJournal({
    ...booking,
    kind: 'settlement',
    postings: postings.filter(({ amount }) => amount !== 0n),
  });
}

/**
 * settlement of a channel that pays after the day: what its sales took from its deposit, less the commission that it is
 * owed, becomes what it has to pay. A negative charge goes back.
 */
export function channelSettlementJournal(
  { subjectId, businessDate, at }: Booking,
  { channelId, charge, commission }: { channelId: string; charge: Rupiah; commission: Rupiah },
): JournalDraft {
  const postings = [
    debit(channelAccounts.receivable(channelId), rupiah(charge - commission)),
    debit(channelAccounts.commission(channelId), commission),
    credit(channelAccounts.deposit(channelId), charge),
  ].filter(({ amount }) => amount !== 0n);
  return balanced({
    subjectId,
    kind: 'settlement',
    businessDate,
    channelId,
    postedChange: charge,
    heldChange: ZERO,
    postings,
    reference: subjectId,
    at,
  });
}

/** payout: what we owe on an account (a biller's payable, a channel's commission) -> our bank. */
export function payoutJournal(
  booking: Booking,
  { accountId, amount }: { accountId: string; amount: Rupiah },
): JournalDraft {
  return bookJournal({
    ...booking,
    kind: 'payout',
    postings: [debit(accountId, amount), credit(OWN_BANK, amount)],
  });
}

/** collection: our bank <- what a channel that pays after the day has owed. */
export function collectionJournal(
  booking: Booking,
  { channelId, amount }: { channelId: string; amount: Rupiah },
): JournalDraft {
  return bookJournal({
    ...booking,
    kind: 'collection',
    postings: [debit(OWN_BANK, amount), credit(channelAccounts.receivable(channelId), amount)],
  });
}

/** bank_charge: what our bank takes for itself. */
export function bankChargeJournal(booking: Booking, amount: Rupiah): JournalDraft {
  return bookJournal({
    ...booking,
    kind: 'bank_charge',
    postings: [debit(OWN_BANK_CHARGES, amount), credit(OWN_BANK, amount)],
  });
}

/** bank_unnamed: money that came to our bank and that nobody can name yet; negative: that left it. */
export function bankUnnamedJournal(booking: Booking, amount: Rupiah): JournalDraft {
  return bookJournal({
    ...booking,
    kind: 'bank_unnamed',
    postings: [debit(OWN_BANK, amount), credit(OWN_SUSPENSE, amount)],
  });
}

/**
 * bank_named: people say what a line of the bank is that was booked as `bank_unnamed`; what it is stands as a journal of
 * its own beside it. @param amount as it was booked: into our account positive.
 */
export function bankNamedJournal(
  booking: Booking,
  amount: Rupiah,
  { about, reason }: { about: JournalName; reason: string },
): JournalDraft {
  return bookJournal({
    ...booking,
    kind: 'bank_named',
    postings: [debit(OWN_SUSPENSE, amount), credit(OWN_BANK, amount)],
    about,
    reason,
  });
}

/**
 * tax: PPN on our fee, borne by the account that pays it (`own:fee-income` where the fee was quoted with PPN inside), and
 * the PPh that the payer has withheld and shown a slip for.
 */
export function taxJournal(
  booking: Booking,
  { payer, ppn, pphWithheld }: { payer: string; ppn: Rupiah; pphWithheld: Rupiah },
): JournalDraft {
  const postings = [
    debit(OWN_PPH_PREPAID, pphWithheld),
    debit(payer, rupiah(ppn - pphWithheld)),
    credit(OWN_PPN_OUT, ppn),
  ].filter(({ amount }) => amount !== 0n);
  return bookJournal({ ...booking, kind: 'tax', postings });
}
