import { BatchWriter, checkLedgerInvariants, type InvariantVerdict } from '#lib/ledger';
import { checkPaymentInvariants } from '#lib/switching';
import {
  BOOK_TABLES,
  checkLedgerBooks,
  checkPaymentBooks,
  type Books,
  type RawRow,
} from '../../../test/memory';
import { onADatabase, readBooks, simulate } from '../../../test/simulation';
import { aDatabase, type TestDatabase } from '../../../test/support/database';

/** A run in which payments of every kind are made. */
const SEED = 1;
const LATER = new Date('2026-07-15T00:00:00Z');

let store: TestDatabase;
let writer: BatchWriter;
/** The books as the run left them. */
let left: Books;
beforeAll(async () => {
  store = await aDatabase();
  writer = new BatchWriter(store.url, {
    queueMax: 1_000,
    batchMax: 64,
    unknownForMs: 2_000,
    packetWithinMs: 8_000,
  });
  const { database, admin } = store;
  await simulate(SEED, { ground: (at) => onADatabase({ database, admin, writer }, at) });
  left = await readBooks(database);
});
beforeEach(async () => {
  for (const table of BOOK_TABLES) {
    const rows = left[table];
    const columns = Object.keys(rows[0] ?? {});
    await store.admin.run(`DELETE FROM ${table}`);
    if (rows.length > 0)
      await store.admin.run(`INSERT INTO ${table} (${columns.join(', ')}) VALUES ?`, [
        rows.map((row) => columns.map((column) => bindable(row[column] ?? null))),
      ]);
  }
});
afterAll(async () => {
  await writer.close();
  await store.drop();
});

/** A value as it was read, so that it can be written again; JSON arrives as an object. */
function bindable(value: RawRow[string]): RawRow[string] {
  const isPlain = typeof value !== 'object' || value instanceof Date || Buffer.isBuffer(value);
  return isPlain || value === null ? value : JSON.stringify(value);
}

function broken(verdicts: readonly InvariantVerdict[]): string[] {
  return verdicts.filter(({ ok }) => !ok).map(({ id }) => id);
}

const ONE_PAID = "(SELECT payment_id FROM payment WHERE state = 'PAID' ORDER BY payment_id LIMIT 1)";

/** The check of books in memory is only worth something where it says what the check of a database says. */
test.each<[string, string]>([
  ['as they were left', 'SELECT 1'],
  ['with a posting changed', `UPDATE posting SET amount = amount + 1 WHERE subject_id = ${ONE_PAID} LIMIT 1`],
  ['with a posting lost', `DELETE FROM posting WHERE subject_id = ${ONE_PAID} LIMIT 1`],
  [
    'with a posting on a strange account',
    `UPDATE posting SET account_id = 'x' WHERE subject_id = ${ONE_PAID}`,
  ],
  ['with a journal lost', `DELETE FROM journal WHERE subject_id = ${ONE_PAID} AND kind = 'capture'`],
  ['with a journal moved in time', `UPDATE journal SET created_at = NOW() WHERE subject_id = ${ONE_PAID}`],
  ['with a deposit moved', "UPDATE deposit SET posted = posted + 1 WHERE channel_id = 'rich'"],
  ['with a hold too many', "UPDATE deposit SET held = held + 1 WHERE channel_id = 'rich'"],
  [
    'with a place in the order left out',
    'UPDATE journal SET deposit_seq = deposit_seq + 1000 WHERE deposit_seq > 2',
  ],
  ['with a limit that was never given', "UPDATE journal SET limit_then = 0 WHERE channel_id = 'on-credit'"],
  ['with a payment declined by hand', "UPDATE payment SET state = 'DECLINED' WHERE state = 'PAID' LIMIT 1"],
  ['with a history that jumps', "UPDATE payment_event SET from_state = 'NEW' WHERE event_no > 1 LIMIT 1"],
  ['with a refund that nobody booked', `UPDATE payment SET refunded = 1 WHERE payment_id = ${ONE_PAID}`],
  ['with a history cut', 'DELETE FROM payment_event WHERE event_no > 1'],
  ['with a leg lost', `DELETE FROM payment_leg WHERE payment_id = ${ONE_PAID}`],
  ['with a final payment that is still asked about', 'UPDATE payment_leg SET next_advice_at = NOW()'],
  [
    'with an open payment that nobody asks about',
    "UPDATE payment_leg SET state = 'SUSPECT', next_advice_at = NULL LIMIT 1",
  ],
  [
    'with a paid leg that is not marked as live',
    "UPDATE payment_leg SET live = NULL WHERE state = 'PAID' LIMIT 1",
  ],
  [
    'with a leg that nobody rerouted to',
    `UPDATE payment SET leg_no = leg_no + 1 WHERE payment_id = ${ONE_PAID}`,
  ],
  [
    'with a payment at another biller than its leg',
    `UPDATE payment SET biller_id = 'x' WHERE payment_id = ${ONE_PAID}`,
  ],
])('books %s are judged alike in memory and on the database', async (_, sql) => {
  await store.admin.run(sql);
  const { database } = store;
  const onDatabase = broken([
    ...(await checkLedgerInvariants(database)),
    ...(await checkPaymentInvariants(database, undefined, LATER)),
  ]);
  const books = await readBooks(database);
  expect(broken([...checkLedgerBooks(books), ...checkPaymentBooks(books, undefined, LATER)])).toEqual(
    onDatabase,
  );
  expect(onDatabase.length > 0).toBe(sql !== 'SELECT 1');
});
