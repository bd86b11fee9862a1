import { formatPaymentId, formatRupiah, inFours, localIso, type Rupiah } from '#lib/kernel';
import type { Offer } from './offer';

/** What a customer takes home. `fields` carries the same facts for machines. */
export interface Receipt {
  lines: string[];
  fields: Record<string, string>;
}

/**
 * Renders a receipt from the product's lines. A line that names something this payment does not have, or that has
 * nothing to say (no remaining bills), is left out.
 */
export function renderReceipt(
  template: readonly string[],
  payment: {
    paymentId: string;
    customerNumber: string;
    billerReference: string;
    paidAt: Date;
    timeZone: string;
  },
  offer: Offer,
  fromBiller: Readonly<Record<string, string>>,
): Receipt {
  const fields: Record<string, string> = {
    paymentId: payment.paymentId,
    customerNumber: payment.customerNumber,
    customerName: offer.customerName,
    billerReference: payment.billerReference,
    time: localIso(payment.paidAt, payment.timeZone).slice(0, 19).replace('T', ' '),
    amount: offer.amount.toString(),
    adminFee: offer.adminFee.toString(),
    total: offer.total.toString(),
    billCount: String(offer.lines.length),
    periods: offer.lines.map(({ period }) => period).join(', '),
  };
  if (offer.remaining) fields['remaining'] = String(offer.remaining);
  // What we know ourselves goes before what the biller says, and its answer to the payment before its bill.
  addMissing(fields, fromBiller);
  addMissing(fields, offer.details);
  const lines: string[] = [];
  for (const line of readLines(template)) {
    const text = filledIn(line, fields);
    if (text !== undefined) lines.push(text);
  }
  return { lines, fields };
}

/** Adds what is not there yet. Spreading several objects into one costs fifty times as much. */
function addMissing(fields: Record<string, string>, more: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(more)) if (!Object.hasOwn(fields, name)) fields[name] = value;
}

/** A line as what it opens with, and then each name it prints with the text up to the next one. */
interface TemplateLine {
  opening: string;
  parts: { name: string; text: string }[];
}

/** A line with its names filled in; undefined where this payment has nothing to say for one of them. */
function filledIn(
  { opening, parts }: TemplateLine,
  fields: Readonly<Record<string, string>>,
): string | undefined {
  let line = opening;
  for (const { name, text } of parts) {
    const value = fields[name];
    if (!value) return undefined;
    line += printed(name, value) + text;
  }
  return line;
}

const readTemplates = new WeakMap<readonly string[], TemplateLine[]>();

/** Reads a product's template once. */
function readLines(template: readonly string[]): TemplateLine[] {
  let lines = readTemplates.get(template);
  if (!lines) {
    lines = template.map((line) => {
      const [opening = '', ...rest] = line.split(/\{(\w+)\}/);
      const names = rest.filter((_, at) => at % 2 === 0);
      return { opening, parts: names.map((name, at) => ({ name, text: rest[2 * at + 1] ?? '' })) };
    });
    readTemplates.set(template, lines);
  }
  return lines;
}

const RUPIAH_FIELDS = new Set([
  'amount',
  'adminFee',
  'total',
  'stampDuty',
  'ppn',
  'ppj',
  'instalment',
  'tokenAmount',
]);

/** A field as paper shows it. */
function printed(name: string, value: string): string {
  if (name === 'paymentId') return formatPaymentId(value);
  if (name === 'token') return inFours(value, ' ');
  if (RUPIAH_FIELDS.has(name) && /^-?\d+$/.test(value)) return formatRupiah(BigInt(value) as Rupiah);
  return value;
}
