import { setTimeout as sleep } from 'node:timers/promises';

import { Clock } from '#lib/kernel';

import { jakartaDate, jakartaTimestamp } from '../jakarta';
import {
  bookKey,
  type PaidEntry,
  type PaymentBook,
  type PaymentEntry,
  type PaymentOrder,
  type RefusedEntry,
  type ReversedEntry,
} from '../truth/payment-book';
import { customerSeed, type Biller } from './biller';
import type { CodeTold } from './codes';
import { type Ending, endingOf, paymentDelayMs } from './endings';
import type { Floats } from './floats';
import { type Inputs, type Offer, Offers } from './offers';
import type { Product } from './product';
import type { Details } from './trades/trade';

/** The ways an answer goes astray. */
export type Astray = 'silence' | 'reset' | 'error' | 'garbage';

/** What reaches the caller: an answer, or something else in its place. */
export type Reaction<Answer> = { readonly how: 'answer'; readonly answer: Answer } | { readonly how: Astray };

export type InquiryAnswer = { readonly code: 'OK'; readonly offer: Offer } | { readonly code: Refusal };
type Refusal = Exclude<CodeTold, 'OK'>;

/** `paid` carries the payment as booked; `amountTold` differs from it only where the ending says so. */
export type PaymentAnswer =
  | {
      readonly code: 'OK';
      readonly paid: PaidEntry;
      readonly amountTold: bigint;
      readonly receipt: Details;
      readonly offer: Offer;
    }
  | { readonly code: Refusal };

/** An order to give a payment back. */
export type ReversalOrder = {
  readonly reversalReference: string;
  readonly legReference: string;
  readonly customerNumber: string;
  /** Rupiah in digits. */
  readonly amount: string;
};

export type ReversalAnswer =
  { readonly code: 'OK'; readonly reversed: ReversedEntry } | { readonly code: Refusal };

/** How far the amount of ending 1013 is off the truth, in rupiah. */
const OTHER_AMOUNT_OFFSET = 1_000n;

/** The rules every simulated biller keeps: it shows what is owed, books a payment once, and tells the truth later. */
export class BillerDesk {
  /** Orders that are under way and not booked yet, by book key. */
  private readonly travelling = new Map<string, PaymentOrder>();
  /** Reversals whose first request or answer was lost, by book key. */
  private readonly lostOnce = new Set<string>();
  private readonly offers = new Offers();

  constructor(
    private readonly book: PaymentBook,
    private readonly floats: Floats,
    private readonly clock: Clock,
  ) {}

  /** Shows what a customer owes. */
  inquire(biller: Biller, product: Product, customerNumber: string, inputs: Inputs): Reaction<InquiryAnswer> {
    const { inquiry } = endingOf(customerNumber);
    if (inquiry === 'silence' || inquiry === 'error') return { how: inquiry };
    if (inquiry === 'customer unknown') return answer({ code: 'CUSTOMER_UNKNOWN' });
    if (inquiry === 'already paid') return answer({ code: 'ALREADY_PAID' });
    const offer = this.offers.of(biller, product, customerNumber, inputs, this.clock.now());
    return answer({ code: 'OK', offer: this.withUnsold(biller, product, customerNumber, offer) });
  }

  /** Decides about a payment, books it, and only then reacts. The same order again finds the first decision. */
  async pay(biller: Biller, product: Product, order: PaymentOrder): Promise<Reaction<PaymentAnswer>> {
    const key = bookKey(biller.id, order.legReference);
    const ending = endingOf(order.customerNumber);

    const decided = this.book.find(biller.id, order.legReference);
    const underWay = this.travelling.get(key);
    const earlier = decided ?? underWay;
    if (earlier && !isSameOrder(earlier, order)) return answer({ code: 'DUPLICATE' });
    if (underWay) return answer({ code: 'IN_PROCESS' });
    if (decided)
      return answer(
        ending.answer === 'in process' ? { code: 'IN_PROCESS' } : this.asItStands(biller, decided),
      );

    this.travelling.set(key, order);
    try {
      // The timer does not keep a process alive that was told to stop.
      const delayMs = paymentDelayMs(order.customerNumber);
      if (delayMs > 0) await sleep(delayMs, undefined, { ref: false });

      if (ending.payment === 'lost') return { how: ending.answer === 'error' ? 'error' : 'silence' };
      if (!this.floats.covers(biller, BigInt(order.amount))) return answer({ code: 'FLOAT_EMPTY' });
      const entry = this.book.record(this.decide(biller, product, order, ending));
      return howItIsTold(this.asDecided(biller, entry), ending);
    } finally {
      this.travelling.delete(key);
    }
  }

