import { z } from 'zod';

import type {
  BillerCode,
  InquiryAnswer,
  PaymentAnswer,
  ReversalAnswer,
  ReversalOrder,
} from '../billers/desk';
import { isCalendarDate } from '../jakarta';
import type { PaymentOrder } from '../truth/payment-book';

/** The dialect's codes and the words it puts to them. */
const STATUS: Record<BillerCode | 'REVERSAL_REFUSED', { status: string; pesan: string }> = {
  OK: { status: '00', pesan: 'Success' },
  CUSTOMER_UNKNOWN: { status: '14', pesan: 'Customer unknown' },
  ALREADY_PAID: { status: '88', pesan: 'Bill already paid' },
  DECLINED: { status: '05', pesan: 'Payment declined' },
  WRONG_AMOUNT: { status: '13', pesan: 'Amount wrong or bill changed, ask for the bill again' },
  IN_PROCESS: { status: '68', pesan: 'Payment in process' },
  PAYMENT_UNKNOWN: { status: '63', pesan: 'No such payment' },
  REVERSED: { status: '41', pesan: 'Payment reversed' },
  REVERSAL_REFUSED: { status: '40', pesan: 'Reversal refused' },
  DUPLICATE: { status: '94', pesan: 'This reff was used with other content' },
  MALFORMED: { status: '30', pesan: 'Message malformed' },
};

const noPelanggan = z.string().regex(/^[0-9]{8,10}$/);
const reff = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/);
const tanggalBuku = z
  .string()
  .regex(/^\d{8}$/)
  .transform((digits) => `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`)
  .refine(isCalendarDate);

const tagihan = z.object({ noPelanggan, reff });
const bayar = z.object({
  noPelanggan,
  nomorInquiry: z.string().min(1).max(64),
  reff,
  lembar: z.int().min(1).max(99),
  total: z.int().positive(),
  tanggalBuku,
});
const cek = z.object({ reff });
const batal = z.object({
  reff,
  reffBayar: reff,
  noPelanggan,
  total: z.int().positive(),
  nomorBukti: z.string().max(64).optional(),
});

export type TagihanRequest = z.infer<typeof tagihan>;
export type CekRequest = z.infer<typeof cek>;

/** What every malformed message is answered with. */
export const MALFORMED = { how: 'answer', answer: STATUS.MALFORMED } as const;

/** Reads an inquiry; undefined where it is malformed. */
export function readTagihan(message: unknown): TagihanRequest | undefined {
  return tagihan.safeParse(message).data;
}

/** Reads a payment; undefined where it is malformed. */
export function readBayar(message: unknown): PaymentOrder | undefined {
  const { data } = bayar.safeParse(message);
  if (!data) return undefined;
  return {
    legReference: data.reff,
    customerNumber: data.noPelanggan,
    product: 'water',
    offerReference: data.nomorInquiry,
    billCount: data.lembar,
    amount: data.total.toString(),
    settlementDate: data.tanggalBuku,
  };
}

/** Reads the question after a payment; undefined where it is malformed. */
export function readCek(message: unknown): CekRequest | undefined {
  return cek.safeParse(message).data;
}

/** Reads an order to give a payment back; undefined where it is malformed. */
export function readBatal(message: unknown): ReversalOrder | undefined {
  const { data } = batal.safeParse(message);
  if (!data) return undefined;
  return {
    reversalReference: data.reff,
    legReference: data.reffBayar,
    customerNumber: data.noPelanggan,
    amount: data.total.toString(),
  };
}

/** The answer to an order to give a payment back: it repeats what it is about. */
export function writeBatalAnswer(order: ReversalOrder, answer: ReversalAnswer): object {
  const about = { reff: order.reversalReference, reffBayar: order.legReference };
  return { ...STATUS[answer.code], ...about, total: jsonInteger(BigInt(order.amount)) };
}

/** The answer to an inquiry: rupiah as JSON integers. */
export function writeTagihanAnswer(answer: InquiryAnswer): object {
  if (answer.code !== 'OK') return STATUS[answer.code];
  const { customer, reference, bills, validSeconds } = answer.offer;
  return {
    ...STATUS.OK,
    nomorInquiry: reference,
    pelanggan: { nama: customer.name, alamat: customer.address, golongan: customer.tariff },
    tagihan: bills.map((bill) => ({
      bulan: bill.period,
      nilai: jsonInteger(bill.amount),
      denda: jsonInteger(bill.penalty),
      standAwal: bill.meterFrom,
      standAkhir: bill.meterTo,
    })),
    ...(validSeconds !== undefined && { berlakuDetik: validSeconds }),
  };
}

/** The answer to a payment or to the question after it. */
export function writeBayarAnswer(reference: string, answer: PaymentAnswer): object {
  if (answer.code !== 'OK') return { ...STATUS[answer.code], reff: reference };
  return {
    ...STATUS.OK,
    reff: reference,
    nomorBukti: answer.paid.theirReference,
    total: jsonInteger(answer.amountTold),
    lembar: answer.paid.billCount,
  };
}

/** This dialect writes rupiah as JSON numbers; one too large to be exact must not leave. */
function jsonInteger(rupiah: bigint): number {
  if (rupiah > BigInt(Number.MAX_SAFE_INTEGER))
    throw new RangeError(`${rupiah} rupiah do not fit a JSON number`);
  return Number(rupiah);
}
