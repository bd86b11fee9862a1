import { join } from 'node:path';
import { z } from 'zod';

import type { Clock } from '#lib/kernel';

import { jakartaSeconds } from '../jakarta';
import { JsonLines } from '../truth/json-lines';
import type { MovedEntry, PaymentBook } from '../truth/payment-book';
import type { Reaction } from './desk';
import { serialsOf } from './trades/top-ups';

const stamped = z.strictObject({
  serialNumber: z.string(),
  reference: z.string(),
  documentHash: z.string(),
  stampedAt: z.string(),
});

/** A document that carries a stamp. */
export type Stamped = z.infer<typeof stamped>;
export type StampOrder = Omit<Stamped, 'stampedAt'>;
export type StampAnswer =
  | { readonly status: 'STAMPED'; readonly stamped: Stamped }
  | { readonly status: 'UNUSED' | 'SERIAL_UNKNOWN' | 'DUPLICATE' | 'DECLINED' | 'PENDING' };

/** Puts stamps that were sold on documents: each serial once, each order once. */
export class StampDesk {
  private readonly file: JsonLines<Stamped>;
  private readonly bySerial = new Map<string, Stamped>();
  private readonly byReference = new Map<string, Stamped>();
  private readonly sold = new Set<string>();
  private read = 0;
  /** Orders whose first request was lost. */
  private readonly lostOnce = new Set<string>();

  /** @param folder where `stamps.jsonl` lives. */
  constructor(
    private readonly book: PaymentBook,
    private readonly clock: Clock,
    folder: string,
  ) {
    this.file = new JsonLines(join(folder, 'stamps.jsonl'), (line) => stamped.parse(line));
    for (const entry of this.file.initial) this.know(entry);
  }

  /** Stamps a document. The end of the order's reference chooses a misfortune. */
  stamp(order: StampOrder): Reaction<StampAnswer> {
    if (!this.isSold(order.serialNumber)) return answer({ status: 'SERIAL_UNKNOWN' });
    const known = this.bySerial.get(order.serialNumber) ?? this.byReference.get(order.reference);
    if (known)
      return answer(isSame(known, order) ? { status: 'STAMPED', stamped: known } : { status: 'DUPLICATE' });
    const isFirst = !this.lostOnce.has(order.reference);
    switch (order.reference.slice(-4)) {
      case '1037':
        return answer({ status: 'DECLINED' });
      case '1105':
        return { how: 'error' };
      case '1069':
        this.lostOnce.add(order.reference);
        return isFirst ? { how: 'silence' } : this.put(order);
      case '1039':
        this.put(order);
        return answer({ status: 'PENDING' });
      case '1068':
        this.put(order);
        return { how: 'silence' };
      case '1106':
        this.put(order);
        return { how: 'error' };
      default:
        return this.put(order);
    }
  }

  /** Tells what became of an order. */
  ask(serialNumber: string, reference: string): Reaction<StampAnswer> {
    if (!this.isSold(serialNumber)) return answer({ status: 'SERIAL_UNKNOWN' });
    const known = this.byReference.get(reference);
    return answer(
      known?.serialNumber === serialNumber ? { status: 'STAMPED', stamped: known } : { status: 'UNUSED' },
    );
  }

  private put(order: StampOrder): Reaction<StampAnswer> {
    const entry = { ...order, stampedAt: jakartaSeconds(this.clock.now()) };
    this.file.append(entry);
    this.know(entry);
    return answer({ status: 'STAMPED', stamped: entry });
  }

  private know(entry: Stamped): void {
    this.bySerial.set(entry.serialNumber, entry);
    this.byReference.set(entry.reference, entry);
  }

  /** Reads on in the book from where it was left. */
  private isSold(serialNumber: string): boolean {
    const moved = this.book.moved();
    for (; this.read < moved.length; this.read += 1) this.learn(moved[this.read]);
    return this.sold.has(serialNumber);
  }

  private learn(entry: MovedEntry | undefined): void {
    if (entry?.kind !== 'paid' || entry.product !== 'e-meterai') return;
    const seed = `${entry.biller}|${entry.customerNumber}`;
    for (const serial of serialsOf(seed, entry.legReference, BigInt(entry.amount))) this.sold.add(serial);
  }
}

function isSame(one: Stamped, other: StampOrder): boolean {
  return (
    one.serialNumber === other.serialNumber &&
    one.reference === other.reference &&
    one.documentHash === other.documentHash
  );
}

function answer(value: StampAnswer): Reaction<StampAnswer> {
  return { how: 'answer', answer: value };
}
