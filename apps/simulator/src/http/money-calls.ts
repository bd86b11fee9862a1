import type { PaymentAnswer } from '../billers/desk';
import type { PaymentOrder } from '../truth/payment-book';
import { members, type Read, type Shape } from '../wire/members';
import { inJson, json, type Office, type Route } from './route';

/** How a JSON dialect says what became of a payment, and that it cannot read a call. */
export type MoneyWords = {
  readonly malformed: () => object;
  readonly payment: (reference: string, answer: PaymentAnswer) => object;
};
/** Serves what a caller said, already parsed. */
type Serve = (office: Office, said: unknown) => ReturnType<Route['serve']>;

/**
 * The payment of a JSON dialect.
 * @param shape its members by the dialect's own names.
 * @param orderOf what they order.
 */
export function paying<S extends Shape>(
  shape: S,
  words: MoneyWords,
  orderOf: (read: Read<S>) => PaymentOrder,
): Serve {
  return ({ counter }, said) => {
    const read = members(said, shape);
    if (!read) return json(words.malformed());
    const order = orderOf(read);
    return inJson(counter.pay(order), (answer) => words.payment(order.legReference, answer));
  };
}

/**
 * The question of a JSON dialect what became of a payment.
 * @param asksFor the payment's reference, and its customer where the dialect names one.
 */
export function advising<S extends Shape>(
  shape: S,
  words: MoneyWords,
  asksFor: (read: Read<S>) => readonly [reference: string, customerNumber?: string],
): Serve {
  return ({ counter }, said) => {
    const read = members(said, shape);
    if (!read) return json(words.malformed());
    const [reference, customerNumber] = asksFor(read);
    return inJson(counter.advise(reference, customerNumber), (answer) => words.payment(reference, answer));
  };
}