  /**
   * Tells what became of a payment; never pays.
   * @param customerNumber where the dialect names it, it must be the payment's.
   */
  advise(biller: Biller, legReference: string, customerNumber?: string): Reaction<PaymentAnswer> {
    const isTheirs = (order: PaymentOrder): boolean =>
      customerNumber === undefined || order.customerNumber === customerNumber;
    const underWay = this.travelling.get(bookKey(biller.id, legReference));
    if (underWay && isTheirs(underWay)) return answer({ code: 'IN_PROCESS' });
    const entry = this.book.find(biller.id, legReference);
    if (!entry || !isTheirs(entry)) return answer({ code: 'PAYMENT_UNKNOWN' });
    if (entry.kind === 'refused') return answer({ code: 'DECLINED' });

    const silentMs = endingOf(entry.customerNumber).adviceSilentMs ?? 0;
    const isSilent = this.clock.now().getTime() < Date.parse(entry.at) + silentMs;
    return isSilent ? { how: 'silence' } : answer(this.asItStands(biller, entry));
  }

  /** Gives a payment back, once. The same order again finds it done; another order for it is refused. */
  reverse(biller: Biller, order: ReversalOrder): Reaction<ReversalAnswer> {
    const key = bookKey(biller.id, order.legReference);
    if (this.travelling.has(key)) return answer({ code: 'IN_PROCESS' });
    const entry = this.book.find(biller.id, order.legReference);
    if (entry?.kind !== 'paid') return answer({ code: 'PAYMENT_UNKNOWN' });
    if (entry.customerNumber !== order.customerNumber || entry.amount !== order.amount)
      return answer({ code: 'DUPLICATE' });

    const done = this.book.findReversal(biller.id, order.legReference);
    if (done)
      return answer(
        done.reversalReference === order.reversalReference
          ? { code: 'OK', reversed: done }
          : { code: 'REVERSAL_REFUSED' },
      );

    const { reversal } = endingOf(order.customerNumber);
    if (reversal === 'refused') return answer({ code: 'REVERSAL_REFUSED' });
    const isFirst = !this.lostOnce.has(key);
    if (reversal !== undefined) this.lostOnce.add(key);
    if (reversal === 'request lost once' && isFirst) return { how: 'error' };
    const reversed = this.book.recordReversal({
      ...entry,
      kind: 'reversed',
      reversalReference: order.reversalReference,
      at: jakartaTimestamp(this.clock.now()),
    });
    return reversal === 'answer lost once' ? { how: 'reset' } : answer({ code: 'OK', reversed });
  }

  /** Whose payment goes by this reference, if any does. */
  customerOf(biller: Biller, legReference: string): string | undefined {
    const underWay = this.travelling.get(bookKey(biller.id, legReference));
    return (underWay ?? this.book.find(biller.id, legReference))?.customerNumber;
  }

  private asItStands(biller: Biller, entry: PaymentEntry): PaymentAnswer {
    const isUndone = this.book.findReversal(entry.biller, entry.legReference) !== undefined;
    return isUndone ? { code: 'REVERSED' } : this.asDecided(biller, entry);
  }

  private asDecided(biller: Biller, entry: PaymentEntry): PaymentAnswer {
    if (entry.kind === 'refused') return { code: entry.reason };
    const product = biller.products.find(({ word }) => word === entry.product);
    if (!product) throw new Error(`${biller.id} sells no ${entry.product}`);
    const { offer, receipt } = this.offers.paidBy(biller, product, entry);
    const shown = this.withUnsold(biller, product, entry.customerNumber, offer);
    return { code: 'OK', paid: entry, amountTold: BigInt(entry.amount), receipt, offer: shown };
  }

