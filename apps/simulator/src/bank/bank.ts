import { z } from 'zod';

import type { Clock } from '#lib/kernel';

import type { BankSettings } from '../settings';
import type { HostedAccount, HostedAccounts } from './hosted-accounts';
import { SnapCaller } from '../wire/snap-caller';

const amount = z.object({ value: z.string().regex(/^\d{1,13}\.\d{2}$/), currency: z.literal('IDR') });
const identity = z.object({
  partnerServiceId: z.string().length(8),
  customerNo: z.string().regex(/^\d{1,20}$/),
  virtualAccountNo: z.string(),
});
const named = identity.extend({ trxId: z.string().min(1).max(64) });
const described = named.extend({
  virtualAccountName: z.string().min(1).max(255),
  totalAmount: amount.optional(),
  virtualAccountTrxType: z.string().length(1).default('C'),
  expiredDate: z.string().optional(),
});
const range = z.object({
  partnerServiceId: z.string(),
  startDate: z.string(),
  endDate: z.string().optional(),
});

/** What the bank says: HTTP status, case code, words, and the data of the account. */
export type BankAnswer = {
  readonly status: number;
  readonly caseCode: string;
  readonly words: string;
  readonly data?: unknown;
};

/** How an answer reaches the partner: as it is, or not at all. */
export type BankReaction = { readonly answer: BankAnswer } | { readonly how: 'silence' | 'reset' };

const NOT_FOUND: BankAnswer = { status: 404, caseCode: '12', words: 'Invalid Bill/Virtual Account' };
const MALFORMED: BankAnswer = { status: 400, caseCode: '01', words: 'Invalid Field Format' };
const BROKEN: BankAnswer = { status: 500, caseCode: '01', words: 'Internal Server Error' };

/** A bank that holds virtual accounts for one partner; the end of a customer number chooses its misfortunes. */
export class Bank {
  readonly caller: SnapCaller;

  constructor(
    partner: BankSettings,
    private readonly accounts: HostedAccounts,
    private readonly clock: Clock,
  ) {
    this.caller = new SnapCaller(partner, clock);
  }

  /** 27. Endings: 1068 made, and silent; 1069 not made, and silent; 1091 made, then reset; 1105 error 500, not made. */
  create(body: unknown): BankReaction {
    const read = described.safeParse(body);
    if (!read.success || !agrees(read.data)) return { answer: MALFORMED };
    const { virtualAccountNo, trxId, customerNo } = read.data;
    const ending = customerNo.slice(-4);
    if (ending === '1069') return { how: 'silence' };
    if (ending === '1105') return { answer: BROKEN };
    if (this.accounts.isTaken(virtualAccountNo, trxId))
      return { answer: { status: 409, caseCode: '01', words: 'Duplicate partnerReferenceNo' } };
    const account = accountOf(read.data);
    this.accounts.keep(account);
    if (ending === '1068') return { how: 'silence' };
    if (ending === '1091') return { how: 'reset' };
    return { answer: done(account) };
  }

  /** 28 */
  update(body: unknown): BankReaction {
    const read = described.safeParse(body);
    if (!read.success) return { answer: MALFORMED };
    return this.change(read.data, () => accountOf(read.data));
  }

  /** 29 */
  updateStatus(body: unknown): BankReaction {
    const read = named.extend({ paidStatus: z.enum(['Y', 'N']) }).safeParse(body);
    if (!read.success) return { answer: MALFORMED };
    const { paidStatus } = read.data;
    const paidAt = paidStatus === 'Y' ? this.jakarta() : null;
    return this.change(read.data, (account) => ({ ...account, paidStatus, paidAt }));
  }

  /** 30 */
  inquire(body: unknown): BankReaction {
    const read = named.safeParse(body);
    return read.success ? this.change(read.data, (account) => account) : { answer: MALFORMED };
  }

  /** 31 */
  remove(body: unknown): BankReaction {
    const read = named.partial({ trxId: true }).safeParse(body);
    if (!read.success) return { answer: MALFORMED };
    return this.change(read.data, (account) => ({ ...account, isDeleted: true }));
  }

  /** 35 */
  report(body: unknown): BankReaction {
    const read = range.safeParse(body);
    if (!read.success) return { answer: MALFORMED };
    const { partnerServiceId, startDate, endDate = startDate } = read.data;
    const data = this.accounts.paidOn(partnerServiceId, startDate, endDate).map(shown);
    return { answer: { status: 200, caseCode: '00', words: 'Successful', data } };
  }

  private change(
    { virtualAccountNo, trxId }: { virtualAccountNo: string; trxId?: string | undefined },
    changed: (account: HostedAccount) => HostedAccount,
  ): BankReaction {
    const standing = this.accounts.find(virtualAccountNo, trxId);
    if (!standing) return { answer: NOT_FOUND };
    const account = changed(standing);
    if (account !== standing) this.accounts.keep(account);
    return { answer: done(account) };
  }

  /** Now, as `2026-01-15T08:30:00+07:00`. */
  private jakarta(): string {
    return `${new Date(this.clock.now().getTime() + 7 * 3_600_000).toISOString().slice(0, 19)}+07:00`;
  }
}

function agrees({ partnerServiceId, customerNo, virtualAccountNo }: z.infer<typeof identity>): boolean {
  return virtualAccountNo === partnerServiceId + customerNo;
}

function accountOf(read: z.infer<typeof described>): HostedAccount {
  const { totalAmount, expiredDate, ...same } = read;
  return {
    ...same,
    totalAmount: totalAmount ?? null,
    expiredDate: expiredDate ?? null,
    paidStatus: 'N',
    isDeleted: false,
    paidAt: null,
  };
}

function done(account: HostedAccount): BankAnswer {
  return { status: 200, caseCode: '00', words: 'Successful', data: shown(account) };
}

function shown(account: HostedAccount): object {
  const { isDeleted: _, paidAt, totalAmount, expiredDate, ...same } = account;
  return {
    ...same,
    ...(totalAmount ? { totalAmount } : {}),
    ...(expiredDate ? { expiredDate } : {}),
    ...(paidAt ? { paymentDate: paidAt } : {}),
    additionalInfo: {},
  };
}
