import { setTimeout as sleep } from 'node:timers/promises';

import type { PaymentOrder } from '../truth/payment-book';
import type { Behaviour, Call } from './behaviour';
import type { Biller } from './biller';
import { maskedNumber, type Product } from './product';
import type {
  BillerDesk,
  InquiryAnswer,
  PaymentAnswer,
  Reaction,
  ReversalAnswer,
  ReversalOrder,
} from './desk';
import type { Inputs } from './offers';

type Refused = { readonly code: 'MALFORMED' | 'PRODUCT_UNKNOWN' | `=${string}` };

const MONTHS_MAX = 12;
const FIRST_YEAR = 2000;
const IDENTITY_NUMBER = /^\d{16}$/;

/** Where one biller is spoken to, whatever the dialect: it knows its products, and does what it was ordered to. */
export class Counter {
  constructor(
    readonly biller: Biller,
    private readonly desk: BillerDesk,
    private readonly behaviour: Behaviour,
  ) {}

  /** Shows what a customer owes; a product without inquiry is not known here. */
  inquire(word: string, customerNumber: string, inputs: Inputs = {}): Promise<Reaction<InquiryAnswer>> {
    const product = this.biller.products.find((one) => one.word === word);
    if (!product?.hasInquiry) return refused('PRODUCT_UNKNOWN');
    if (!product.number.test(customerNumber) || !areInputsOf(product, inputs)) return refused('MALFORMED');
    const number = known(product, customerNumber);
    return this.conduct('inquiry', number, () =>
      this.desk.inquire(this.biller, product, number, inputsOf(product, inputs)),
    );
  }

  /** Pays. */
  pay(order: PaymentOrder): Promise<Reaction<PaymentAnswer>> {
    const product = this.biller.products.find((one) => one.word === order.product);
    if (!product) return refused('PRODUCT_UNKNOWN');
    if (!product.number.test(order.customerNumber)) return refused('MALFORMED');
    const customerNumber = known(product, order.customerNumber);
    return this.conduct('payment', customerNumber, () =>
      this.desk.pay(this.biller, product, { ...order, customerNumber }),
    );
  }

  /** Tells what became of a payment. */
  async advise(legReference: string, customerNumber?: string): Promise<Reaction<PaymentAnswer>> {
    const number = this.desk.customerOf(this.biller, legReference) ?? customerNumber ?? '';
    return this.conduct('advice', number, () => this.desk.advise(this.biller, legReference, customerNumber));
  }

  /** Gives a payment back. */
  reverse(order: ReversalOrder): Promise<Reaction<ReversalAnswer>> {
    return this.conduct('reversal', order.customerNumber, () => this.desk.reverse(this.biller, order));
  }

  private async conduct<Answer>(
    call: Call,
    customerNumber: string,
    serve: () => Reaction<Answer> | Promise<Reaction<Answer>>,
  ): Promise<Reaction<Answer | Refused>> {
    const order = this.behaviour.orderFor(this.biller, customerNumber, call);
    if (!order) return serve();
    // The timer does not keep a process alive that was told to stop.
    if (order.delayMs > 0) await sleep(order.delayMs, undefined, { ref: false });
    if (order.code === undefined) return serve();
    if (call === 'payment' && order.isPaid) await serve();
    return { how: 'answer', answer: { code: `=${order.code}` } };
  }
}

function refused(code: Refused['code']): Promise<Reaction<Refused>> {
  return Promise.resolve({ how: 'answer', answer: { code } });
}

function known(product: Product, customerNumber: string): string {
  return product.isMasked ? maskedNumber(customerNumber) : customerNumber;
}

function areInputsOf(product: Product, { months, year, identityNumber }: Inputs): boolean {
  switch (product.input) {
    case 'months':
      return months === undefined || (Number.isInteger(months) && months >= 1 && months <= MONTHS_MAX);
    case 'year':
      return year === undefined || (Number.isInteger(year) && year >= FIRST_YEAR && year <= 9_999);
    case 'identityNumber':
      return identityNumber !== undefined && IDENTITY_NUMBER.test(identityNumber);
    default:
      return true;
  }
}

/** Only what the product asks for; the rest says nothing about it. */
function inputsOf(product: Product, { months, year }: Inputs): Inputs {
  if (product.input === 'months') return { months };
  return product.input === 'year' ? { year } : {};
}
