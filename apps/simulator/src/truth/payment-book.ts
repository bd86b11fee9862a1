import { join } from 'node:path';
import { z } from 'zod';

import { isCalendarDate } from '../jakarta';
import { JsonLines } from './json-lines';

const DIGITS = /^\d+$/;

/** What a payment order says, whatever dialect carried it. `amount` is rupiah in digits, without our fees. */
const ORDER = {
  legReference: z.string().min(1).max(64),
  customerNumber: z.string().regex(DIGITS),
  product: z.enum(['postpaid', 'prepaid', 'water']),
  offerReference: z.string(),
  billCount: z.int().min(0),
  amount: z.string().regex(DIGITS),
  settlementDate: z.string().refine(isCalendarDate, 'is not a date such as 2026-07-14'),
};
const ENTRY = { ...ORDER, biller: z.string(), source: z.string(), at: z.iso.datetime({ offset: true }) };

const paidEntry = z.strictObject({ ...ENTRY, kind: z.literal('paid'), theirReference: z.string() });
const refusedEntry = z.strictObject({
  ...ENTRY,
  kind: z.literal('refused'),
  reason: z.enum(['CUSTOMER_UNKNOWN', 'ALREADY_PAID', 'DECLINED', 'WRONG_AMOUNT']),
});

export type PaymentOrder = z.infer<z.ZodObject<typeof ORDER>>;
export type PaidEntry = z.infer<typeof paidEntry>;
export type RefusedEntry = z.infer<typeof refusedEntry>;

/** What a biller decided about a payment, once and for all. */
export type PaymentEntry = PaidEntry | RefusedEntry;

/**
 * The billers' own memory: what they were paid, and what they refused, in the order it happened. An entry is on file
 * before anybody hears of it, is never changed, and is read again after a restart.
 */
export class PaymentBook {
  private readonly truth: JsonLines<PaidEntry>;
  private readonly refusals: JsonLines<RefusedEntry>;
  private readonly paidEntries: PaidEntry[];
  private readonly byReference = new Map<string, PaymentEntry>();

  /** @param folder where `truth.jsonl` and `refusals.jsonl` live. */
  constructor(folder: string) {
    this.truth = new JsonLines(join(folder, 'truth.jsonl'), (line) => paidEntry.parse(line));
    this.refusals = new JsonLines(join(folder, 'refusals.jsonl'), (line) => refusedEntry.parse(line));
    this.paidEntries = [...this.truth.initial];
    for (const entry of [...this.truth.initial, ...this.refusals.initial])
      this.byReference.set(bookKey(entry.biller, entry.legReference), entry);
  }

  /** What this biller decided under this leg reference, if anything. */
  find(biller: string, legReference: string): PaymentEntry | undefined {
    return this.byReference.get(bookKey(biller, legReference));
  }

  /** Every payment that moved money, oldest first. */
  paid(): readonly PaidEntry[] {
    return this.paidEntries;
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
      this.paidEntries.push(entry);
    } else this.refusals.append(entry);
    this.byReference.set(key, entry);
    return entry;
  }
}

/** The key of one payment at one biller; references of two billers never meet. */
export function bookKey(biller: string, legReference: string): string {
  return `${biller} ${legReference}`;
}
