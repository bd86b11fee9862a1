import { createHash } from 'node:crypto';
import type { Claim, GuardedUpdate, Row } from '#lib/ledger';
import { customerOf } from './bill-guard';
import type { Payment } from './payment';
import type { PaymentState } from './payment.states';

/** The last payment of the same product for the same customer over the same amount through the same channel. */
export interface LastSale {
  paymentId: string;
  state: PaymentState;
  createdAt: Date;
}

/** What is written beside a payment that is not to be made twice. */
export interface SaleGuard {
  claims: Claim[];
  rows: Row[];
  updates: GuardedUpdate[];
}

/** For payments that may be made as often as one likes. */
export const NO_GUARD: SaleGuard = { claims: [], rows: [], updates: [] };

/** The unique key of the guard's table. */
export const SALE_GUARD_KEY = 'sale_guard_sale';

/** One text for all payments that look like the same sale. */
export function saleOf(payment: Payment): string {
  const { channelId, productId, offer } = payment;
  const sale = [channelId, productId, customerOf(payment), offer.amount.toString()];
  return createHash('sha256').update(JSON.stringify(sale)).digest('hex');
}

/** Whether a last sale stands in the way of another one. What was not sold, or was undone, never does. */
export function standsInTheWay({ state, createdAt }: LastSale, now: Date, guardMs: number): boolean {
  const isNoSale = state === 'DECLINED' || state === 'REVERSED';
  return !isNoSale && now.getTime() - createdAt.getTime() < guardMs;
}

/**
 * Makes a payment the last one of its sale: by a new row where there was none, or by an update that demands the one
 * that was looked at. Of two at one moment one is written, and the other looks again.
 */
export function guardOf(payment: Payment, last: LastSale | undefined): SaleGuard {
  const sale = saleOf(payment);
  const claims = [{ key: SALE_GUARD_KEY, value: sale }];
  const set = { payment_id: payment.paymentId };
  return last
    ? {
        claims,
        rows: [],
        updates: [{ table: 'sale_guard', set, where: { sale, payment_id: last.paymentId } }],
      }
    : { claims, rows: [{ table: 'sale_guard', values: { sale, ...set } }], updates: [] };
}
