import { z } from 'zod';
import { rupiah, rupiahFromText, sum } from '#lib/kernel';
import { readConfigFile } from '#lib/platform';
import type { ReceiptDefinition } from './definition';
import { RECEIPT_FORMATS, receiptDocument } from './document';
import type { PaidOffer, PaidPayment, ReceiptFacts } from './facts';
import { LANGUAGES } from './formats';
import { renderReceipt } from './lines';

const Amount = z.string().regex(/^\d{1,15}$/, 'whole rupiah as a string of digits');
const Texts = z.record(z.string(), z.string());

/** An invented payment, with all that its biller said: fixtures/receipts/<name>/payment.yaml. */
const Sample = z.strictObject({
  paymentId: z.string(),
  customerNumber: z.string(),
  customerName: z.string(),
  billerReference: z.string(),
  paidAt: z.iso.datetime(),
  adminFee: Amount,
  bills: z
    .array(
      z.strictObject({
        period: z.string(),
        amount: Amount,
        penalty: Amount.default('0'),
        details: Texts.default({}),
      }),
    )
    .min(1),
  remaining: z.int().nullable().default(null),
  details: Texts.default({}),
  receipt: Texts.default({}),
});

/** A payment to try a definition with. */
export interface ReceiptSample {
  payment: PaidPayment;
  offer: PaidOffer;
  fromBiller: Readonly<Record<string, string>>;
}

/** @throws ConfigError naming file, line, key and what was expected. */
export function readSample(file: string): ReceiptSample {
  const sample = readConfigFile(file, Sample);
  const lines = sample.bills.map(({ period, amount, penalty, details }) => ({
    period,
    amount: rupiahFromText(amount),
    penalty: rupiahFromText(penalty),
    details,
  }));
  const amount = sum(lines.flatMap((line) => [line.amount, line.penalty]));
  const adminFee = rupiahFromText(sample.adminFee);
  const { paymentId, customerNumber, billerReference, paidAt, customerName, remaining, details } = sample;
  return {
    payment: {
      paymentId,
      customerNumber,
      billerReference,
      paidAt: new Date(paidAt),
      timeZone: 'Asia/Jakarta',
    },
    offer: {
      customerName,
      lines,
      remaining,
      amount,
      adminFee,
      total: rupiah(amount + adminFee),
      details,
    },
    fromBiller: sample.receipt,
  };
}

const COPIED_AFTER_MS = 3_600_000;

/**
 * Every output of a definition for one payment, by the name of its golden file: what is kept with the payment
 * (`lines.txt`), the receipt in each format and language (`text32.id.txt` ...), and its first copy (`copy.id.txt`).
 */
export async function renderSample(
  definition: ReceiptDefinition,
  { payment, offer, fromBiller }: ReceiptSample,
): Promise<Map<string, Buffer>> {
  const { lines, fields } = renderReceipt(definition, payment, offer, fromBiller);
  const facts: ReceiptFacts = { fields, bills: offer.lines };
  const files = new Map<string, Buffer>([['lines.txt', Buffer.from(`${lines.join('\n')}\n`)]]);
  for (const language of LANGUAGES)
    for (const format of RECEIPT_FORMATS) {
      const { body } = await receiptDocument(definition, facts, { format, language, copy: undefined });
      files.set(`${format}.${language}.${ENDINGS[format]}`, format === 'json' ? indented(body) : body);
    }
  const copy = { no: 1, at: new Date(payment.paidAt.getTime() + COPIED_AFTER_MS) };
  const copied = await receiptDocument(definition, facts, { format: 'text32', language: 'id', copy });
  return files.set('copy.id.txt', copied.body);
}

const ENDINGS = { text32: 'txt', text48: 'txt', json: 'json', pdf: 'pdf' } as const;

/** JSON as people compare it. */
function indented(body: Buffer): Buffer {
  return Buffer.from(`${JSON.stringify(JSON.parse(body.toString()), null, 2)}\n`);
}
