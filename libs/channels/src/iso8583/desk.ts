import { createHash } from 'node:crypto';
import type { Refusal, ResponseCode } from '#lib/kernel';
import {
  customerOf,
  type Answer,
  type NamedCustomer,
  type Payment,
  type PaymentRequest,
} from '#lib/switching';
import type { DoorParts } from '../door';
import { furtherInputs } from '../further-inputs';
import { standingOf, undoneOf, type Reply } from './answer';
import { contentHashOf, type Question } from './question';
import type { Speech } from './speech';

/** Who asks, and by which profile. */
export interface Caller {
  channelId: string;
  speech: Speech;
}

/** What a message asks, and of whom. */
type Named = Question & { who: NamedCustomer | undefined };

/** Puts what a partner's message asks before the flows. It translates, and decides nothing about money. */
export class Iso8583Desk {
  constructor(
    private readonly parts: Pick<
      DoorParts,
      'inquiryFlow' | 'paymentFlow' | 'reversalFlow' | 'payments' | 'catalog' | 'numbers'
    >,
  ) {}

  /** Does what a message asks. */
  async answer(caller: Caller, asked: Question): Promise<Reply> {
    const question = this.named(asked);
    switch (question.call) {
      case 'inquiry':
        return this.inquire(caller, question);
      case 'payment':
        return this.pay(caller, question);
      case 'advice':
        return this.advise(caller, question);
      case 'reversal':
        return this.reverse(caller, question);
    }
  }

  /** A number may be typed in several forms, or be masked in the books; it means one customer. */
  private named(question: Question): Named {
    const { productId, customerNumber } = question;
    if (productId === undefined || customerNumber === undefined) return { ...question, who: undefined };
    const { catalog, numbers } = this.parts;
    return { ...question, who: numbers.named(catalog.product(productId), customerNumber) };
  }

  private async inquire({ channelId, speech }: Caller, question: Named): Promise<Reply> {
    const { productId, who, amount, billCount, reference, data, objection } = question;
    if (objection) return refusedBy(objection);
    if (reference === undefined) return refused('REQUEST_MALFORMED');
    if (productId === undefined) return refused('PRODUCT_UNKNOWN');
    if (who === undefined) return refused('CUSTOMER_NUMBER_INVALID');
    const answer = await this.parts.inquiryFlow.inquire({
      channelId,
      reference,
      productId,
      customerNumber: who.asked,
      amount,
      billCount,
      ...furtherInputs(this.parts.catalog.product(productId), (name) => data[name]),
      answerWithinMs: speech.profile.answerWithinMs,
    });
    return replyOf(answer);
  }

  /** A refusal before the payment flow would deny a payment that stands under this reference: that is looked up first. */
  private async pay(caller: Caller, question: Named): Promise<Reply> {
    const order = orderOf(caller, question);
    if ('kind' in order) return (await this.standing(caller, question)) ?? order;
    const reply = replyOf(await this.parts.paymentFlow.pay(order));
    if (reply.kind !== 'refused' || reply.code !== 'REFERENCE_REUSED') return reply;
    return reused(question, await this.find(caller, question));
  }

  /** The partner has no answer to its payment: it gets the stored one, or its payment is made now, once. */
  private async advise(caller: Caller, question: Named): Promise<Reply> {
    const standing = await this.standing(caller, question);
    if (standing) return standing;
    if (question.reference === undefined || caller.speech.profile.adviceOfUnseen === 'refuse')
      return refused('PAYMENT_UNKNOWN');
    return this.pay(caller, question);
  }

  /** What stands of the payment that a message names; undefined where there is none. */
  private async standing(caller: Caller, question: Named): Promise<Reply | undefined> {
    const payment = await this.find(caller, question);
    if (!payment) return undefined;
    return isAbout(payment, question) ? paid(payment) : reused(question, payment);
  }

  private async reverse(caller: Caller, question: Question): Promise<Reply> {
    const { channelId, speech } = caller;
    if (question.objection) return refusedBy(question.objection);
    const payment = await this.find(caller, question);
    if (!payment) return refused('PAYMENT_UNKNOWN');
    if (question.amount !== undefined && question.amount !== payment.offer.total)
      return refused('AMOUNT_MISMATCH');
    const answer = await this.parts.reversalFlow.reverse({
      channelId,
      paymentId: payment.paymentId,
      // One order for each payment: its repeats find it.
      reference: `R-${payment.paymentId}`,
      reason: 'reversal message',
      contentHash: createHash('sha256').update(payment.paymentId).digest(),
      answerWithinMs: speech.profile.answerWithinMs,
    });
    if (answer.kind !== 'payment') return replyOf(answer);
    return { kind: 'payment', code: undoneOf(answer.payment), payment: answer.payment };
  }

  private async find(
    { channelId }: Caller,
    { paymentId, reference }: Question,
  ): Promise<Payment | undefined> {
    const named = paymentId && (await this.parts.payments.findById(channelId, paymentId));
    if (named || reference === undefined) return named || undefined;
    return this.parts.payments.findByReference(channelId, reference);
  }
}

/** What a message orders, or why it orders nothing. */
function orderOf({ channelId, speech }: Caller, question: Named): PaymentRequest | Reply {
  const { productId, who, amount, inquiryId, reference, objection } = question;
  if (objection) return refusedBy(objection);
  if (reference === undefined) return refused('PAYMENT_UNKNOWN');
  if (productId === undefined) return refused('PRODUCT_UNKNOWN');
  if (who === undefined) return refused('CUSTOMER_NUMBER_INVALID');
  if (amount === undefined) return refused('AMOUNT_MISMATCH');
  if (inquiryId === undefined) return refused('INQUIRY_REQUIRED');
  return {
    channelId,
    reference,
    inquiryId,
    total: amount,
    about: { productId, customer: who.customer },
    contentHash: contentHashOf(question, who.customer),
    answerWithinMs: speech.profile.answerWithinMs,
  };
}

/** Whether a message speaks of this very payment. What it does not say, it does not contradict. */
function isAbout(payment: Payment, question: Named): boolean {
  const { productId, who, inquiryId, amount, hasOtherMoney } = question;
  return (
    !hasOtherMoney &&
    payment.productId === (productId ?? payment.productId) &&
    customerOf(payment) === (who?.customer ?? customerOf(payment)) &&
    payment.inquiryId === (inquiryId ?? payment.inquiryId) &&
    payment.offer.total === (amount ?? payment.offer.total)
  );
}

function replyOf(answer: Answer): Reply {
  switch (answer.kind) {
    case 'offer':
      return answer;
    case 'payment':
      return paid(answer.payment);
    case 'refused':
      return refused(answer.refusal.code);
  }
}

function paid(payment: Payment): Reply {
  return { kind: 'payment', code: standingOf(payment), payment };
}

function refused(code: ResponseCode): Reply {
  return { kind: 'refused', code };
}

function refusedBy({ code, field }: Refusal): Reply {
  return { kind: 'refused', code, blamed: field };
}

/** The reference belongs to another payment, which stays what it is. */
function reused({ who }: Named, first: Payment | undefined): Reply {
  return { kind: 'refused', code: 'REFERENCE_REUSED', first, customerNumber: who?.customerNumber };
}
