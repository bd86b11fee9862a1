import { RESPONSE_CODES, type Rupiah } from '#lib/kernel';
import { plainOf, snapAmount, snapTimestamp, type Bilingual, type JsonObject } from '#lib/snap';
import { statusOf, type Offer, type Payment, type StoredInquiry } from '#lib/switching';
import type { SnapProfile } from './profile';

type Members = Record<string, unknown>;

/** The numbers of an account as the caller wrote them. */
export const IDENTITY_NAMES = ['partnerServiceId', 'customerNo', 'virtualAccountNo'] as const;

/**
 * Members of a request that an answer repeats as they came, where they came.
 * @param members what they are put to: objects of so many members are not copied into one another, for that costs more
 * than all the rest of an answer.
 */
export function echo(body: JsonObject, names: readonly string[], members: Members = {}): Members {
  for (const name of names) {
    const value = Object.hasOwn(body, name) ? body[name] : undefined;
    if (value !== undefined && value !== null) members[name] = plainOf(value);
  }
  return members;
}

/** A text of ours cut to what a field holds: its first sentence if that is enough, and else no half word. */
export function brief({ english, indonesia }: Bilingual, max: number): Bilingual {
  return { english: cut(firstSentence(english), max), indonesia: cut(firstSentence(indonesia), max) };
}

function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const words = text.slice(0, max + 1).lastIndexOf(' ');
  return words > 0 ? text.slice(0, words).replace(/[,;:]$/, '') : text.slice(0, max);
}

function firstSentence(text: string): string {
  return text.split(/\.(?: |$)/, 1)[0] ?? text;
}

/** What a bill costs the customer, fee included, so that the bills add up to the total. */
export function billAmounts({ lines, adminFee }: Pick<Offer, 'lines' | 'adminFee'>): bigint[] {
  const count = BigInt(lines.length);
  const share = adminFee / count;
  // What cannot be shared evenly stands on the first bill.
  return lines.map(
    ({ amount, penalty }, index) => amount + penalty + share + (index === 0 ? adminFee - share * count : 0n),
  );
}

/** The bills of an offer. @param about what was told of each, where it was paid for. */
export function billDetails(
  offer: Offer,
  productName: string,
  billsMax: number,
  about: Members = {},
): Members[] {
  const amounts = billAmounts(offer);
  return offer.lines.slice(0, billsMax).map(({ period }, index) => ({
    billCode: String(index + 1).padStart(2, '0'),
    billNo: period.slice(0, 18),
    billName: productName.slice(0, 20),
    billShortName: productName.slice(0, 10),
    billDescription: { english: `Bill ${period}`.slice(0, 18), indonesia: `Tagihan ${period}`.slice(0, 18) },
    billSubCompany: '00000',
    billAmount: snapAmount((amounts[index] ?? 0n) as Rupiah),
    ...about,
    additionalInfo: {},
  }));
}

/** An offer as the data of an inquiry's answer. */
export function presentOffer(
  { inquiryId, offer, validUntil }: StoredInquiry,
  productName: string,
  { answers }: SnapProfile,
): { data: Members; additionalInfo: Members } {
  return {
    data: {
      inquiryStatus: '00',
      inquiryReason: { english: 'Success', indonesia: 'Sukses' },
      virtualAccountName: offer.customerName,
      virtualAccountEmail: '',
      virtualAccountPhone: '',
      totalAmount: snapAmount(offer.total),
      subCompany: '00000',
      billDetails: billDetails(offer, productName, answers.billsMax),
      freeTexts: [],
      virtualAccountTrxType: 'C',
      feeAmount: snapAmount(offer.adminFee),
    },
    additionalInfo: {
      inquiryId,
      amount: snapAmount(offer.amount),
      validUntil: snapTimestamp(validUntil),
      ...(offer.remaining === null ? {} : { remaining: String(offer.remaining) }),
    },
  };
}

/** Of a payment: 00 paid, 01 not paid, and the agreed word for "not known yet". */
export function flagOf(payment: Payment, pending: string): string {
  const status = statusOf(payment.state);
  if (status === 'PAID') return '00';
  return status === 'IN_PROGRESS' ? pending : '01';
}

/** What the customer may be told of a payment as it stands. */
export function reasonOf(payment: Payment): Bilingual {
  if (statusOf(payment.state) === 'PAID') return { english: 'Success', indonesia: 'Sukses' };
  const { en, id } = RESPONSE_CODES[payment.code];
  return { english: en, indonesia: id };
}

/** A payment as the data of an answer; every word of it comes from the payment as it is stored. */
export function presentPayment(
  payment: Payment,
  productName: string,
  { answers }: SnapProfile,
  flag: string,
): { data: Members; additionalInfo: Members } {
  const { offer, receipt, billerReference, paymentId } = payment;
  const isPaid = statusOf(payment.state) === 'PAID';
  const reason = brief(reasonOf(payment), 64);
  const about = {
    ...(isPaid && billerReference !== null ? { billerReferenceId: billerReference } : {}),
    status: flag,
    reason,
  };
  return {
    data: {
      paymentFlagStatus: flag,
      paymentFlagReason: reason,
      virtualAccountName: offer.customerName,
      paidAmount: snapAmount(offer.total),
      totalAmount: snapAmount(offer.total),
      billDetails: billDetails(offer, productName, answers.billsMax, about),
      freeTexts: isPaid ? freeTexts(payment).slice(0, answers.freeTextsMax) : [],
    },
    additionalInfo: {
      paymentId,
      ...(isPaid && receipt !== null ? { receipt } : {}),
    },
  };
}

/** What must be on the customer's slip: our number, and the token that was bought. */
function freeTexts({ paymentId, receipt }: Payment): Bilingual[] {
  const texts = [both(`Payment ID ${paymentId}`)];
  const token = receipt?.fields['token'];
  if (token !== undefined) texts.push(both(`TOKEN ${token}`));
  return texts;
}

function both(text: string): Bilingual {
  return { english: text.slice(0, 32), indonesia: text.slice(0, 32) };
}

/** Puts additionalInfo where the partner expects it: beside the data, or to it. */
export function withAdditional(
  dataName: string,
  data: Members,
  additionalInfo: Members,
  placement: SnapProfile['answers']['additionalInfo'],
): Members {
  if (placement !== 'within') return { [dataName]: data, additionalInfo };
  data['additionalInfo'] = additionalInfo;
  return { [dataName]: data };
}
