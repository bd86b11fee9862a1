import { join } from 'node:path';
import { z } from 'zod';

import { JsonLines } from '../truth/json-lines';
import type { PaymentBook } from '../truth/payment-book';
import type { Biller } from './biller';

const paidIn = z.strictObject({
  biller: z.string(),
  reference: z.string(),
  amount: z.string().regex(/^\d+$/),
});
type PaidIn = z.infer<typeof paidIn>;

/** Rupiah that every prefunded biller begins with. */
export const FIRST_FLOAT = 10_000_000_000n;

/** What was paid in beforehand at the billers that sell only from it. */
export class Floats {
  private readonly file: JsonLines<PaidIn>;
  private readonly byReference = new Map<string, PaidIn>();
  private readonly sums = new Map<string, bigint>();

  /** @param folder where `funding.jsonl` lives. */
  constructor(
    private readonly book: PaymentBook,
    folder: string,
  ) {
    this.file = new JsonLines(join(folder, 'funding.jsonl'), (line) => paidIn.parse(line));
    for (const entry of this.file.initial) this.know(entry);
  }

  /** What is left: paid in, less payments, plus what was given back. */
  balanceOf({ id }: Biller): bigint {
    return FIRST_FLOAT + (this.sums.get(id) ?? 0n) - this.book.keptBy(id);
  }

  /** Whether a payment of this amount can be made; always where nothing is paid in beforehand. */
  covers(biller: Biller, amount: bigint): boolean {
    return !biller.isPrefunded || this.balanceOf(biller) >= amount;
  }

  /** Pays in, once for each reference. False where the reference was used for another amount. */
  payIn(biller: Biller, reference: string, amount: bigint): boolean {
    const known = this.byReference.get(`${biller.id} ${reference}`);
    if (known) return known.amount === amount.toString();
    const entry = { biller: biller.id, reference, amount: amount.toString() };
    this.file.append(entry);
    this.know(entry);
    return true;
  }

  private know(entry: PaidIn): void {
    this.byReference.set(`${entry.biller} ${entry.reference}`, entry);
    this.sums.set(entry.biller, (this.sums.get(entry.biller) ?? 0n) + BigInt(entry.amount));
  }
}
