import { join } from 'node:path';
import { z } from 'zod';

import { JsonLines } from '../truth/json-lines';

const hosted = z.strictObject({
  partnerServiceId: z.string(),
  customerNo: z.string(),
  virtualAccountNo: z.string(),
  virtualAccountName: z.string(),
  trxId: z.string(),
  totalAmount: z.strictObject({ value: z.string(), currency: z.string() }).nullable(),
  virtualAccountTrxType: z.string(),
  expiredDate: z.string().nullable(),
  paidStatus: z.enum(['Y', 'N']),
  /** Once it was taken away its number is free again. */
  isDeleted: z.boolean(),
  paidAt: z.string().nullable(),
});

/** A virtual account that the bank holds for one of its partners. */
export type HostedAccount = z.infer<typeof hosted>;

/** The bank's own memory of the accounts it holds; the last line of one is how it stands. Read again after a restart. */
export class HostedAccounts {
  private readonly file: JsonLines<HostedAccount>;
  private readonly byTrxId = new Map<string, HostedAccount>();

  /** @param folder where `hosted-accounts.jsonl` lives. */
  constructor(folder: string) {
    this.file = new JsonLines(join(folder, 'hosted-accounts.jsonl'), (line) => hosted.parse(line));
    for (const account of this.file.initial) this.byTrxId.set(account.trxId, account);
  }

  /** Whether an account of this number or this trxId stands already. */
  isTaken(virtualAccountNo: string, trxId: string): boolean {
    const isActive = [...this.byTrxId.values()].some(
      (account) => !account.isDeleted && account.virtualAccountNo === virtualAccountNo,
    );
    return isActive || this.byTrxId.has(trxId);
  }

  /** An account that stands, by both of its names. */
  find(virtualAccountNo: string, trxId: string | undefined): HostedAccount | undefined {
    return [...this.byTrxId.values()].find(
      (account) =>
        !account.isDeleted &&
        account.virtualAccountNo === virtualAccountNo &&
        (trxId === undefined || account.trxId === trxId),
    );
  }

  /** The accounts of a company code that were paid on a day of Jakarta. */
  paidOn(partnerServiceId: string, from: string, to: string): HostedAccount[] {
    return [...this.byTrxId.values()].filter(({ partnerServiceId: code, paidAt }) => {
      const date = paidAt?.slice(0, 10);
      return code === partnerServiceId && date !== undefined && date >= from && date <= to;
    });
  }

  /** Writes how an account stands now; it is on file when this returns. */
  keep(account: HostedAccount): void {
    this.file.append(account);
    this.byTrxId.set(account.trxId, account);
  }
}
