import { maskNumber } from '#lib/platform';
import { plainOf, type JsonObject } from '#lib/snap';

/** Members that say nothing of a person. Whatever is not listed is masked. */
const SAFE = new Set([
  'partnerServiceId',
  'inquiryRequestId',
  'paymentRequestId',
  'partnerReferenceNo',
  'originalPartnerReferenceNo',
  'originalReferenceNo',
  'serviceCode',
  'trxId',
  'amount',
  'paidAmount',
  'totalAmount',
  'trxDateInit',
  'trxDateTime',
  'channelCode',
  'language',
  'flagAdvise',
  'referenceNo',
  'journalNum',
  'paymentType',
  'paidBills',
  'subCompany',
]);

/** Numbers of which the last four digits may be shown. */
const NUMBERS = new Set(['customerNo', 'virtualAccountNo']);

/** A message as support may read it. */
export function maskedMessage(body: JsonObject): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => {
      const plain = plainOf(value);
      if (SAFE.has(name)) return [name, plain];
      return [name, NUMBERS.has(name) && typeof plain === 'string' ? maskNumber(plain) : '[masked]'];
    }),
  );
}
