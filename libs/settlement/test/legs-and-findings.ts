import { rupiah } from '#lib/kernel';
import type { Finding } from '../src/reconciled';
import type { SoldLeg } from '../src/sales';

/** A leg of LPB01's 14 July, without fees. */
export function aLeg(paymentId: string, amount: bigint, state = 'PAID'): SoldLeg {
  const none = rupiah(0n);
  return {
    paymentId,
    legNo: 1,
    source: 'LPB01',
    businessDate: '2026-07-14',
    state,
    billerId: 'LPB01',
    channelId: 'ca017',
    drawsFloat: false,
    payments: 1,
    amount: rupiah(amount),
    adminFee: none,
    billerFee: none,
    commission: none,
    subAgentFee: none,
    charge: rupiah(amount),
    taxedFee: none,
  };
}

/** What a run says of no leg in particular. */
export function aFinding(kind: string, more: Partial<Finding> = {}): Finding {
  return {
    breakId: null,
    kind,
    sub: null,
    paymentId: null,
    legNo: null,
    ourAmount: null,
    theirAmount: null,
    ourStatus: null,
    theirStatus: null,
    ...more,
  };
}
