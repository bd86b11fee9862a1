import { hash } from 'node:crypto';
import { amountWithin, type Catalog } from '#lib/catalog';
import { fail, ok, rupiah, type Clock, type Result, type Rupiah } from '#lib/kernel';
import { caseOf, type SnapCase } from '#lib/snap';
import {
  customerOf,
  statusOf,
  type Answer,
  type FormedAlongside,
  type Payment,
  type PaymentFlow,
  type Payments,
} from '#lib/switching';
import type { Accounts, ReadAccount } from './accounts';
import type { SnapAnswer } from './answer';
import { NAME_TAKEN, type Naming } from './external-ids';
import type { InquiryDesk } from './inquiry.desk';
import { amountOf, textOf, type SnapMessage } from './message';
import type { FoundNamedOffer, NamedOffer, SnapOffers } from './offers';
import { echo, flagOf, IDENTITY_NAMES, presentPayment, withAdditional } from './present';
import { referenceOf } from './reference';
import { NAME_USED, refusedBy, snapRefusal, type SnapRefusal } from './refused';
import type { Shape } from './shapes';

/** A payment message with what it orders. */
interface Order {
  shape: Shape;
  message: SnapMessage;
  channelId: string;
  /** The payment's number in the books. */
  reference: string;
  paid: Rupiah;
  contentHash: Buffer;
}

/** How a payment message stands to the payment of its number; the same message again comes under a used name. */
type Standing = 'first' | 'repeat' | 'message again' | 'other content';

/** Services 25 and 33: the customer has paid. */
export class PaymentDesk {
  constructor(
    private readonly catalog: Catalog,
    private readonly clock: Clock,
    private readonly payments: Payments,
    private readonly paymentFlow: Pick<PaymentFlow, 'pay'>,
    private readonly inquiries: InquiryDesk,
    private readonly offers: SnapOffers,
    private readonly accounts: Accounts,
  ) {}

  /**
   * Pays the bill behind an account number once, whatever number of messages say so. The message's name is used up in
   * the commit that forms the payment; whatever else comes of it is judged by that name first. A refusal says that
   * nothing was formed and that nothing stands under this number: a message that would be refused is first looked up.
   */
  async pay(shape: Shape, message: SnapMessage): Promise<Result<SnapAnswer, SnapRefusal>> {
    const account = this.accounts.read(message);
    const order = orderOf(shape, message, account);
    const named = account.ok && mayBeFormed(order) ? await this.namedOffer(order) : undefined;
    const isItsOwn = named !== undefined && account.ok && isOf(account.value, named);
    const answer = isItsOwn ? await this.payOffer(order, named, message.name.alongside) : undefined;
    if (answer?.kind === 'payment' && !answer.isRepeat) return this.told(order, answer.payment, 'first');

    const naming = await message.name.use();
    if (naming.kind === 'repeated' && !naming.isSameReference) {
      const known = await this.payments.findByReference(order.channelId, order.reference);
      return known ? this.told(order, known, 'other content') : fail(NAME_USED);
    }
    if (answer && !isNameTaken(answer)) return this.answered(order, answer, naming);
    return this.payUnderItsName(order, account, naming);
  }

  /** Pays once the message's name is used up and speaks for it. */
  private async payUnderItsName(
    order: Order,
    account: Result<ReadAccount, SnapRefusal>,
    naming: Naming,
  ): Promise<Result<SnapAnswer, SnapRefusal>> {
    if (isUnseenAdviceRefused(order)) {
      const unseen = snapRefusal('40401', undefined, 'an advice for a payment never seen');
      const known = await this.payments.findByReference(order.channelId, order.reference);
      if (!known) return fail(unseen);
    }
    if (!account.ok) return this.refuse(order, account.error, naming);
    if (isOtherTotal(order))
      return this.refuse(order, snapRefusal('40413', undefined, 'paidAmount is not totalAmount'), naming);

    const offer = await this.offerFor(order, account.value);
    if (!offer.ok) return this.refuse(order, offer.error, naming);
    return this.answered(order, await this.payOffer(order, { inquiryId: offer.value }), naming);
  }

  private payOffer(
    order: Order,
    { inquiryId, offer }: Pick<FoundNamedOffer, 'inquiryId' | 'offer'>,
    alongside?: FormedAlongside,
  ): Promise<Answer> {
    const { channelId, reference, paid, contentHash, message } = order;
    return this.paymentFlow.pay({
      channelId,
      reference,
      inquiryId,
      ...(offer && { offer }),
      total: paid,
      contentHash,
      ...(alongside && { alongside }),
      isLate: message.isLate,
      answerWithinMs: message.peer.profile.answerWithinMs - this.spentMs(message),
    });
  }

