import { createHash } from 'node:crypto';
import { fail, isPaymentId, ok, refusal, type Refusal, type Result, type Rupiah } from '#lib/kernel';
import type { IsoFields, IsoMessage } from '#lib/iso8583';
import type { CallName } from './profile';
import type { Speech } from './speech';
import { readAmount } from './wire-amount';
import { readPrivateData } from './private-data';

/** What a message asks, in our own words. */
export interface Question {
  call: CallName;
  /**
   * What names its payment for ever: of a repeat, an advice and a reversal that of the first message. Undefined where an
   * advice or a reversal does not say which message it is about.
   */
  reference: string | undefined;
  /** Their code, and our product. */
  productCode: string;
  productId: string | undefined;
  customerNumber: string | undefined;
  /** Undefined where the message names none. */
  amount: Rupiah | undefined;
  inquiryId: string | undefined;
  /** Where the message says which payment of ours it is about. */
  paymentId: string | undefined;
  billCount: number | undefined;
  /** The texts of its private data, by our names. */
  data: Readonly<Record<string, string>>;
  /** Whether the partner sets the RRN itself. */
  hasRrn: boolean;
  /** Why nothing may be done by it; the rest is what could be read all the same. */
  objection: Refusal | undefined;
  /** Its amount is not in whole rupiah, so it is the amount of no payment of ours. */
  hasOtherMoney: true | undefined;
}

/** Which of the calls a message is; undefined where it is none. */
export function callOf({ profile }: Speech, { mti, fields }: IsoMessage): CallName | undefined {
  const { calls, processingCodeField } = profile;
  const processingCode = processingCodeField === undefined ? '' : (fields[processingCodeField] ?? '');
  const names = Object.keys(calls) as CallName[];
  return names.find(
    (name) =>
      calls[name].types.includes(mti) &&
      (calls[name].processingCodes?.some((prefix) => processingCode.startsWith(prefix)) ?? true),
  );
}

/** Reads a message by its partner's profile; its objection names the data element to blame. */
export function readQuestion(speech: Speech, call: CallName, { fields }: IsoMessage): Question {
  const { profile, spec } = speech;
  const currency = currencyObjection(speech, fields);
  const amount: ReturnType<typeof amountOf> = currency ? fail(currency) : amountOf(speech, fields);

  // A layout of the product's own is known only once the product is, which then stands in a field.
  const fieldCode = profile.productField === undefined ? undefined : (fields[profile.productField] ?? '');
  const read = readPrivateData(spec, speech.layoutsOf(call, fieldCode).question, fields);
  const data = read.ok ? read.value : {};
  const { product, customerNumber, inquiryId, paymentId, billCount } = data;
  const productCode = fieldCode ?? product ?? '';
  const rrn = rrnOf(fields[profile.rrnField]);
  return {
    call,
    reference: referenceOf(speech, call, fields, rrn),
    productCode,
    productId: profile.products[productCode]?.product,
    customerNumber: customerNumber === '' ? undefined : customerNumber,
    amount: amount.ok ? amount.value : undefined,
    inquiryId: inquiryId === '' ? undefined : inquiryId,
    paymentId: ourIdIn(rrn ?? paymentId),
    billCount: billCount === undefined || Number(billCount) === 0 ? undefined : Number(billCount),
    data,
    hasRrn: rrn !== undefined,
    objection: amount.ok
      ? (counterObjection(speech, fields) ?? (read.ok ? undefined : read.error))
      : amount.error,
    hasOtherMoney: amount.ok ? undefined : true,
  };
}

/** A Payment ID of ours. Where the partner sets an RRN of its own, that alone names the payment. */
function ourIdIn(text: string | undefined): string | undefined {
  return text !== undefined && isPaymentId(text) ? text : undefined;
}

/** SHA-256 of what a payment is about: a repeat and an advice have the same, whatever else differs in them. */
export function contentHashOf({ productId, inquiryId, amount }: Question, customer: string): Buffer {
  const content = [productId, customer, inquiryId, amount?.toString()];
  return createHash('sha256').update(JSON.stringify(content)).digest();
}

function currencyObjection({ profile: { currency } }: Speech, fields: IsoFields): Refusal | undefined {
  if (!currency || (fields[currency.field] ?? currency.value) === currency.value) return undefined;
  return malformed(currency.field, `is not ${currency.value}`);
}

/** A message that need not say where it was sold, such as a reversal, is held to nothing. */
function counterObjection({ profile }: Speech, fields: IsoFields): Refusal | undefined {
  const { merchantTypes } = profile;
  const counter = merchantTypes && fields[merchantTypes.field];
  if (!merchantTypes || counter === undefined || merchantTypes.allowed.includes(counter)) return undefined;
  return malformed(merchantTypes.field, 'is no kind of counter that was agreed on');
}

function malformed(field: number, why: string): Refusal {
  return refusal('REQUEST_MALFORMED', why, `DE ${field}`);
}

/** Zeros are no amount: an inquiry carries them where the bill says how much. */
function amountOf({ profile }: Speech, fields: IsoFields): Result<Rupiah | undefined, Refusal> {
  const text = fields[profile.amount.field];
  if (text === undefined || /^0*$/.test(text)) return ok(undefined);
  const amount = readAmount(text, profile.amount);
  if (amount === undefined) return fail(malformed(profile.amount.field, 'is not whole rupiah'));
  return ok(amount === 0n ? undefined : amount);
}

/** A partner's own RRN; blanks and zeros are none. */
function rrnOf(text: string | undefined): string | undefined {
  return text === undefined || /^[0 ]*$/.test(text) ? undefined : text;
}

function referenceOf(
  { profile }: Speech,
  call: CallName,
  fields: IsoFields,
  rrn: string | undefined,
): string | undefined {
  const { by, traceFields, original } = profile.reference;
  if (by === 'rrn' && rrn !== undefined) return rrn;
  if (call === 'inquiry' || call === 'payment')
    return traceFields.map((number) => fields[number] ?? '').join('-');
  const named = fields[original.field] ?? '';
  const trace: string[] = [];
  for (const number of traceFields) {
    const part = original.parts[number];
    const text = part ? named.slice(part.from, part.from + part.length) : fields[number];
    if (part && (text?.length !== part.length || /^[0 ]*$/.test(text))) return undefined;
    trace.push(text ?? '');
  }
  return trace.join('-');
}
