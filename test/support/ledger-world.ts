import { rupiah, type Rupiah } from '#lib/kernel';
import {
  accountsOfBiller,
  accountsOfChannel,
  checkLedgerInvariants,
  depositBalance,
  OWN_ACCOUNTS,
  SingleWriter,
  topUpDeposit,
  type CommitResult,
  type JournalDraft,
  type PaymentMoney,
  type UnitOfWork,
} from '#lib/ledger';
import { aDatabase, type TestDatabase } from './database';

export const AT = new Date('2026-07-14T05:00:00.123Z');

/** A ledger with one biller and some channels, each with Rp 1,000 on its deposit. */
export interface LedgerWorld {
  store: TestDatabase;
  /** Empties the books and opens them again. */
  reset(): Promise<void>;
  topUp(channelId: string, topUpId: string, amount: bigint): Promise<CommitResult>;
  free(channelId?: string): Promise<Rupiah>;
  /** Fails the test unless the ledger's invariants hold. */
  expectSound(): Promise<void>;
}

/** Opens a ledger in a schema of its own. Drop it by `store.drop()`. */
export async function aLedger(channels: readonly string[] = ['ca']): Promise<LedgerWorld> {
  const store = await aDatabase();
  const accounts = [...OWN_ACCOUNTS, ...accountsOfBiller('pln'), ...channels.flatMap(accountsOfChannel)];
  await store.admin.run('INSERT INTO account (account_id, normal_side, opened_at) VALUES ?', [
    accounts.map(({ accountId, normalSide }) => [accountId, normalSide, AT]),
  ]);
  const topUp: LedgerWorld['topUp'] = (channelId, topUpId, amount) =>
    topUpDeposit(new SingleWriter(store.database), {
      topUpId,
      channelId,
      amount: rupiah(amount),
      businessDate: '2026-07-14',
      at: AT,
    });
  return {
    store,
    topUp,
    async reset() {
      for (const table of ['journal', 'posting', 'deposit']) await store.admin.run(`DELETE FROM ${table}`);
      for (const channelId of channels) {
        await store.admin.run('INSERT INTO deposit (channel_id) VALUES (?)', [channelId]);
        await topUp(channelId, `opening ${channelId}`, 1_000n);
      }
    },
    free: async (channelId = 'ca') => (await depositBalance(store.database, channelId)).available,
    async expectSound() {
      expect((await checkLedgerInvariants(store.database)).filter(({ ok }) => !ok)).toEqual([]);
    },
  };
}

/** A payment of so many rupiah, without fees. */
export function money(paymentId: string, charge: bigint, channelId = 'ca'): PaymentMoney {
  return {
    paymentId,
    channelId,
    billerId: 'pln',
    reference: `ref ${paymentId}`,
    businessDate: '2026-07-14',
    amount: rupiah(charge),
    adminFee: rupiah(0n),
    billerFee: rupiah(0n),
    commission: rupiah(0n),
    charge: rupiah(charge),
  };
}

/** A unit of work that writes one journal and what else is given. */
export function unit(journal: JournalDraft, more: Partial<UnitOfWork> = {}): UnitOfWork {
  return {
    journal,
    claims: [{ key: 'PRIMARY', value: `${journal.subjectId} ${journal.kind}` }],
    inserts: () => [],
    updates: () => [],
    witness: {
      table: 'journal',
      values: { subject_id: journal.subjectId, kind: journal.kind, created_at: journal.at },
    },
    ...more,
  };
}
