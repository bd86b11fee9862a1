import { RESPONSE_CODES, zonedIso, type Refusal, type ResponseCode, type Rupiah } from '#lib/kernel';
import type { DepositBalance } from '#lib/ledger';
import { isCharged, isSettled, statusOf, type Payment, type StoredInquiry } from '#lib/switching';
import type { AnswerName } from './answers';
import type { TextProfile } from './profile';

/** What a line tells, before it is written. */
export interface TextAnswer {
  name: AnswerName;
  /** The status of the H2H API for the same answer. */
  status: number;
  facts: Readonly<Record<string, string>>;
}

/** How a profile calls things. */
type Words = Pick<TextProfile, 'answers' | 'products'>;

/** Writes an answer as its profile's line. What the answer does not have reads as nothing. */
export function lineOf({ lines, separators }: TextProfile['answers'], { name, facts }: TextAnswer): string {
  const isUnsafe = (one: string) => separators.includes(one) || one < ' ' || one === '\x7f';
  const safe = (value: string) => value.replace(/[^]/gu, (one) => (isUnsafe(one) ? ' ' : one));
  return lines[name].replace(/\{([^{}]*)\}/g, (_, fact: string) => safe(facts[fact] ?? ''));
}

/** An offer as an answer. */
export function offerAnswer(inquiry: StoredInquiry, words: Words, now: Date): TextAnswer {
  const { offer } = inquiry;
  const facts = {
    ...common(inquiry.reference, 'APPROVED', words, now),
    ...priceOf(inquiry, words),
    message: '',
    messageEn: '',
    inquiryId: inquiry.inquiryId,
    billCount: String(offer.lines.length),
    periods: offer.lines.map(({ period }) => period).join(' '),
    validUntil: localTime(inquiry.validUntil),
  };
  return { name: 'offer', status: 200, facts };
}

/** A payment as it stands, as an answer. */
export function paymentAnswer(payment: Payment, words: Words, now: Date): TextAnswer {
  const receipt = isCharged(payment.state) ? (payment.receipt?.fields ?? {}) : {};
  const facts = {
    ...Object.fromEntries(Object.entries(receipt).map(([name, value]) => [`receipt.${name}`, value])),
    // A payment that is being taken back still has the code of its success, which must not be read here.
    ...common(payment.channelReference, isSettled(payment) ? payment.code : 'IN_PROGRESS', words, now),
    ...priceOf(payment, words),
    status: statusOf(payment.state),
    paymentId: payment.paymentId,
    billerReference: payment.billerReference ?? '',
    serialNumber: receipt['token'] ?? payment.billerReference ?? '',
    balance: payment.balanceAfter?.toString() ?? '',
    businessDate: payment.businessDate,
  };
  return { name: answerNameOf(payment), status: isSettled(payment) ? 200 : 202, facts };
}

/** A deposit's balance as an answer. */
export function balanceAnswer(balance: DepositBalance, words: Words, now: Date): TextAnswer {
  const { posted, held, limit, available } = balance;
  const amounts = { posted, held, limit, available };
  const facts = Object.fromEntries(
    Object.entries(amounts).map(([name, amount]) => [name, amount.toString()]),
  );
  return {
    name: 'balance',
    status: 200,
    facts: { ...common('', 'APPROVED', words, now), message: '', ...facts },
  };
}

/** A refusal as an answer. */
export function refusalAnswer({ code }: Refusal, reference: string, words: Words, now: Date): TextAnswer {
  const { final, http } = RESPONSE_CODES[code];
  return { name: final ? 'refused' : 'notNow', status: http, facts: common(reference, code, words, now) };
}

function answerNameOf(payment: Payment): AnswerName {
  if (!isSettled(payment)) return 'inProgress';
  switch (statusOf(payment.state)) {
    case 'PAID':
      return 'paid';
    case 'REVERSED':
      return 'reversed';
    case 'DECLINED':
      return 'declined';
    case 'IN_PROGRESS':
      return 'inProgress';
  }
}

function common(reference: string, ourCode: ResponseCode, words: Words, now: Date) {
  const { iso, id, en } = RESPONSE_CODES[ourCode];
  return {
    reference,
    code: words.answers.codes[ourCode] ?? iso,
    ourCode,
    message: id,
    messageEn: en,
    time: localTime(now),
  };
}

interface Priced {
  productId: string;
  customerNumber: string;
  offer: { customerName: string; amount: Rupiah; adminFee: Rupiah; total: Rupiah; charge: Rupiah };
}

function priceOf({ productId, customerNumber, offer }: Priced, { products }: Words) {
  const amount = offer.amount.toString();
  const word = Object.entries(products).find(
    ([, known]) => known.product === productId && (known.amount ?? amount) === amount,
  );
  return {
    product: word?.[0] ?? productId,
    customerNumber,
    customerName: offer.customerName,
    amount,
    adminFee: offer.adminFee.toString(),
    total: offer.total.toString(),
    charge: offer.charge.toString(),
  };
}

/** For example `2026-07-14 12:00:00`, in Jakarta. */
function localTime(instant: Date): string {
  return zonedIso(instant, 'Asia/Jakarta').slice(0, 19).replace('T', ' ');
}
