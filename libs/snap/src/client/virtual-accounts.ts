import type { Rupiah } from '#lib/kernel';
import { snapAmount } from '../amount';
import type { VirtualAccountIdentity } from '../virtual-account';
import type { SnapOutcome } from './answer';
import type { SnapClient } from './snap-client';

/** A virtual account that a bank holds for us. */
export interface HostedAccount {
  identity: VirtualAccountIdentity;
  name: string;
  /** Our own number of it, unique for ever. */
  trxId: string;
  /** C closed, O open, and the others of the standard. */
  type: string;
  /** Left out for an open account. */
  total?: Rupiah;
  /** RFC 3339 with its offset. */
  expiresAt?: string;
}

/** What is told to a partner whose virtual account was paid through us. */
export interface PaidNotice {
  identity: VirtualAccountIdentity;
  name: string;
  /** The payment's number: a repeat of the notice keeps it. */
  paymentRequestId: string;
  paid: Rupiah;
  /** RFC 3339 with its offset. */
  at: string;
  referenceNo: string;
}

/** The accounts a bank holds for us: services 27 to 31 and 35 as its client, and the notices of paid ones. */
export class VirtualAccounts {
  constructor(private readonly client: SnapClient) {}

  /**
   * Makes an account. A bank knows one by its `trxId`, so after an answer that was lost it is asked for before it is
   * made again: status before repeat. At most one repeat; what is unknown then stays unknown.
   */
  async create(account: HostedAccount, deadline: Date): Promise<SnapOutcome> {
    const first = await this.client.call('createVa', bodyOf(account), deadline);
    if (first.kind !== 'unknown') return first;
    const standing = await this.inquire(account, deadline);
    if (standing.kind === 'done') return standing;
    const isMissing = standing.kind === 'refused' && standing.code.http === '404';
    return isMissing ? this.client.call('createVa', bodyOf(account), deadline) : first;
  }

  /** Changes name, total, type or expiry. Safe to repeat: it says what shall be, not by how much. */
  async update(account: HostedAccount, deadline: Date): Promise<SnapOutcome> {
    return this.client.call('updateVa', bodyOf(account), deadline);
  }

  /** Says whether it counts as paid. Safe to repeat. */
  async updateStatus(account: HostedAccount, isPaid: boolean, deadline: Date): Promise<SnapOutcome> {
    const { identity, trxId } = account;
    return this.client.call('updateStatus', { ...identity, trxId, paidStatus: isPaid ? 'Y' : 'N' }, deadline);
  }

  /** Asks how it stands. */
  async inquire({ identity, trxId }: HostedAccount, deadline: Date): Promise<SnapOutcome> {
    return this.client.call('inquiryVa', { ...identity, trxId }, deadline);
  }

  /** Takes it away. Safe to repeat. */
  async remove({ identity, trxId }: HostedAccount, deadline: Date): Promise<SnapOutcome> {
    return this.client.call('deleteVa', { ...identity, trxId }, deadline);
  }

  /**
   * Asks for the payments of a day.
   * @param date `yyyy-MM-dd`.
   */
  async report(partnerServiceId: string, date: string, deadline: Date): Promise<SnapOutcome> {
    return this.client.call('report', { partnerServiceId, startDate: date, endDate: date }, deadline);
  }

  /**
   * Tells the owner of an account that it was paid, in the shape of service 25: the standard has no other notice of a
   * paid account. A repeat keeps `paymentRequestId` and says so.
   */
  async notifyPaid(notice: PaidNotice, isRepeat: boolean, deadline: Date): Promise<SnapOutcome> {
    const { identity, name, paymentRequestId, paid, at, referenceNo } = notice;
    const amount = snapAmount(paid);
    return this.client.call(
      'payment',
      {
        ...identity,
        virtualAccountName: name,
        paymentRequestId,
        paidAmount: amount,
        totalAmount: amount,
        trxDateTime: at,
        referenceNo,
        flagAdvise: isRepeat ? 'Y' : 'N',
      },
      deadline,
    );
  }

  /** The bank's own call-back shape, service 34, for a partner that asked for a payment with 33. Safe to repeat. */
  async notifyIntrabank(
    identity: VirtualAccountIdentity,
    references: { partnerReferenceNo: string; paymentRequestId: string },
    paymentStatus: string,
    deadline: Date,
  ): Promise<SnapOutcome> {
    return this.client.call('notifyPayment', { ...identity, ...references, paymentStatus }, deadline);
  }
}

function bodyOf({ identity, name, trxId, type, total, expiresAt }: HostedAccount): object {
  return {
    ...identity,
    virtualAccountName: name,
    trxId,
    ...(total === undefined ? {} : { totalAmount: snapAmount(total) }),
    virtualAccountTrxType: type,
    ...(expiresAt === undefined ? {} : { expiredDate: expiresAt }),
  };
}
