import { rupiah, zonedIso, type Rupiah } from '#lib/kernel';
import { dailyHours, feesOn, type Catalog, type FeeRule, type SoldProduct } from '#lib/catalog';
import type { DepositBalance, Mutation } from '#lib/ledger';
import {
  isSettled,
  statusOf,
  toldNumbersOf,
  type Payment,
  type Reversal,
  type StoredInquiry,
} from '#lib/switching';
import type { StampOrderStanding } from './stamping';

const ZONE = 'Asia/Jakarta';

/** An offer as H2H JSON. */
export function presentInquiry(inquiry: StoredInquiry): object {
  const { offer } = inquiry;
  return {
    inquiryId: inquiry.inquiryId,
    reference: inquiry.reference,
    product: inquiry.productId,
    customerNumber: inquiry.customerNumber,
    customerName: offer.customerName,
    bills: offer.lines.map(({ period, amount, penalty, details }) => ({
      period,
      amount: amount.toString(),
      penalty: penalty.toString(),
      details,
    })),
    amount: offer.amount.toString(),
    adminFee: offer.adminFee.toString(),
    total: offer.total.toString(),
    commission: offer.commission.toString(),
    charge: offer.charge.toString(),
    ...(offer.remaining === null ? {} : { remaining: offer.remaining }),
    ...(offer.payable
      ? { minimum: offer.payable.minimum.toString(), maximum: offer.payable.maximum.toString() }
      : {}),
    validUntil: zonedIso(inquiry.validUntil, ZONE),
    details: offer.details,
  };
}

/** A payment as H2H JSON, as it was answered first. */
export function presentPayment(payment: Payment): object {
  const { offer } = payment;
  const { billerReference, legReference } = toldNumbersOf(payment);
  return {
    paymentId: payment.paymentId,
    reference: payment.channelReference,
    status: statusOf(payment.state),
    code: payment.code,
    final: isSettled(payment),
    total: offer.total.toString(),
    amount: offer.amount.toString(),
    adminFee: offer.adminFee.toString(),
    commission: offer.commission.toString(),
    charge: offer.charge.toString(),
    // Nobody may hand out the receipt of a payment that was taken back.
    receipt: payment.state === 'REVERSED' ? null : payment.receipt,
    billerReference,
    legReference,
    balanceAfter: payment.balanceAfter?.toString() ?? null,
    businessDate: payment.businessDate,
  };
}

/** The same for whoever asks how it stands: with what its biller has given anew, where it was sent there again. */
export function presentStanding(payment: Payment): object {
  const { reissued, state, leg } = payment;
  if (reissued === null || state !== 'PAID') return presentPayment(payment);
  const { billerReference, reference: legReference } = leg;
  return { ...presentPayment(payment), reissued: { receipt: reissued, billerReference, legReference } };
}

/** An open payment with the list it stands on and when the biller is asked, or told to reverse it, next. */
export function presentOpenPayment(payment: Payment, reversal: Reversal | undefined): object {
  const nextStepAt = reversal ? reversal.nextTryAt : payment.leg.nextAdviceAt;
  const isLeftToPeople = (reversal ?? payment).state === 'UNRESOLVED';
  const isSuspect = reversal !== undefined || payment.state === 'SUSPECT';
  return {
    ...presentPayment(payment),
    listedAs: isLeftToPeople ? 'unresolved' : isSuspect ? 'suspect' : null,
    nextStepAt: nextStepAt && zonedIso(nextStepAt, ZONE),
  };
}

