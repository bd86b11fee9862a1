import { localIso, type ResponseCode } from '#lib/kernel';
import type { IsoFields } from '#lib/iso8583';
import { isSettled, type Payment, type StoredInquiry } from '#lib/switching';
import { writePrivateData, type Facts } from './private-data';
import type { Question } from './question';
import type { Speech } from './speech';
import { writeAmount } from './wire-amount';

/** What the door says to a message, before it is written in a dialect. */
export type Reply =
  | {
      kind: 'refused';
      code: ResponseCode;
      /** The data element to blame, such as `DE 48`. */
      blamed?: string | undefined;
      /** The payment that has its reference. */
      first?: Payment | undefined;
      /** The customer that the message named, as the books have it. */
      customerNumber?: string | undefined;
    }
  | { kind: 'offer'; inquiry: StoredInquiry }
  | { kind: 'payment'; code: ResponseCode; payment: Payment };

/** The answer code of a reply, in our own words. */
export function codeOf(reply: Reply): ResponseCode {
  return reply.kind === 'offer' ? 'APPROVED' : reply.code;
}

/**
 * What a payment's own code is towards a partner that pays or asks about it. A payment that is being taken back is in
 * progress: nobody may hand out its receipt, and nobody may refund it yet.
 */
export function standingOf(payment: Payment): ResponseCode {
  return payment.state === 'PAID' && !isSettled(payment) ? 'IN_PROGRESS' : payment.code;
}

/** What a payment is towards a partner that wants it undone: undone, in progress, or not to be undone. */
export function undoneOf(payment: Payment): ResponseCode {
  if (payment.state === 'REVERSED' || payment.state === 'DECLINED') return 'APPROVED';
  return isSettled(payment) ? 'REVERSAL_NOT_ALLOWED' : 'IN_PROGRESS';
}

/** The data elements of an answer that its question does not have. */
export function answerFields(speech: Speech, question: Question | undefined, reply: Reply): IsoFields {
  const { spec, profile } = speech;
  const fields: IsoFields = { [spec.definition.codes.field]: speech.wireCode(codeOf(reply)) };
  if (!question || (reply.kind === 'refused' && !reply.first)) return fields;
  const productId = productOf(reply);
  const product = question.productCode === '' ? speech.productCodeOf(productId) : question.productCode;
  const { answer } = speech.layoutsOf(question.call, product);
  const echoed = Object.fromEntries(answer?.echoed.map((name) => [name, question.data[name]]) ?? []);
  const write = ({ texts, bills }: Facts) =>
    writePrivateData(spec, answer, { texts: { ...echoed, ...texts, product }, bills });
  if (reply.kind === 'offer') {
    const total = writeAmount(reply.inquiry.offer.total, profile.amount, speech.amountWidth);
    if (total !== undefined) fields[profile.amount.field] = total;
    return { ...fields, ...write(factsOfOffer(reply.inquiry)) };
  }
  if (reply.kind === 'refused') return { ...fields, ...write(factsOfFirst(reply)) };
  if (!question.hasRrn) fields[profile.rrnField] = reply.payment.paymentId;
  return { ...fields, ...write(factsOfPayment(reply.payment)) };
}

/** The product that an answer's data is about. */
function productOf(reply: Reply): string {
  if (reply.kind === 'offer') return reply.inquiry.productId;
  return reply.kind === 'payment' ? reply.payment.productId : (reply.first?.productId ?? '');
}

/** Of the payment that has the reference nothing is told but its Payment ID. */
function factsOfFirst({ customerNumber, first }: Extract<Reply, { kind: 'refused' }>): Facts {
  const texts = { customerNumber: customerNumber ?? first?.customerNumber, paymentId: first?.paymentId };
  return { texts, bills: [] };
}

function factsOfOffer(inquiry: StoredInquiry): Facts {
  const { offer, validUntil } = inquiry;
  return {
    texts: {
      ...offer.details,
      customerNumber: inquiry.customerNumber,
      customerName: offer.customerName,
      amount: offer.amount.toString(),
      adminFee: offer.adminFee.toString(),
      total: offer.total.toString(),
      billCount: String(offer.lines.length),
      remaining: offer.remaining?.toString(),
      outstanding: String(offer.lines.length + (offer.remaining ?? 0)),
      inquiryId: inquiry.inquiryId,
      validUntil: compact(localIso(validUntil, 'Asia/Jakarta').slice(0, 19)),
    },
    bills: billsOf(offer),
  };
}

function factsOfPayment(payment: Payment): Facts {
  const { offer } = payment;
  // Nobody may hand out the receipt of a payment that is, or is being, taken back.
  const receipt = standingOf(payment) === 'APPROVED' ? payment.receipt?.fields : undefined;
  return {
    texts: {
      ...offer.details,
      ...receipt,
      customerNumber: payment.customerNumber,
      customerName: offer.customerName,
      amount: offer.amount.toString(),
      adminFee: offer.adminFee.toString(),
      total: offer.total.toString(),
      billCount: String(offer.lines.length),
      paidCount: receipt ? String(offer.lines.length) : '0',
      remaining: offer.remaining?.toString(),
      outstanding: String(offer.lines.length + (offer.remaining ?? 0)),
      inquiryId: payment.inquiryId,
      paymentId: payment.paymentId,
      billerReference: payment.billerReference ?? undefined,
      businessDate: compact(payment.businessDate),
      validUntil: undefined,
    },
    bills: billsOf(offer),
  };
}

function billsOf({ lines }: Payment['offer']): Facts['bills'] {
  return lines.map(({ period, amount, penalty, details }) => ({
    ...details,
    period,
    amount: amount.toString(),
    penalty: penalty.toString(),
  }));
}

function compact(date: string): string {
  return date.replace(/\D/g, '');
}
