import { jakartaCompact } from '../jakarta';
import type { MovedEntry } from '../truth/payment-book';

/** One line of a settlement file, before a layout gives it columns. */
export type Detail = {
  readonly ourReference: string;
  readonly theirReference: string;
  readonly customerNumber: string;
  /** Whole rupiah, without the switch's fees. */
  readonly amount: bigint;
  /** `00`: money moved; `RV`: it was given back. */
  readonly status: '00' | 'RV';
  /** Local time of the payment, `20260714081021`. */
  readonly paidAt: string;
};

/** The line that tells the truth about a payment, or that it was given back. */
export function detailOf(entry: MovedEntry): Detail {
  return {
    ourReference: entry.legReference,
    theirReference: entry.theirReference,
    customerNumber: entry.customerNumber,
    amount: BigInt(entry.amount),
    status: entry.kind === 'paid' ? '00' : 'RV',
    paidAt: jakartaCompact(new Date(entry.at)),
  };
}
