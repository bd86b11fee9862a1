import { createHash } from 'node:crypto';
import {
  endOfBusinessDate,
  JAKARTA_MIDNIGHT,
  refusal,
  rupiah,
  type Refusal,
  type Rupiah,
  zonedIso,
} from '#lib/kernel';
import type { PaymentLimit } from '#lib/catalog';
import type { Claim, Row } from '#lib/ledger';
import { customerOf } from './bill-guard';
import type { Payment } from './payment';

/** What one customer has paid, or is paying, of one limit on one business day. */
export interface DayUse {
  /** The last number that was taken, of payments that do not count too; 0: none. */
  lastNo: number;
  /** How many payments count: all but those that were declined or taken back. */
  payments: number;
  /** Their bills and penalties. */
  amount: Rupiah;
}

/** The unique key of the table of days. */
export const DAY_USE_KEY = 'customer_day_use';

/** A limit of one customer on one day; undefined where there is none. */
export type DayLimit = Pick<PaymentLimit, 'productId' | 'channelId' | 'dayPaymentsMax' | 'dayAmountMax'>;

/** The limit that a payment is held to, where it has one of a day. */
export function dayLimitOf(limit: PaymentLimit | undefined): DayLimit | undefined {
  return limit && (limit.dayPaymentsMax !== null || limit.dayAmountMax !== null) ? limit : undefined;
}

/**
 * One text for all payments that one limit counts together: of one customer on one business day. A channel's own limit
 * counts the payments of that channel; one of all channels counts those of all that have none of their own.
 */
export function customerDayOf(payment: Payment, { productId, channelId }: DayLimit): string {
  const day = [productId, channelId, customerOf(payment), payment.businessDate];
  return createHash('sha256').update(JSON.stringify(day)).digest('hex');
}

/** Why a payment would be beyond its customer's day; undefined when it may be made. */
export function objectionToDay(
  { offer, businessDate, productId }: Payment,
  use: DayUse,
  { dayPaymentsMax, dayAmountMax }: DayLimit,
): Refusal | undefined {
  const end = zonedIso(endOfBusinessDate(businessDate, JAKARTA_MIDNIGHT), JAKARTA_MIDNIGHT.timeZone);
  const reached = (limit: string) =>
    refusal('DAY_LIMIT_REACHED', `${productId} takes at most ${limit}; the day ends at ${end}`);
  if (dayPaymentsMax !== null && use.payments >= dayPaymentsMax)
    return reached(`${dayPaymentsMax} payments of one customer a day`);
  if (dayAmountMax !== null && use.amount + offer.amount > dayAmountMax)
    return reached(`${dayAmountMax} rupiah of one customer a day, and has ${use.amount}`);
  return undefined;
}

/** Takes the next number of a customer's day: of two payments at one moment one gets it, and the other looks again. */
export function takeOfDay(
  payment: Payment,
  customerDay: string,
  { lastNo }: DayUse,
): { claim: Claim; row: Row } {
  const { paymentId, businessDate } = payment;
  const useNo = lastNo + 1;
  return {
    claim: { key: DAY_USE_KEY, value: `${customerDay} ${useNo}` },
    row: {
      table: 'customer_day',
      values: {
        customer_day: customerDay,
        use_no: useNo,
        payment_id: paymentId,
        business_date: businessDate,
      },
    },
  };
}

/** What of a customer's day counts, by how its payments stand. */
export function dayUseOf(
  taken: readonly { useNo: number; state: Payment['state']; amount: Rupiah }[],
): DayUse {
  const counted = taken.filter(({ state }) => state !== 'DECLINED' && state !== 'REVERSED');
  return {
    lastNo: taken.reduce((last, { useNo }) => Math.max(last, useNo), 0),
    payments: counted.length,
    amount: counted.reduce((sum, { amount }) => rupiah(sum + amount), rupiah(0n)),
  };
}
