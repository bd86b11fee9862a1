import { join } from 'node:path';
import { z } from 'zod';

import { isCalendarDate } from '../jakarta';
import { JsonLines } from './json-lines';

const DIGITS = /^\d+$/;
/** Digits; a game's player may have a bar between two numbers, a card has stars within. */
const CUSTOMER = /^[0-9|*]+$/;

/** What a payment order says, whatever dialect carried it. `amount` is rupiah in digits, without our fees. */
const ORDER = {
  legReference: z.string().min(1).max(64),
  customerNumber: z.string().regex(CUSTOMER),
  /** The biller's own word. */
  product: z.string(),
  offerReference: z.string(),
  billCount: z.int().min(0),
  amount: z.string().regex(DIGITS),
  settlementDate: z.string().refine(isCalendarDate, 'is not a date such as 2026-07-14'),
};
const ENTRY = { ...ORDER, biller: z.string(), source: z.string(), at: z.iso.datetime({ offset: true }) };

const paidEntry = z.strictObject({
  ...ENTRY,
  kind: z.literal('paid'),
  theirReference: z.string(),
  /** The name of what had been made before and was handed out by it, such as a token. */
  unsold: z.string().optional(),
});
const refusedEntry = z.strictObject({
  ...ENTRY,
  kind: z.literal('refused'),
  reason: z.enum(['CUSTOMER_UNKNOWN', 'ALREADY_PAID', 'DECLINED', 'WRONG_AMOUNT', 'OVER_LIMIT']),
});

const reversedEntry = z.strictObject({
  ...ENTRY,
  kind: z.literal('reversed'),
  theirReference: z.string(),
  reversalReference: z.string(),
  /** The biller cancelled it by itself: no order asked for it, and only its settlement file tells. */
  isUnasked: z.literal(true).optional(),
});
const movedEntry = z.discriminatedUnion('kind', [paidEntry, reversedEntry]);

export type PaymentOrder = z.infer<z.ZodObject<typeof ORDER>>;
export type PaidEntry = z.infer<typeof paidEntry>;
export type RefusedEntry = z.infer<typeof refusedEntry>;

/** A payment that was undone: the same order, by the reference of its reversal. */
export type ReversedEntry = z.infer<typeof reversedEntry>;
/** One movement of money. */
export type MovedEntry = PaidEntry | ReversedEntry;

/** What a biller decided about a payment, once and for all. */
export type PaymentEntry = PaidEntry | RefusedEntry;

/**
 * The billers' own memory: what they were paid, what they gave back, and what they refused, in the order it happened. An entry is on file
 * before anybody hears of it, is never changed, and is read again after a restart.
 */
export class PaymentBook {
  private readonly truth: JsonLines<MovedEntry>;
  private readonly refusals: JsonLines<RefusedEntry>;
  private readonly movedEntries: MovedEntry[];
  private paidCount = 0;
  private readonly kept = new Map<string, bigint>();
  private readonly byReference = new Map<string, PaymentEntry>();
  private readonly reversals = new Map<string, ReversedEntry>();
  private readonly handedOut = new Set<string>();

  /** @param folder where `truth.jsonl` and `refusals.jsonl` live. */
  constructor(folder: string) {
    this.truth = new JsonLines(join(folder, 'truth.jsonl'), (line) => movedEntry.parse(line));
    this.refusals = new JsonLines(join(folder, 'refusals.jsonl'), (line) => refusedEntry.parse(line));
    this.movedEntries = [...this.truth.initial];
    for (const entry of [...this.truth.initial, ...this.refusals.initial]) this.know(entry);
  }

  /** What this biller decided under this leg reference, if anything. */
  find(biller: string, legReference: string): PaymentEntry | undefined {
    return this.byReference.get(bookKey(biller, legReference));
  }

  /** How the payment under this leg reference was undone, if it was. */
  findReversal(biller: string, legReference: string): ReversedEntry | undefined {
    return this.reversals.get(bookKey(biller, legReference));
  }

  /** Whether what goes by this name was handed out. */
  isHandedOut(unsold: string): boolean {
    return this.handedOut.has(unsold);
  }

  /** Every payment and every reversal, oldest first. */
  moved(): readonly MovedEntry[] {
    return this.movedEntries;
  }

  /** How many payments there were, those undone since among them. */
  countPaid(): number {
    return this.paidCount;
  }

  /** Rupiah that a biller was paid and has not given back. */
  keptBy(biller: string): bigint {
    return this.kept.get(biller) ?? 0n;
  }

  /**
   * Books a decision.
   * @throws Error when the biller has decided about this reference before: a second payment must be impossible here,
   * whatever the caller forgot to ask.
   */
  record<Entry extends PaymentEntry>(entry: Entry): Entry {
    const key = bookKey(entry.biller, entry.legReference);
    if (this.byReference.has(key))
      throw new Error(`${entry.biller} has decided about ${entry.legReference} already`);
    if (entry.kind === 'paid') {
      this.truth.append(entry);
      this.movedEntries.push(entry);
    } else this.refusals.append(entry);
    this.know(entry);
    return entry;
  }

  /**
   * Books that a payment was given back.
   * @throws Error when it was never paid, or given back before: money must not come out twice here.
   */
  recordReversal(entry: ReversedEntry): ReversedEntry {
    const { biller, legReference } = entry;
    if (this.find(biller, legReference)?.kind !== 'paid' || this.findReversal(biller, legReference))
      throw new Error(`${biller} has no payment ${legReference} to give back`);
    this.truth.append(entry);
    this.movedEntries.push(entry);
    this.know(entry);
    return entry;
  }

  private know(entry: MovedEntry | RefusedEntry): void {
    const key = bookKey(entry.biller, entry.legReference);
    if (entry.kind === 'reversed') this.reversals.set(key, entry);
    else this.byReference.set(key, entry);
    if (entry.kind === 'paid') this.paidCount += 1;
    if (entry.kind === 'paid' && entry.unsold !== undefined) this.handedOut.add(entry.unsold);
    if (entry.kind === 'refused') return;
    const amount = entry.kind === 'paid' ? BigInt(entry.amount) : -BigInt(entry.amount);
    this.kept.set(entry.biller, this.keptBy(entry.biller) + amount);
  }
}

/** The key of one payment at one biller; references of two billers never meet. */
export function bookKey(biller: string, legReference: string): string {
  return `${biller} ${legReference}`;
}
