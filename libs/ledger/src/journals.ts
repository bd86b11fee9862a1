import { hash } from 'node:crypto';
import { rupiah, sum, ZERO, type BusinessDate, type Rupiah } from '#lib/kernel';
import {
  billerAccounts,
  channelAccounts,
  OWN_BANK,
  OWN_BANK_CHARGES,
  OWN_FEE_INCOME,
  OWN_LOSS,
  OWN_PPH_PREPAID,
  OWN_PPN_OUT,
  OWN_SUSPENSE,
} from './accounts';

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

/** What a payment moves, frozen when its offer was made. */
export interface PaymentMoney {
  paymentId: string;
  channelId: string;
  billerId: string;
  reference: string;
  businessDate: BusinessDate;
  /** Bills and penalties, the biller's. */
  amount: Rupiah;
  /** Parts of the admin fee; what is left of it is ours. */
  adminFee: Rupiah;
  billerFee: Rupiah;
  commission: Rupiah;
  /** What the deposit loses: total - commission where commission is immediate, total where it is settled. */
  charge: Rupiah;
  /** Whether the biller takes its bills out of what we have paid it in advance. */
  drawsFloat: boolean;
}

/** hold: deposit -> held. */
export function holdJournal(money: PaymentMoney, at: Date): JournalDraft {
  const { channelId, charge } = money;
  return journal(money, 'hold', at, ZERO, charge, [
    debit(channelAccounts.deposit(channelId), charge),
    credit(channelAccounts.held(channelId), charge),
  ]);
}

/**
 * capture: held -> biller clearing + our fee (+ commission payable where it is settled later). Where the biller is
 * prefunded the bills come out of its float, and only its part of the fee waits in clearing.
 */
export function captureJournal(money: PaymentMoney, at: Date): JournalDraft {
  const { channelId, charge } = money;
  return journal(money, 'capture', at, negative(charge), negative(charge), [
    debit(channelAccounts.held(channelId), charge),
    ...sharesOf(money).map(({ accountId, amount }) => credit(accountId, amount)),
  ]);
}

/** void: held -> deposit, nothing was paid. */
export function voidJournal(money: PaymentMoney, at: Date): JournalDraft {
  const { channelId, charge } = money;
  return journal(money, 'void', at, ZERO, negative(charge), [
    debit(channelAccounts.held(channelId), charge),
    credit(channelAccounts.deposit(channelId), charge),
  ]);
}

/**
 * reversal: the capture backwards, principal and every fee share, into the deposit.
 * @param businessDate the day it happens on, which may be later than the payment's.
 */
export function reversalJournal(money: PaymentMoney, businessDate: BusinessDate, at: Date): JournalDraft {
  const { channelId, charge } = money;
  return journal({ ...money, businessDate }, 'reversal', at, charge, ZERO, [
    ...sharesOf(money).map(({ accountId, amount }) => debit(accountId, amount)),
    credit(channelAccounts.deposit(channelId), charge),
  ]);
}

/** Money that is given back for a paid payment without the biller's undoing it. */
export interface RefundMoney {
  /** Unique among refunds for ever. */
  refundId: string;
  /** Positive; all refunds of a payment together at most its charge. */
  amount: Rupiah;
  /** Who pays for it: the biller, by what is not yet settled with it, or we. */
  borneBy: 'biller' | 'us';
  reason: string;
  businessDate: BusinessDate;
  at: Date;
}

/** refund: biller clearing, its float, or our loss -> deposit; it names the capture whose money it gives back. */
export function refundJournal(money: PaymentMoney, refund: RefundMoney): JournalDraft {
  const { refundId, amount, borneBy, reason, businessDate, at } = refund;
  const payer = borneBy === 'biller' ? accountOfBills(money) : OWN_LOSS;
  return balanced({
    subjectId: refundId,
    kind: 'refund',
    businessDate,
    channelId: money.channelId,
    postedChange: amount,
    heldChange: ZERO,
    postings: [debit(payer, amount), credit(channelAccounts.deposit(money.channelId), amount)],
    reference: money.reference,
    at,
    about: { subjectId: money.paymentId, kind: 'capture' },
    reason,
  });
}

/** A deposit put right by people. */
export interface Adjustment {
  /** Unique among adjustments for ever. */
  adjustmentId: string;
  channelId: string;
  /** Positive into the deposit, negative out of it, never 0. */
  amount: Rupiah;
  /** The account on the other side, for example `own:bank` where a transfer was booked wrongly. */
  against: string;
  /** What the deposit lacks of a negative amount: the channel owes it from then on. */
  owed?: Rupiah;
  /** The journal it puts right, where it is one. */
  about?: JournalName;
  reason: string;
  businessDate: BusinessDate;
  at: Date;
}

