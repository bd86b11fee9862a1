import { z } from 'zod';

import type { Biller } from '../billers/biller';
import type { BillerCode, InquiryAnswer, PaymentAnswer } from '../billers/desk';
import { tokenPurchaseOf } from '../billers/token';
import { isCalendarDate } from '../jakarta';
import type { PaymentOrder } from '../truth/payment-book';

/** The dialect's codes and the words it puts to them. */
const RC: Record<BillerCode, { rc: string; message: string }> = {
  OK: { rc: '0000', message: 'Success' },
  CUSTOMER_UNKNOWN: { rc: '0014', message: 'Subscriber unknown' },
  ALREADY_PAID: { rc: '0088', message: 'Bill already paid' },
  DECLINED: { rc: '0005', message: 'Payment declined' },
  WRONG_AMOUNT: { rc: '0013', message: 'Amount wrong or bill changed, ask for the bill again' },
  IN_PROCESS: { rc: '0068', message: 'Payment in process' },
  PAYMENT_UNKNOWN: { rc: '0063', message: 'No such payment' },
  REVERSED: { rc: '0041', message: 'Payment reversed' },
  DUPLICATE: { rc: '0094', message: 'This paymentRef was used with other content' },
  MALFORMED: { rc: '0030', message: 'Message malformed' },
};

/** Energy a household of this power may buy in one month: its full power, day and night. */
const HOURS_PER_MONTH = 720;

const product = z.enum(['postpaid', 'prepaid']);
const reference = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/);
const rupiahDigits = z.string().regex(/^[1-9]\d{0,11}$/);
/** Postpaid customers are known by 12 digits, prepaid ones also by the 11 of their meter. */
const idpel = z.string().regex(/^\d{11,12}$/);
const isIdpelOfProduct = (message: { product: 'postpaid' | 'prepaid'; idpel: string }): boolean =>
  message.product === 'prepaid' || message.idpel.length === 12;

const inquiry = z
  .object({ product, idpel, amount: rupiahDigits.optional(), trace: z.string().min(1).max(64) })
  .refine(isIdpelOfProduct)
  .refine((message) => message.product === 'prepaid' || message.amount === undefined);

const payment = z
  .object({
    product,
    idpel,
    ref: z.string().regex(/^[0-9a-f]{32}$/),
    paymentRef: reference,
    billCount: z.int().min(0).max(99),
    amount: rupiahDigits,
    settlementDate: z.string().refine(isCalendarDate),
  })
  .refine(isIdpelOfProduct);

const advice = z.object({ paymentRef: reference, idpel });

export type PlnInquiry = z.infer<typeof inquiry>;
export type PlnAdvice = z.infer<typeof advice>;

/** What every malformed message is answered with. */
export const MALFORMED = { how: 'answer', answer: RC.MALFORMED } as const;

/** Reads an inquiry; undefined where it is malformed. */
export function readInquiry(message: unknown): PlnInquiry | undefined {
  return inquiry.safeParse(message).data;
}

/** Reads a payment; undefined where it is malformed. */
export function readPayment(message: unknown): PaymentOrder | undefined {
  const { data } = payment.safeParse(message);
  if (!data) return undefined;
  return {
    legReference: data.paymentRef,
    customerNumber: data.idpel,
    product: data.product,
    offerReference: data.ref,
    billCount: data.billCount,
    amount: data.amount,
    settlementDate: data.settlementDate,
  };
}

/** Reads an advice; undefined where it is malformed. */
export function readAdvice(message: unknown): PlnAdvice | undefined {
  return advice.safeParse(message).data;
}

/** The answer to an inquiry: rupiah as digits, months as `202607`. */
export function writeInquiryAnswer(asked: PlnInquiry, answer: InquiryAnswer): object {
  if (answer.code !== 'OK') return RC[answer.code];
  const { customer, reference: ref, bills, outstanding, validSeconds } = answer.offer;
  return {
    ...RC.OK,
    ref,
    subscriber: {
      idpel: asked.idpel,
      name: customer.name,
      tariff: customer.tariff,
      power: customer.power,
      unit: asked.idpel.slice(0, 5),
    },
    outstanding,
    bills: bills.map((bill) => ({
      period: bill.period.replace('-', ''),
      dueDate: bill.dueDate,
      amount: bill.amount.toString(),
      penalty: bill.penalty.toString(),
      meterFrom: bill.meterFrom,
      meterTo: bill.meterTo,
    })),
    ...(asked.product === 'prepaid' && {
      maxKwh: String(Math.floor((Number(customer.power) * HOURS_PER_MONTH) / 1_000)),
      ...(asked.amount !== undefined && { amount: asked.amount }),
    }),
    ...(validSeconds !== undefined && { validSeconds }),
  };
}

/** The answer to a payment or to an advice about it. */
export function writePaymentAnswer(biller: Biller, paymentRef: string, answer: PaymentAnswer): object {
  if (answer.code !== 'OK') return { ...RC[answer.code], paymentRef };
  const { paid, amountTold } = answer;
  return {
    ...RC.OK,
    paymentRef,
    plnRef: paid.theirReference,
    amount: amountTold.toString(),
    ...(paid.product === 'prepaid' ? tokenReceipt(biller, paid) : { billCount: paid.billCount }),
  };
}

function tokenReceipt(biller: Biller, paid: PaymentOrder): object {
  const purchase = tokenPurchaseOf(biller, paid.customerNumber, paid.legReference, BigInt(paid.amount));
  return {
    token: purchase.token,
    kwh: purchase.kwh,
    stampDuty: purchase.stampDuty.toString(),
    ppn: purchase.ppn.toString(),
    ppj: purchase.ppj.toString(),
    instalment: purchase.instalment.toString(),
    tokenAmount: purchase.tokenAmount.toString(),
  };
}
