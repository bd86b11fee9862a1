import type { Catalog } from '#lib/catalog';
import { fail, isPaymentId, normalizePaymentId, ok, type Result } from '#lib/kernel';
import { snapAmount, snapTimestamp, type JsonObject } from '#lib/snap';
import { customerOf, statusOf, type Payment, type Payments } from '#lib/switching';
import type { Accounts } from './accounts';
import type { SnapAnswer } from './answer';
import { textOf, type SnapMessage } from './message';
import type { SnapPeer } from './partners';
import { echo, flagOf, IDENTITY_NAMES, presentPayment, reasonOf, withAdditional } from './present';
import { referenceOf } from './reference';
import { snapRefusal, type SnapRefusal } from './refused';

const UNKNOWN = snapRefusal('40401', undefined, 'no such payment so far');

/** Service 26 about what 25 ordered, and service 36 about what 33 did. They look; they move nothing. */
export class StatusDesk {
  constructor(
    private readonly catalog: Catalog,
    private readonly payments: Payments,
    private readonly accounts: Accounts,
  ) {}

  /** 26: how the payment of an account stands. */
  async ofAccount(message: SnapMessage): Promise<Result<SnapAnswer, SnapRefusal>> {
    const { peer, body } = message;
    const number = textOf(message, 'paymentRequestId') ?? textOf(message, 'inquiryRequestId');
    if (number === undefined)
      return fail(snapRefusal('40002', 'inquiryRequestId', 'neither number is given'));
    const account = this.accounts.read(message);
    if (!account.ok) return account;
    const payment = await this.find(peer, referenceOf(number));
    const { productId, customer } = account.value;
    if (payment?.productId !== productId || customerOf(payment) !== customer) return fail(UNKNOWN);
    const product = this.catalog.product(productId)?.name ?? productId;
    const { data, additionalInfo } = presentPayment(payment, product, peer.profile, flagOf(payment, '03'));
    const numbers = {
      inquiryRequestId: number,
      paymentRequestId: number,
      trxDateTime: snapTimestamp(payment.createdAt),
      ...echo(body, [...IDENTITY_NAMES, 'inquiryRequestId', 'paymentRequestId']),
    };
    return ok({
      snapCase: '20000',
      members: withAdditional(
        'virtualAccountData',
        { ...data, ...numbers },
        additionalInfo,
        peer.profile.answers.additionalInfo,
      ),
    });
  }

  /** 36: how a payment asked for with 33 stands. */
  async ofTransfer(
    peer: SnapPeer,
    members: Readonly<Record<string, unknown>>,
    body: JsonObject,
  ): Promise<Result<SnapAnswer, SnapRefusal>> {
    const text = (name: string) => (typeof members[name] === 'string' ? members[name] : undefined);
    if (text('serviceCode') !== '33')
      return fail(snapRefusal('40001', 'serviceCode', 'only 33 is asked for here'));
    const number = text('originalPartnerReferenceNo');
    const paymentId = text('originalReferenceNo') ?? '';
    if (number === undefined && paymentId === '')
      return fail(snapRefusal('40002', 'originalPartnerReferenceNo', 'neither number is given'));
    const payment =
      number === undefined
        ? await this.findById(peer, paymentId)
        : await this.find(peer, referenceOf(number));
    if (!payment) return fail(UNKNOWN);
    return ok({ snapCase: '20000', members: { ...echo(body, ECHOED), ...transferOf(payment) } });
  }

  private find({ channel }: SnapPeer, reference: string): Promise<Payment | undefined> {
    return this.payments.findByReference(channel.channel.channelId, reference);
  }

  /** @param typed as stored, or as it stands on the slip. */
  private async findById({ channel }: SnapPeer, typed: string): Promise<Payment | undefined> {
    const paymentId = normalizePaymentId(typed);
    return isPaymentId(paymentId) ? this.payments.findById(channel.channel.channelId, paymentId) : undefined;
  }
}

const ECHOED = [
  'originalPartnerReferenceNo',
  'originalExternalId',
  'serviceCode',
  'transactionDate',
  'additionalInfo',
];

/** 00 success, 03 pending, 04 refunded, 06 failed. @see SNAP, transaction status inquiry. */
const TRANSFER_STATUS = { PAID: '00', IN_PROGRESS: '03', REVERSED: '04', DECLINED: '06' } as const;

function transferOf(payment: Payment): Record<string, unknown> {
  return {
    originalReferenceNo: payment.paymentId,
    latestTransactionStatus: TRANSFER_STATUS[statusOf(payment.state)],
    transactionStatusDesc: reasonOf(payment).english.slice(0, 50),
    beneficiaryAccountNo: payment.customerNumber,
    sourceAccountNo: '',
    referenceNumber: payment.paymentId,
    amount: snapAmount(payment.offer.total),
  };
}
