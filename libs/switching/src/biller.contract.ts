import type { BusinessDate, Refusal, ResponseCode, Result, Rupiah } from '#lib/kernel';
import type { LaneLimits } from './advice.limits';

/** What the switch asks a biller about. */
export interface BillerInquiry {
  /** The biller's own word for the product. */
  product: string;
  customerNumber: string;
  /** The customer's choice, for products where the bill has none. */
  amount: Rupiah | undefined;
  /** How many of the oldest bills are asked for, where the biller wants to know; all of them where left out. */
  billCount?: number | undefined;
  /** How many months are bought, where the product is sold by the month. */
  months?: number | undefined;
  /** The tax year, where a bill is one of a year. */
  year?: number | undefined;
  /** Further inputs by the product's own names for them, such as an identity number. */
  extra?: Readonly<Record<string, string>> | undefined;
  /** Ours, for tracing; means nothing to the payment. */
  trace: string;
}

/** One unpaid period. `amount` is without its `penalty`. */
export interface BillLine {
  period: string;
  amount: Rupiah;
  penalty: Rupiah;
  details: Readonly<Record<string, string>>;
}

/** What is owed, as the biller says it: amounts and penalties are its own, never computed here. */
export interface Bill {
  customerName: string;
  /** Oldest first; empty where the customer chooses the amount. */
  lines: readonly BillLine[];
  /** All unpaid periods, also those the biller did not send. */
  outstanding: number;
  details: Readonly<Record<string, string>>;
  /** What the biller wants to see again in the payment. */
  echo: Readonly<Record<string, string>>;
  /** How long the biller keeps to it, where it says so. */
  validSeconds: number | undefined;
  /** What may be paid of it at least and at most, where the customer chooses within the biller's bounds. */
  payable?: { minimum: Rupiah; maximum: Rupiah } | undefined;
}

/** One attempt at a biller, under one reference. Everything in it is durable before it is sent. */
export interface BillerLeg {
  /** What the biller knows the payment by; repeated unchanged in every advice. */
  reference: string;
  product: string;
  customerNumber: string;
  /** Without our fees. */
  amount: Rupiah;
  billCount: number;
  /** What the inquiry was asked with beyond that, as in `BillerInquiry`. */
  months?: number | undefined;
  year?: number | undefined;
  extra?: Readonly<Record<string, string>> | undefined;
  echo: Readonly<Record<string, string>>;
  /** The business date under which the biller's settlement file must list it. */
  settlementDate: BusinessDate;
  sentAt: Date;
}

/** What the biller said or did, masked, for people who have to explain it later. */
export type Evidence = Readonly<Record<string, string | number | null>>;

/**
 * How a payment ended at the biller. `approved` and `declined` are the biller's explicit word; `not sent` is proof
 * that no byte left; everything else is `unknown`.
 */
export type PaymentOutcome =
  | {
      kind: 'approved';
      billerReference: string;
      amount: Rupiah;
      receipt: Readonly<Record<string, string>>;
      evidence: Evidence;
    }
  | {
      kind: 'declined';
      code: ResponseCode;
      /** It says that what we have paid it in advance is used up. */
      isFloatEmpty?: true;
      evidence: Evidence;
    }
  | { kind: 'not sent'; evidence: Evidence }
  | { kind: 'unknown'; evidence: Evidence };

/** An advice may also find no such payment; that is a "no" only once the biller's quiet time is over. */
export type AdviceOutcome =
  Exclude<PaymentOutcome, { kind: 'not sent' }> | { kind: 'no such payment'; evidence: Evidence };

/** An order to undo a payment. Everything in it is durable before it is sent. */
export interface BillerReversal {
  /** What the biller knows the reversal by; repeated unchanged until it is acknowledged. */
  reference: string;
  /** The payment it undoes, as it was sent. */
  leg: BillerLeg;
  /** The biller's own word for the payment, where it has told us. */
  billerReference: string | null;
}

/**
 * What came of a reversal. Only `accepted`, the biller's explicit word, proves that the payment is undone; `refused` is
 * its explicit word too, and what it refuses now it may accept later.
 */
export type ReversalOutcome =
  | { kind: 'accepted'; evidence: Evidence }
  | { kind: 'refused'; evidence: Evidence }
  | { kind: 'not sent'; evidence: Evidence }
  | { kind: 'unknown'; evidence: Evidence };

/** An order to use one serial for one document. Everything in it is durable before it is sent. */
export interface StampOrder {
  serial: string;
  /** The document's order, as the biller knows it; repeated unchanged until it is known how it ended. */
  reference: string;
  /** SHA-256 of the document, hex. */
  documentHash: string;
}

/** What came of an order to stamp. */
export type StampOutcome =
  | { kind: 'stamped'; stampedAt: Date; evidence: Evidence }
  /** The serial stays unused, as far as this order goes. */
  | { kind: 'refused'; evidence: Evidence }
  | { kind: 'unknown'; evidence: Evidence };

/** What the switch asks of every biller. A connector translates; it holds no state and no money. */
export interface BillerConnector {
  /** How long each call may take, and how long "no such payment" proves nothing. */
  readonly patience: { inquiryMs: number; paymentMs: number; adviceMs: number; quietMs: number };

  /** How much advice the biller bears, where it has agreed on other bounds than all have by default. */
  readonly adviceLane?: Partial<LaneLimits> | undefined;

  /** Reads the bill. Safe to repeat. */
  inquire(question: BillerInquiry, deadline: Date): Promise<Result<Bill, Refusal>>;

  /**
   * Pays the bill once. `approved` and `declined` need the biller's explicit word; `not sent` needs proof
   * that no byte left; a timeout, a broken link or an unreadable answer is `unknown`, never `declined`.
   */
  pay(leg: BillerLeg, deadline: Date): Promise<PaymentOutcome>;

  /** Asks what became of a payment already sent. Safe to repeat; must never pay again. */
  advise(leg: BillerLeg, deadline: Date): Promise<AdviceOutcome>;

  /** Undoes a payment where the biller allows it; repeats keep the reversal's reference. Takes `paymentMs` at most. */
  reverse?(reversal: BillerReversal, deadline: Date): Promise<ReversalOutcome>;

  /** Reads what is left of what we have paid in advance, as the biller counts it. Takes `inquiryMs` at most. */
  balance?(deadline: Date): Promise<Result<Rupiah, Refusal>>;

  /**
   * Binds a serial that was bought to one document. Safe to repeat with the same order: it has no second effect.
   * `stamped` and `refused` are the biller's explicit word; whatever else happens is `unknown`. Takes `paymentMs` at most.
   */
  stamp?(order: StampOrder, deadline: Date): Promise<StampOutcome>;

  /** Whether the biller's protocol demands that what stays unknown is reversed; only beside `reverse`. */
  readonly reversesUnknown?: boolean;
}

/** Finds a biller's connector. Declared here, so that switching knows no biller. */
export abstract class Billers {
  /** @throws Error when no connector is configured under this id; start-up checks that none is missing. */
  abstract connector(billerId: string): BillerConnector;
}

/**
 * Tells which day's settlement file of a source must list a payment made now.
 * It throws for a source without a format; start-up checks that none is missing.
 */
export type SourceCalendar = (source: string, at: Date) => BusinessDate;

/** Tells the last instant of a source's business date. It answers for every source, also one that is gone. */
export type SourceDayEnd = (source: string, date: BusinessDate) => Date;
