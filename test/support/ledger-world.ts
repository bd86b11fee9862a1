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
  type PaymentMoney,
} from '#lib/ledger';
import {
  booksOf,
  checkLedgerBooks,
  MemoryTables,
  MemoryWriter,
  migratedShapes,
  type RawRow,
} from '../memory';
import { aDatabase, type TestDatabase } from './database';

export const AT = new Date('2026-07-14T05:00:00.123Z');

const BOOKS = ['journal', 'posting', 'deposit', 'account_sum_journal'];
/** Made of the books by the worker, which there is none of in memory. */
const SUMS = ['account_sum', 'account_day'];

/** Books with one biller and some channels, each with Rp 1,000 on its deposit, wherever they are kept. */
export interface LedgerBooks {
  /** Empties the books and opens them again. */
  reset(): Promise<void>;
  topUp(channelId: string, topUpId: string, amount: bigint): Promise<CommitResult>;
  free(channelId?: string): Promise<Rupiah>;
  /** Lets every channel owe so much. */
  allowCredit(limit: bigint): Promise<void>;
  hasJournal(subjectId: string): Promise<boolean>;
  /** Rows of another table than those of the ledger, which `reset` leaves as they are. */
  rows(table: string): Promise<RawRow[]>;
  /** Fails the test unless the ledger's invariants hold. */
  expectSound(): Promise<void>;
}

/** A ledger in a database. */
export interface LedgerWorld extends LedgerBooks {
  store: TestDatabase;
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
      for (const table of [...BOOKS, ...SUMS]) await store.admin.run(`DELETE FROM ${table}`);
      for (const channelId of channels) {
        await store.admin.run('INSERT INTO deposit (channel_id) VALUES (?)', [channelId]);
        await topUp(channelId, `opening ${channelId}`, 1_000n);
      }
    },
    free: async (channelId = 'ca') => (await depositBalance(store.database, channelId)).available,
    allowCredit: async (limit) =>
      void (await store.admin.run('UPDATE deposit SET credit_limit = ?', [limit])),
    hasJournal: async (subjectId) =>
      (await store.database.rows('SELECT 1 FROM journal WHERE subject_id = ?', [subjectId])).length > 0,
    rows: (table) => store.database.rows<RawRow>(`SELECT * FROM ${table}`),
    async expectSound() {
      expect((await checkLedgerInvariants(store.database)).filter(({ ok }) => !ok)).toEqual([]);
    },
  };
}

/** Opens a ledger in memory. */
export function aMemoryLedger(channels: readonly string[] = ['ca']): LedgerBooks & { tables: MemoryTables } {
  const tables = new MemoryTables(migratedShapes());
  const accounts = [...OWN_ACCOUNTS, ...accountsOfBiller('pln'), ...channels.flatMap(accountsOfChannel)];
  tables.atomically((change) => {
    for (const { accountId, normalSide } of accounts)
      change.insert({
        table: 'account',
        values: { account_id: accountId, normal_side: normalSide, opened_at: AT },
      });
  });
  const topUp: LedgerBooks['topUp'] = (channelId, topUpId, amount) =>
    topUpDeposit(new MemoryWriter(tables), {
      topUpId,
      channelId,
      amount: rupiah(amount),
      businessDate: '2026-07-14',
      at: AT,
    });
  return {
    tables,
    topUp,
    async reset() {
      for (const table of BOOKS) tables.clear(table);
      for (const channelId of channels) {
        tables.atomically((change) => change.insert({ table: 'deposit', values: { channel_id: channelId } }));
        await topUp(channelId, `opening ${channelId}`, 1_000n);
      }
    },
    async free(channelId = 'ca') {
      const row = tables.row('deposit', 'PRIMARY', channelId);
      const [posted, held, limit] = ['posted', 'held', 'credit_limit'].map((name) =>
        BigInt(String(row?.[name])),
      );
      return rupiah((posted ?? 0n) - (held ?? 0n) + (limit ?? 0n));
    },
    async allowCredit(limit) {
      tables.atomically((change) =>
        change.update({ table: 'deposit', set: { credit_limit: limit }, where: {} }),
      );
    },
    hasJournal: async (subjectId) => tables.rows('journal', { subject_id: subjectId }).length > 0,
    rows: async (table) => tables.rows(table),
    async expectSound() {
      expect(checkLedgerBooks(booksOf(tables)).filter(({ ok }) => !ok)).toEqual([]);
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
    drawsFloat: false,
  };
}