/** adjustment: another account -> deposit, or back; what the deposit lacks becomes the channel's debt. */
export function adjustmentJournal(adjustment: Adjustment): JournalDraft {
  const {
    adjustmentId,
    channelId,
    amount,
    against,
    owed = ZERO,
    about,
    reason,
    businessDate,
    at,
  } = adjustment;
  const moved = sum([amount, owed]);
  const postings = [
    debit(against, amount),
    credit(channelAccounts.deposit(channelId), moved),
    debit(channelAccounts.receivable(channelId), owed),
  ];
  return balanced({
    subjectId: adjustmentId,
    kind: 'adjustment',
    businessDate,
    channelId,
    postedChange: moved,
    heldChange: ZERO,
    postings: postings.filter((one) => one.amount !== 0n),
    reference: adjustmentId,
    at,
    ...(about ? { about } : {}),
    reason,
  });
}

/** top-up: our bank -> deposit. */
export function topUpJournal(topUp: {
  topUpId: string;
  channelId: string;
  amount: Rupiah;
  businessDate: BusinessDate;
  at: Date;
}): JournalDraft {
  const { topUpId, channelId, amount, businessDate, at } = topUp;
  const postings = [debit(OWN_BANK, amount), credit(channelAccounts.deposit(channelId), amount)];
  return balanced({
    subjectId: topUpId,
    kind: 'top_up',
    businessDate,
    channelId,
    postedChange: amount,
    heldChange: ZERO,
    postings,
    reference: topUpId,
    at,
  });
}

/** Money that we have paid a biller in advance, so that it sells to us against it. */
export interface FloatTopUp {
  /** Our bank's word for the transfer; unique among float top-ups for ever. At most 40 characters. */
  reference: string;
  billerId: string;
  amount: Rupiah;
  businessDate: BusinessDate;
  at: Date;
}

/** float_top_up: our bank -> the biller's float. */
export function floatTopUpJournal({
  reference,
  billerId,
  amount,
  businessDate,
  at,
}: FloatTopUp): JournalDraft {
  return balanced({
    subjectId: reference,
    kind: 'float_top_up',
    businessDate,
    ...NO_DEPOSIT,
    postings: [debit(billerAccounts.float(billerId), amount), credit(OWN_BANK, amount)],
    reference,
    at,
  });
}

/** A float put right by people, where the biller's own balance shows that our book is wrong. */
export interface FloatAdjustment {
  /** Unique among float adjustments for ever. At most 40 characters. */
  adjustmentId: string;
  billerId: string;
  /** Positive into the float, negative out of it, never 0. */
  amount: Rupiah;
  /** The account on the other side, for example `own:loss` for a fee that the biller took. */
  against: string;
  reason: string;
  businessDate: BusinessDate;
  at: Date;
}

/** float_adjustment: another account -> float, or back. */
export function floatAdjustmentJournal(adjustment: FloatAdjustment): JournalDraft {
  const { adjustmentId, billerId, amount, against, reason, businessDate, at } = adjustment;
  return balanced({
    subjectId: adjustmentId,
    kind: 'float_adjustment',
    businessDate,
    ...NO_DEPOSIT,
    postings: [debit(billerAccounts.float(billerId), amount), credit(against, amount)],
    reference: adjustmentId,
    at,
    reason,
  });
}

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

/** What a journal says that is between us and a biller alone. */
const NO_DEPOSIT = { channelId: '', postedChange: ZERO, heldChange: ZERO };

/** Out of which account a biller gets the bills that are paid. */
function accountOfBills({ billerId, drawsFloat }: PaymentMoney): string {
  return drawsFloat ? billerAccounts.float(billerId) : billerAccounts.clearing(billerId);
}

/** Who receives what of a paid charge. */
function sharesOf(money: PaymentMoney): Posting[] {
  const { channelId, billerId, amount, adminFee, billerFee, commission, charge, drawsFloat } = money;
  const isSettledLater = charge === amount + adminFee;
  const ofBiller = drawsFloat
    ? [
        { accountId: billerAccounts.float(billerId), amount },
        { accountId: billerAccounts.clearing(billerId), amount: billerFee },
      ]
    : [{ accountId: billerAccounts.clearing(billerId), amount: sum([amount, billerFee]) }];
  return [
    ...ofBiller,
    { accountId: OWN_FEE_INCOME, amount: rupiah(adminFee - billerFee - commission) },
    { accountId: channelAccounts.commission(channelId), amount: isSettledLater ? commission : ZERO },
  ].filter((share) => share.amount !== 0n);
}

function journal(
  money: PaymentMoney,
  kind: JournalKind,
  at: Date,
  postedChange: Rupiah,
  heldChange: Rupiah,
  postings: Posting[],
): JournalDraft {
  const { paymentId, businessDate, channelId, reference } = money;
  return balanced({
    subjectId: paymentId,
    kind,
    businessDate,
    channelId,
    postedChange,
    heldChange,
    postings,
    reference,
    at,
  });
}

function balanced(draft: JournalDraft): JournalDraft {
  const rest = sum(draft.postings.map(({ amount }) => amount));
  if (rest !== 0n)
    throw new Error(
      `the ${draft.kind} journal of ${draft.subjectId} does not balance: ${rest} rupiah are left over`,
    );
  return draft;
}

function debit(accountId: string, amount: Rupiah): Posting {
  return { accountId, amount };
}

function credit(accountId: string, amount: Rupiah): Posting {
  return { accountId, amount: negative(amount) };
}

function negative(amount: Rupiah): Rupiah {
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
