import { formatPaymentId, formatRupiah, localIso, type Rupiah } from '#lib/kernel';
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
    ...offer.details,
    ...fromBiller,
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
    ...(offer.remaining ? { remaining: String(offer.remaining) } : {}),
  };
  const lines: string[] = [];
  for (const { texts, names } of readLines(template))
    if (names.every((name) => fields[name]))
      lines.push(texts.map((text, at) => text + printed(names[at], fields)).join(''));
  return { lines, fields };
}

/** A line as the texts between the names it prints; there is one text more than names. */
interface TemplateLine {
  texts: string[];
  names: string[];
}

const readTemplates = new WeakMap<readonly string[], TemplateLine[]>();

/** Reads a product's template once. */
function readLines(template: readonly string[]): TemplateLine[] {
  let lines = readTemplates.get(template);
  if (!lines) {
    lines = template.map((line) => {
      const parts = line.split(/\{(\w+)\}/);
      return {
        texts: parts.filter((_, at) => at % 2 === 0),
        names: parts.filter((_, at) => at % 2 === 1),
      };
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

/** A field as paper shows it; nothing where a line has come to its end. */
function printed(name: string | undefined, fields: Readonly<Record<string, string>>): string {
  if (name === undefined) return '';
  const value = fields[name] ?? '';
  if (name === 'paymentId') return formatPaymentId(value);
  if (name === 'token') return value.replace(/(.{4})(?=.)/g, '$1 ');
  if (RUPIAH_FIELDS.has(name) && /^-?\d+$/.test(value)) return formatRupiah(BigInt(value) as Rupiah);
  return value;
}
