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
  const lines = template.flatMap((line) => {
    const names = [...line.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    if (names.some((name) => !fields[name])) return [];
    return [line.replace(/\{(\w+)\}/g, (_, name: string) => printed(name, fields[name] ?? ''))];
  });
  return { lines, fields };
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
  if (name === 'token') return value.replace(/(.{4})(?=.)/g, '$1 ');
  if (RUPIAH_FIELDS.has(name) && /^-?\d+$/.test(value)) return formatRupiah(BigInt(value) as Rupiah);
  return value;
}