  private decide(biller: Biller, product: Product, order: PaymentOrder, ending: Ending): PaymentEntry {
    const now = this.clock.now();
    const common = { biller: biller.id, source: biller.source, at: jakartaTimestamp(now), ...order };
    const fits = () => this.offers.fits(biller, product, order, now);
    const reason = refusalOf(ending, fits);
    if (reason !== null) return { kind: 'refused', reason, ...common };
    if (this.offers.isOverLimit(biller, product, order, now))
      return { kind: 'refused', reason: 'OVER_LIMIT', ...common };
    const unsold = this.unsoldFor(biller, product, order, now);
    return {
      kind: 'paid',
      theirReference: this.nextReference(biller, now),
      ...common,
      ...(unsold !== undefined && { unsold }),
    };
  }

  /** The name of what had been made for this customer and amount, if it was not handed out yet. */
  private unsoldFor(
    biller: Biller,
    product: Product,
    { customerNumber, amount }: PaymentOrder,
    now: Date,
  ): string | undefined {
    if (!this.offers.madeFor(biller, product, customerNumber, now).includes(BigInt(amount))) return undefined;
    const name = unsoldName(biller, customerNumber, BigInt(amount));
    return this.book.isHandedOut(name) ? undefined : name;
  }

  private withUnsold(biller: Biller, product: Product, customerNumber: string, offer: Offer): Offer {
    const made = this.offers.madeFor(biller, product, customerNumber, this.clock.now());
    if (made.length === 0) return offer;
    const unsold = made.filter(
      (amount) => !this.book.isHandedOut(unsoldName(biller, customerNumber, amount)),
    );
    return { ...offer, unsold };
  }

  /** Two letters, the date and eight digits that count up over all billers and restarts, so none comes twice. */
  private nextReference(biller: Biller, now: Date): string {
    const number = String(this.book.countPaid() + 1).padStart(8, '0');
    return `${biller.referencePrefix}${jakartaDate(now).slice(2).replaceAll('-', '')}${number}`;
  }
}

/** Billers of the same customers hand out the same things, each of them once. */
function unsoldName(biller: Biller, customerNumber: string, amount: bigint): string {
  return `${customerSeed(biller, customerNumber)}|${amount}`;
}

/** Why the biller refuses a payment, or null where it takes it. */
function refusalOf(ending: Ending, fitsOffer: () => boolean): RefusedEntry['reason'] | null {
  switch (ending.payment) {
    case 'customer unknown':
      return 'CUSTOMER_UNKNOWN';
    case 'already paid':
      return 'ALREADY_PAID';
    case 'declined':
      return 'DECLINED';
    case 'bill changed':
      return 'WRONG_AMOUNT';
    default:
      // Where the inquiry never showed an offer there is none to compare with.
      return ending.inquiry !== 'bills' || fitsOffer() ? null : 'WRONG_AMOUNT';
  }
}

function isSameOrder(one: PaymentOrder, other: PaymentOrder): boolean {
  return (
    one.customerNumber === other.customerNumber &&
    one.product === other.product &&
    one.offerReference === other.offerReference &&
    one.billCount === other.billCount &&
    one.amount === other.amount &&
    one.settlementDate === other.settlementDate
  );
}

/** The first answer to a payment that has just been decided. */
function howItIsTold(decided: PaymentAnswer, ending: Ending): Reaction<PaymentAnswer> {
  switch (ending.answer) {
    case 'told':
      return answer(decided);
    case 'in process':
      return answer({ code: 'IN_PROCESS' });
    case 'other amount':
      return answer(
        decided.code === 'OK'
          ? { ...decided, amountTold: decided.amountTold + OTHER_AMOUNT_OFFSET }
          : decided,
      );
    default:
      return { how: ending.answer };
  }
}

function answer<Answer>(value: Answer): Reaction<Answer> {
  return { how: 'answer', answer: value };
}
