import { z } from 'zod';
import type { ResponseCode } from '#lib/kernel';
import type { Evidence, PaymentOutcome } from '#lib/switching';

/** Refusals that speak of the payment or its bill, whenever they are said. */
const OF_THE_PAYMENT = [
  'DECLINED_BY_BILLER',
  'BILL_NOT_FOUND',
  'BILL_CHANGED',
  'CUSTOMER_NUMBER_INVALID',
  'AMOUNT_MISMATCH',
  'LIMIT_EXCEEDED',
] as const satisfies readonly ResponseCode[];

/** Refusals that, once a payment was sent, may speak of that payment itself: no reason to take it for refused. */
const OF_ANOTHER_PAYMENT = [
  'BILL_ALREADY_PAID',
  'BILL_IN_PAYMENT',
] as const satisfies readonly ResponseCode[];

/** Refusals that speak of the biller as it is now: they tell nothing of a payment that was sent before. */
const OF_THE_BILLER = ['BILLER_UNAVAILABLE', 'PRODUCT_CLOSED'] as const satisfies readonly ResponseCode[];

/**
 * What a biller's refusal can mean. Not every answer of the registry is one: a biller cannot say that our channel's
 * signature is bad, and "approved" or "in progress" among the refusals would release a hold that must stay.
 */
export const REFUSALS = [...OF_THE_PAYMENT, ...OF_ANOTHER_PAYMENT, ...OF_THE_BILLER] as const;

/**
 * The biller refuses a payment because what we have paid it in advance is used up. Only a code by which it surely took no
 * money may mean this: the payment is declined, and no new one of this biller is formed until its float is topped up.
 */
const FLOAT_EMPTY = 'BILLER_FLOAT_EMPTY';

const meanings = <T extends string>(...listed: T[]) => z.record(z.string(), z.enum(listed));

/** What a biller's codes mean in each phase. A code that is not listed means "unknown", in every kind. */
export const InquiryCodes = meanings('bill', ...REFUSALS);
export const PaymentCodes = meanings('approved', 'unknown', FLOAT_EMPTY, ...REFUSALS);
export const AdviceCodes = meanings('approved', 'unknown', 'no such payment', FLOAT_EMPTY, ...OF_THE_PAYMENT);
export const ReversalCodes = meanings('accepted', 'refused', 'unknown');
export const BalanceCodes = meanings('balance');
export const StampCodes = meanings('stamped', 'refused', 'unknown');

/** A code is the biller's text: looked up among the listed ones only, never among what every object has. */
export function meaningOf<T>(code: string, codes: Readonly<Record<string, T>>): T | undefined {
  return Object.hasOwn(codes, code) ? codes[code] : undefined;
}

/** Whether a meaning is what its call was made for. */
export function isYes(meaning: string | undefined): boolean {
  return Object.values<string | undefined>(SUCCESS).includes(meaning);
}

/** What a biller's explicit "no" to a payment is; a channel is not told that it was our float. */
export function declinedBy(
  meaning: (typeof REFUSALS)[number] | typeof FLOAT_EMPTY,
  evidence: Evidence,
): Extract<PaymentOutcome, { kind: 'declined' }> {
  return meaning === FLOAT_EMPTY
    ? { kind: 'declined', code: 'BILLER_UNAVAILABLE', isFloatEmpty: true, evidence }
    : { kind: 'declined', code: meaning, evidence };
}

/** The meaning without which a call could never come to what it is made for. */
export const SUCCESS = {
  inquiry: 'bill',
  payment: 'approved',
  advice: 'approved',
  reversal: 'accepted',
  balance: 'balance',
  stamp: 'stamped',
} as const;
