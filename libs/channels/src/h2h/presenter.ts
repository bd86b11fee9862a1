import { zonedIso } from '#lib/kernel';
import type { SoldProduct } from '#lib/catalog';
import type { DepositBalance, JournalKind, Mutation } from '#lib/ledger';
import { isFinal, statusOf, type Payment, type StoredInquiry } from '#lib/switching';

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
    validUntil: zonedIso(inquiry.validUntil, ZONE),
    details: offer.details,
  };
}

/** A payment as H2H JSON. */
export function presentPayment(payment: Payment): object {
  const { offer } = payment;
  return {
    paymentId: payment.paymentId,
    reference: payment.channelReference,
    status: statusOf(payment.state),
    code: payment.code,
    final: isFinal(payment.state),
    total: offer.total.toString(),
    amount: offer.amount.toString(),
    adminFee: offer.adminFee.toString(),
    commission: offer.commission.toString(),
    charge: offer.charge.toString(),
    receipt: payment.receipt,
    billerReference: payment.billerReference,
    legReference: payment.leg.reference,
    balanceAfter: payment.balanceAfter?.toString() ?? null,
    businessDate: payment.businessDate,
  };
}

/** An open payment with the list it stands on and when the biller is asked next. */
export function presentOpenPayment(payment: Payment): object {
  const { nextAdviceAt } = payment.leg;
  return {
    ...presentPayment(payment),
    listedAs: payment.state === 'SUSPECT' ? 'suspect' : payment.state === 'UNRESOLVED' ? 'unresolved' : null,
    nextStepAt: nextAdviceAt && zonedIso(nextAdviceAt, ZONE),
  };
}

/** A product as one channel sells it. */
export function presentProduct({ product, price }: SoldProduct): object {
  return {
    product: product.productId,
    name: product.name,
    biller: product.billerId,
    source: product.source,
    inquiry: true,
    amountType: product.amountType,
    ...(product.denominations ? { denominations: product.denominations } : {}),
    adminFee: price.adminFee.toString(),
    hours:
      product.opensAt === null
        ? null
        : { open: product.opensAt, close: product.closesAt, timeZone: product.timeZone },
    customerNumber: { pattern: product.customerNumberPattern, example: product.customerNumberExample },
    fields: [],
  };
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
const MUTATION_KINDS: Readonly<Record<JournalKind, string>> = {
  hold: 'hold',
  void: 'void',
  capture: 'payment',
  reversal: 'reversal',
  top_up: 'top_up',
};

/** One change of a deposit's posted balance. */
export function presentMutation(mutation: Mutation): object {
  const isOfPayment = mutation.kind === 'capture' || mutation.kind === 'reversal';
  return {
    at: zonedIso(mutation.at, ZONE),
    businessDate: mutation.businessDate,
    kind: MUTATION_KINDS[mutation.kind],
    amount: mutation.amount.toString(),
    balanceAfter: mutation.balanceAfter.toString(),
    ...(isOfPayment ? { paymentId: mutation.subjectId } : {}),
    reference: mutation.reference,
  };
}
