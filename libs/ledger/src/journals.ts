import { rupiah, sum, ZERO, type BusinessDate, type Rupiah } from '#lib/kernel';
import { billerAccounts, channelAccounts, OWN_BANK, OWN_FEE_INCOME, OWN_LOSS } from './accounts';
import {
  balanced,
  credit,
  debit,
  negative,
  NO_DEPOSIT,
  type JournalDraft,
  type JournalKind,
  type JournalName,
  type Posting,
} from './journal-draft';

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
