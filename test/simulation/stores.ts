import { businessDateOf, JAKARTA_MIDNIGHT, rupiah } from '#lib/kernel';
import {
  accountsOfBiller,
  accountsOfChannel,
  BatchWriter,
  checkLedgerInvariants,
  OWN_ACCOUNTS,
  topUpDeposit,
  type Account,
  type InvariantVerdict,
} from '#lib/ledger';
import type { Database, Statements } from '#lib/platform';
import { checkPaymentInvariants, SqlInquiryStore, SqlPaymentStore, type BillerTruth } from '#lib/switching';
import {
  BOOK_TABLES,
  booksOf,
  checkLedgerBooks,
  checkPaymentBooks,
  MemoryInquiryStore,
  MemoryPaymentStore,
  MemoryTables,
  MemoryWriter,
  migratedShapes,
  type Books,
  type RawRow,
} from '../memory';
import { addChannels } from '../support/channels';
import type { Breakage } from './breakages';
import { BILLER_IDS, CHANNELS } from './catalog';
import type { Stores } from './database-line';

/** Where a run keeps its books. */
export interface Ground {
  stores: Stores;
  /** All of the books as they stand. */
  books(): Promise<Books>;
  verify(truth: readonly BillerTruth[], now: Date): Promise<InvariantVerdict[]>;
  /** Looks into the books in the very moment, where that can be done: whether a payment's row says so. */
  stateNow?: (paymentId: string) => string | undefined;
  /** The same of a leg: whether the intent to send it is there. */
  isIntendedNow?: (legReference: string) => boolean;
}

const ACCOUNTS: readonly Account[] = [
  ...OWN_ACCOUNTS,
  ...BILLER_IDS.flatMap(accountsOfBiller),
  ...CHANNELS.flatMap(({ channelId }) => accountsOfChannel(channelId)),
];

/** Fresh books in memory. */
export async function inMemory(at: Date, breakage?: Breakage): Promise<Ground> {
  const tables = new MemoryTables(migratedShapes());
  breakage?.tables?.(tables);
  tables.atomically((change) => {
    for (const { accountId, normalSide } of ACCOUNTS)
      change.insert({
        table: 'account',
        values: { account_id: accountId, normal_side: normalSide, opened_at: at },
      });
    for (const { channelId, creditLimit } of CHANNELS)
      change.insert({ table: 'deposit', values: { channel_id: channelId, credit_limit: creditLimit } });
  });
  const stores = {
    writer: new MemoryWriter(tables, breakage?.ignoresFloor),
    payments: new MemoryPaymentStore(tables),
    inquiries: new MemoryInquiryStore(tables),
  };
  await openDeposits(stores, at);
  return {
    stores,
    books: async () => booksOf(tables),
    verify: async (truth, now) => [
      ...checkLedgerBooks(booksOf(tables)),
      ...checkPaymentBooks(booksOf(tables), truth, now),
    ],
    stateNow: (paymentId) => {
      const state = tables.row('payment', 'PRIMARY', paymentId)?.['state'];
      return typeof state === 'string' ? state : undefined;
    },
    isIntendedNow: (legReference) =>
      tables.rowsWhere('payment_leg', (leg) => leg['leg_reference'] === legReference).length > 0,
  };
}

/** A database whose books are emptied and opened anew. @param admin may delete what the application may not. */
export async function onADatabase(
  { database, admin, writer }: { database: Database; admin: Database; writer: BatchWriter },
  at: Date,
): Promise<Ground> {
  for (const table of BOOK_TABLES) await admin.run(`DELETE FROM ${table}`);
  await addChannels(
    admin,
    CHANNELS.map(({ channelId }) => channelId),
  );
  await admin.run('INSERT INTO account (account_id, normal_side, opened_at) VALUES ?', [
    ACCOUNTS.map(({ accountId, normalSide }) => [accountId, normalSide, at]),
  ]);
  await admin.run('INSERT INTO deposit (channel_id, credit_limit) VALUES ?', [
    CHANNELS.map(({ channelId, creditLimit }) => [channelId, creditLimit]),
  ]);
  const stores = {
    writer,
    payments: new SqlPaymentStore(database),
    inquiries: new SqlInquiryStore(database),
  };
  await openDeposits(stores, at);
  return {
    stores,
    books: () => readBooks(database),
    verify: async (truth, now) => [
      ...(await checkLedgerInvariants(database)),
      ...(await checkPaymentInvariants(
        database,
        { before: truth, after: () => Promise.resolve(truth) },
        now,
      )),
    ],
  };
}

/** Reads all of the books out of a database. */
export async function readBooks(statements: Statements): Promise<Books> {
  const rows = await Promise.all(
    BOOK_TABLES.map(async (name) => [name, await statements.rows<RawRow>(`SELECT * FROM ${name}`)]),
  );
  return Object.fromEntries(rows) as Books;
}

async function openDeposits({ writer }: Stores, at: Date): Promise<void> {
  for (const { channelId, opening } of CHANNELS)
    await topUpDeposit(writer, {
      topUpId: `opening:${channelId}`,
      channelId,
      amount: rupiah(opening),
      businessDate: businessDateOf(at, JAKARTA_MIDNIGHT),
      at,
    });
}
