import { z } from 'zod';
import type { ResponseCode } from '#lib/kernel';

/**
 * What a biller's refusal can mean. Not every answer of the registry is one: a biller cannot say that our channel's
 * signature is bad, and "approved" or "in progress" among the refusals would release a hold that must stay.
 */
export const REFUSALS = [
  'DECLINED_BY_BILLER',
  'BILL_NOT_FOUND',
  'BILL_ALREADY_PAID',
  'BILL_CHANGED',
  'BILL_IN_PAYMENT',
  'BILLER_UNAVAILABLE',
  'PRODUCT_CLOSED',
  'CUSTOMER_NUMBER_INVALID',
  'AMOUNT_MISMATCH',
] as const satisfies readonly ResponseCode[];

const meanings = <T extends string>(...listed: T[]) => z.record(z.string(), z.enum(listed));

/** What a biller's codes mean in each phase. A code that is not listed means "unknown", in every kind. */
export const InquiryCodes = meanings('bill', ...REFUSALS);
export const PaymentCodes = meanings('approved', 'unknown', ...REFUSALS);
export const AdviceCodes = meanings('approved', 'unknown', 'no such payment', ...REFUSALS);
export const ReversalCodes = meanings('accepted', 'refused', 'unknown');

/** A code is the biller's text: looked up among the listed ones only, never among what every object has. */
export function meaningOf<T>(code: string, codes: Readonly<Record<string, T>>): T | undefined {
  return Object.hasOwn(codes, code) ? codes[code] : undefined;
}

/** The meaning without which a call could never come to what it is made for. */
export const SUCCESS = {
  inquiry: 'bill',
  payment: 'approved',
  advice: 'approved',
  reversal: 'accepted',
} as const;