  private async answered(
    order: Order,
    answer: Answer,
    naming: Naming,
  ): Promise<Result<SnapAnswer, SnapRefusal>> {
    if (answer.kind === 'payment')
      return this.told(order, answer.payment, answer.isRepeat ? repeatUnder(naming) : 'first');
    if (answer.kind === 'offer') throw new Error('an offer is no answer to a payment');
    if (answer.payment) return this.told(order, answer.payment, 'other content');
    return this.refuse(order, finallyRefused(refusedBy(answer.refusal)), naming);
  }

  /** The offer that its inquiry led to, or that goes by the payment's own number. */
  private namedOffer({ channelId, reference, message }: Order): Promise<FoundNamedOffer | undefined> {
    const asked = textOf(message, 'inquiryRequestId');
    return this.offers.find(channelId, asked === undefined ? [reference] : [referenceOf(asked), reference]);
  }

  /** Which offer is paid: the one its inquiry led to; or the one its payment used; or one we ask for now. */
  private async offerFor(order: Order, account: ReadAccount): Promise<Result<string, SnapRefusal>> {
    const { channelId, reference } = order;
    const named = await this.namedOffer(order);
    if (named) {
      if (isOf(account, named)) return ok(named.inquiryId);
      return fail(snapRefusal('40401', undefined, 'the inquiry of this number was about another account'));
    }
    const known = await this.payments.findByReference(channelId, reference);
    if (known) return ok(known.inquiryId);
    return this.askNow(order, account);
  }

  private async askNow(order: Order, account: ReadAccount): Promise<Result<string, SnapRefusal>> {
    const { channelId, message, paid } = order;
    // What the customer chose is what was paid without our fee.
    const sold = this.catalog.soldProduct(channelId, account.productId);
    const chosen = sold ? amountWithin(sold.fees, paid) : paid;
    const asked = await this.inquiries.ask(message, account, order.reference, chosen, this.spentMs(message));
    return asked.ok ? ok(asked.value.inquiryId) : fail(unlessATwinPays(asked.error));
  }

  /** Refuses, unless a payment stands under this number: then its truth is the answer. */
  private async refuse(
    order: Order,
    refusal: SnapRefusal,
    naming: Naming,
  ): Promise<Result<SnapAnswer, SnapRefusal>> {
    const known = await this.payments.findByReference(order.channelId, order.reference);
    if (!known) return fail(refusal);
    const isSame = known.contentHash.equals(order.contentHash);
    return this.told(order, known, isSame ? repeatUnder(naming) : 'other content');
  }

  /** How a payment stands, told to a message about it that cannot be acted on. */
  standing(shape: Shape, message: SnapMessage, payment: Payment): Result<SnapAnswer, SnapRefusal> {
    return this.told({ shape, message }, payment, 'other content');
  }

  /** The truth of a payment; a message about another account is told only that its own bill was not paid by it. */
  private told(
    { shape, message }: Pick<Order, 'shape' | 'message'>,
    payment: Payment,
    standing: Standing,
  ): Result<SnapAnswer, SnapRefusal> {
    const { peer, body } = message;
    if (standing === 'other content' && isOfAnotherAccount(payment, message, this.accounts))
      return fail(otherAccount(shape.number, payment));
    const { answers } = peer.profile;
    const product = this.catalog.product(payment.productId)?.name ?? payment.productId;
    const flag = flagOf(payment, answers.pendingFlag);
    const { data, additionalInfo } = presentPayment(payment, product, peer.profile, flag);
    echo(body, IDENTITY_NAMES, data);
    if (shape.service === 'paymentIntrabank') data['paymentRequestId'] = payment.paymentId;
    echo(body, shape.echoed, data);
    return ok({
      snapCase: caseOfPayment(payment, standing, message),
      members: withAdditional(shape.dataName(peer.profile), data, additionalInfo, answers.additionalInfo),
    });
  }

  private spentMs({ at }: SnapMessage): number {
    return Math.max(0, this.clock.now().getTime() - at.getTime());
  }
}

/** Whether nothing of the message itself keeps a payment from being formed. */
function mayBeFormed(order: Order): boolean {
  return !isUnseenAdviceRefused(order) && !isOtherTotal(order);
}

