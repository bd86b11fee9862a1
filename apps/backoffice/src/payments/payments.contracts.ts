import { z } from 'zod';
import { contract } from '../http/contract';
import { countUpTo, DateOnly, Instant, PAGE, Rupiah, Words } from '../http/schemas';

const Status = z.enum(['PAID', 'DECLINED', 'IN_PROGRESS', 'REVERSED']);

const Found = z.object({
  paymentId: z.string(),
  foundBy: z.enum(['paymentId', 'channelReference', 'legReference', 'billerReference', 'customerNumber']),
  channelId: z.string(),
  reference: z.string(),
  productId: z.string(),
  billerId: z.string(),
  customerNumber: z.string().meta({ description: 'masked, but for payments.read_unmasked' }),
  status: Status,
  state: z.string(),
  total: Rupiah,
  businessDate: DateOnly,
  createdAt: Instant,
});

export const SearchPayments = contract({
  method: 'GET',
  path: 'payments',
  right: 'payments.read',
  tells: {
    id: 'Cari pembayaran: Payment ID, referensi, RRN, nomor pelanggan',
    en: 'Find payments: Payment ID, reference, RRN, customer number',
  },
  query: z.strictObject({
    q: z.string().trim().min(3, 'must be at least 3 characters').max(64),
    limit: countUpTo(PAGE.rowsMax).optional(),
  }),
  answer: z.object({ payments: z.array(Found) }),
});

/** One stretch of a rupiah's way. */
const Part = z.object({
  name: z.string(),
  title: Words,
  rows: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.null()]))),
  missing: Words.nullable(),
});

const Params = z.strictObject({ paymentId: z.string().max(20) });

export const ReadPayment = contract({
  method: 'GET',
  path: 'payments/:paymentId',
  right: 'payments.read',
  tells: {
    id: 'Satu pembayaran, dari pesanan sampai rekening bank',
    en: 'One payment, from the order to the bank statement',
  },
  params: Params,
  answer: z.object({
    payment: Found.omit({ foundBy: true }),
    parts: z.array(Part),
    said: z
      .array(
        z.object({
          no: z.int(),
          at: Instant,
          event: z.string(),
          evidence: z.record(z.string(), z.unknown()),
        }),
      )
      .meta({ description: 'what the biller said at each move, masked; empty for partners' }),
    hasReceipt: z.boolean(),
  }),
});

export const HandOutReceipt = contract({
  method: 'POST',
  path: 'payments/:paymentId/receipt',
  right: 'receipts.read',
  tells: {
    id: 'Cetak struk; setiap struk setelah yang pertama adalah salinan',
    en: 'Hand out a receipt; each after the first is a copy',
  },
  params: Params,
  body: z.strictObject({
    format: z.enum(['text32', 'text48', 'pdf']),
    language: z.enum(['id', 'en']),
  }),
  answer: z.object({
    fileName: z.string(),
    contentType: z.string(),
    base64: z.string(),
    copyNo: z.int().meta({ description: '0: the first' }),
  }),
});
