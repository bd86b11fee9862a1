import { maskNumber } from '#lib/platform';
import { BareNumber, isObject, type Json, type JsonObject } from '#lib/snap';

/** Of a name or a value, and how many members: a line of the log is for people. */
const SHOWN_MAX = 64;

const MASKED = '[masked]';

/** Members that say nothing of a person, where they are short texts. Whatever is not listed is masked. */
const SAFE = new Set([
  'partnerServiceId',
  'inquiryRequestId',
  'paymentRequestId',
  'partnerReferenceNo',
  'originalPartnerReferenceNo',
  'originalReferenceNo',
  'serviceCode',
  'trxId',
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

const AMOUNTS = new Set(['amount', 'paidAmount', 'totalAmount']);

/** A message as support may read it. */
export function maskedMessage(body: JsonObject): Record<string, unknown> {
  const said: Record<string, unknown> = {};
  for (const name of Object.keys(body).slice(0, SHOWN_MAX))
    said[name.slice(0, SHOWN_MAX)] = shown(name, body[name]);
  return said;
}

function shown(name: string, value: Json | undefined): unknown {
  if (AMOUNTS.has(name) && isObject(value))
    return { value: shortText(value['value']), currency: shortText(value['currency']) };
  if (SAFE.has(name)) return shortText(value);
  if (!NUMBERS.has(name)) return MASKED;
  const number = shortText(value);
  return number === MASKED ? number : maskNumber(number);
}

function shortText(value: Json | undefined): string {
  const text = value instanceof BareNumber ? value.text : value;
  return typeof text === 'string' && text.length <= SHOWN_MAX ? text : MASKED;
}