/** Whether an advice must know its payment. */
function isUnseenAdviceRefused({ message }: Order): boolean {
  const isAdvice = textOf(message, 'flagAdvise') === 'Y';
  return isAdvice && message.peer.profile.repeatedPayment.unseenAdvice === 'refused';
}

function isOtherTotal({ message, paid }: Order): boolean {
  const total = amountOf(message, 'totalAmount');
  return total !== undefined && total !== paid;
}

function isOf({ productId, customer }: ReadAccount, offer: NamedOffer): boolean {
  return offer.productId === productId && offer.customer === customer;
}

/** By identity: whatever else is refused for now is an answer. */
function isNameTaken(answer: Answer): boolean {
  return answer.kind === 'refused' && answer.refusal === NAME_TAKEN;
}

function repeatUnder({ kind }: Naming): Standing {
  return kind === 'repeated' ? 'message again' : 'repeat';
}

function orderOf(shape: Shape, message: SnapMessage, account: Result<ReadAccount, SnapRefusal>): Order {
  const paid = amountOf(message, 'paidAmount') ?? rupiah(0n);
  const { partnerServiceId } = message.identity;
  // What makes it another payment: the account and the amount. Times, flags and texts of a repeat may differ.
  const named = account.ok ? account.value.content : [message.identity.customerNo];
  const content = [partnerServiceId.trim(), ...named, paid.toString()];
  return {
    shape,
    message,
    channelId: message.peer.channel.channel.channelId,
    reference: referenceOf(textOf(message, shape.number) ?? ''),
    paid,
    contentHash: hash('sha256', JSON.stringify(content), 'buffer'),
  };
}

/**
 * Whether a message speaks of another account than the payment of its number. One whose account cannot be read as a
 * whole does where a number in it is not the customer's.
 */
function isOfAnotherAccount(payment: Payment, message: SnapMessage, accounts: Accounts): boolean {
  const account = accounts.read(message);
  if (account.ok)
    return account.value.productId !== payment.productId || account.value.customer !== customerOf(payment);
  const { peer, identity } = message;
  const ends = accounts.endsOf(peer, payment);
  return [identity.customerNo, identity.virtualAccountNo].some(
    (number) => number !== '' && !ends.some((end) => number.endsWith(end)),
  );
}

function otherAccount(number: Shape['number'], { paymentId }: Payment): SnapRefusal {
  return {
    snapCase: '40400',
    blame: `${number} of another account`,
    reason: {
      english: 'Not paid: this payment number belongs to another account',
      indonesia: 'Tidak dibayar: nomor pembayaran ini milik rekening lain',
    },
    detail: `the number stands for ${paymentId}, a payment of another account`,
  };
}

/**
 * The case of a payment's answer. 404-18 is read as success, so it is said only where the first payment succeeded; a
 * payment that is not known yet is in progress, whoever asks and however.
 */
function caseOfPayment(payment: Payment, standing: Standing, message: SnapMessage): SnapCase {
  switch (statusOf(payment.state)) {
    case 'IN_PROGRESS':
      return '20200';
    case 'PAID':
      return standing === 'first' || isReplayed(standing, message) ? '20000' : '40418';
    case 'DECLINED':
      return standing === 'other content' ? '40400' : finalCase(caseOf(payment.code));
    case 'REVERSED':
      return '40400';
  }
}

/** Whether a repeat of a payment that succeeded is told like the first message. */
function isReplayed(standing: Standing, message: SnapMessage): boolean {
  if (standing !== 'repeat') return false;
  const { advice, plain } = message.peer.profile.repeatedPayment;
  return (textOf(message, 'flagAdvise') === 'Y' ? advice : plain) === 'replayed';
}

/** A 5xx is read as "not known": what is final is told as a refusal, and what succeeded by nothing but 200. */
function finalCase(snapCase: SnapCase): SnapCase {
  return snapCase.startsWith('5') || snapCase.startsWith('2') ? '40306' : snapCase;
}

/**
 * A payment whose bill could not be asked for has formed nothing; the same message at the same moment may have found
 * the biller in, and its payment may not stand yet. So this is not the end of the number.
 */
function unlessATwinPays(refusal: SnapRefusal): SnapRefusal {
  return refusal.snapCase.startsWith('5') ? { ...refusal, snapCase: '50001' } : finallyRefused(refusal);
}

/** At a payment, "the biller cannot be reached" has formed nothing. That we cannot serve now stays what it is. */
function finallyRefused(refusal: SnapRefusal): SnapRefusal {
  return refusal.snapCase === '50001' ? refusal : { ...refusal, snapCase: finalCase(refusal.snapCase) };
}