/** A product as one channel sells it. */
export function presentProduct(
  { product, fees, limit }: SoldProduct,
  catalog: Pick<Catalog, 'prefixesOf'>,
  now: Date,
): object {
  const { denominations, operator } = product;
  const minimum = greatest(product.amountMin, limit?.amountMin);
  const maximum = least(product.amountMax, limit?.amountMax);
  return {
    product: product.productId,
    name: product.name,
    biller: product.billerId,
    source: product.source,
    inquiry: product.hasInquiry,
    amountType: product.amountType,
    ...(denominations ? { denominations } : {}),
    ...(minimum === undefined ? {} : { minimum: minimum.toString() }),
    ...(maximum === undefined ? {} : { maximum: maximum.toString() }),
    ...presentFees(fees),
    ...(denominations && !product.hasInquiry ? { price: pricesOf(denominations, fees) } : {}),
    hours: dailyHours(product, now),
    customerNumber: { pattern: product.customerNumberPattern, example: product.customerNumberExample },
    ...(operator === null ? {} : { operator: { name: operator, prefixes: catalog.prefixesOf(operator) } }),
    fields: product.fields ?? [],
  };
}

/** An order to stamp as H2H JSON. */
export function presentStamp({ serial, reference, state, stampedAt }: StampOrderStanding): object {
  return {
    serial,
    reference,
    status: STAMP_STATUS[state],
    stampedAt: stampedAt && zonedIso(stampedAt, ZONE),
  };
}

const STAMP_STATUS = { ORDERED: 'IN_PROGRESS', STAMPED: 'STAMPED', REFUSED: 'UNUSED' } as const;
/** The fee of the least amount, and where it depends on the amount, each with the greatest amount it is for. */
function presentFees({ tiers }: FeeRule): object {
  const adminFee = tiers[0]?.adminFee.toString();
  if (tiers.length === 1) return { adminFee };
  const adminFees = tiers.map((tier) => ({
    ...(tier.upTo === null ? {} : { upTo: tier.upTo.toString() }),
    adminFee: tier.adminFee.toString(),
  }));
  return { adminFee, adminFees };
}

/** What each denomination costs in all. */
function pricesOf(denominations: readonly string[], fees: FeeRule): Record<string, string> {
  return Object.fromEntries(
    denominations.map((one) => {
      const amount = rupiah(BigInt(one));
      return [one, (amount + feesOn(fees, [amount]).adminFee).toString()];
    }),
  );
}

function greatest(...amounts: (Rupiah | null | undefined)[]): Rupiah | undefined {
  return sorted(amounts).at(-1);
}

function least(...amounts: (Rupiah | null | undefined)[]): Rupiah | undefined {
  return sorted(amounts)[0];
}

function sorted(amounts: readonly (Rupiah | null | undefined)[]): Rupiah[] {
  return amounts.flatMap((one) => one ?? []).sort((one, other) => (one < other ? -1 : 1));
}

/** A balance as H2H JSON. */
export function presentBalance({ posted, held, limit, available }: DepositBalance): object {
  return {
    posted: posted.toString(),
    held: held.toString(),
    limit: limit.toString(),
    available: available.toString(),
  };
}

/** What a channel calls a journal that changes `posted`. */
const MUTATION_KINDS: Readonly<Record<Mutation['kind'], string>> = {
  hold: 'hold',
  void: 'void',
  capture: 'payment',
  reversal: 'reversal',
  refund: 'refund',
  top_up: 'top_up',
  adjustment: 'adjustment',
  settlement: 'settlement',
};

/** One change of a deposit's posted balance. */
export function presentMutation(mutation: Mutation): object {
  const paymentId = paymentOf(mutation);
  return {
    at: zonedIso(mutation.at, ZONE),
    businessDate: mutation.businessDate,
    kind: MUTATION_KINDS[mutation.kind],
    amount: mutation.amount.toString(),
    balanceAfter: mutation.balanceAfter.toString(),
    ...(paymentId === null ? {} : { paymentId }),
    reference: mutation.reference,
  };
}

function paymentOf({ kind, subjectId, aboutSubjectId }: Mutation): string | null {
  if (kind === 'capture' || kind === 'reversal') return subjectId;
  return kind === 'refund' ? aboutSubjectId : null;
}
