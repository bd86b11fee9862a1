import { addDays } from '#lib/kernel';
import { tracePayment, type TracePart } from '../src';
import { reportBooks, type ReportBooks } from './books';

const DAY = '2026-07-14';
let books: ReportBooks;

beforeAll(async () => {
  books = await reportBooks();
});
afterAll(() => books.end());

const trace = async (paymentId: string, line?: number) => {
  const parts = await tracePayment(books.store.database, paymentId, books.tools.now, async () =>
    line === undefined ? undefined : { line, theirRef: 'EB1', amount: 250_000n, status: 'S' },
  );
  return Object.fromEntries((parts ?? []).map((part) => [part.name, part])) as Record<string, TracePart>;
};

/** A run of a day that counts, as reconciliation leaves it. @returns its id. */
async function closeDay(businessDate: string): Promise<number> {
  const { admin } = books.store;
  await admin.run(
    `INSERT INTO settlement_file (source, sha256, business_date, size, received_at) VALUES ('LPB01', ?, ?, 1, ?)`,
    [businessDate.replaceAll('-', '').padStart(64, 'a'), businessDate, books.tools.now],
  );
  await admin.run(
    `INSERT INTO recon_run (source, business_date, run_no, effective_date, file_id, file_name, state, created_at, closed_at)
     SELECT 'LPB01', ?, 1, ?, MAX(file_id), CONCAT('LPB01_', ?, '.txt'), 'closed', ?, ? FROM settlement_file`,
    [businessDate, businessDate, businessDate, books.tools.now, books.tools.now],
  );
  const [row] = await admin.rows<{ id: number }>('SELECT MAX(run_id) AS id FROM recon_run');
  return row?.id ?? 0;
}

test('a rupiah is followed from the order to the line of the file, and what has not happened is said so', async () => {
  const paid = await books.sell({ at: `${DAY} 09:00:00`, amount: 250_000n, end: 'PAID' });
  const before = await trace(paid.paymentId);
  expect(before['reconciliation']?.missing?.en).toBe(`not yet: the day of LPB01 ${DAY} is not closed`);

  await closeDay(DAY);
  const after = await trace(paid.paymentId, 7);

  expect(after['payment']?.rows[0]).toMatchObject({
    state: 'PAID',
    customer: '********2345',
    businessDate: DAY,
  });
  expect(after['legs']?.rows[0]).toMatchObject({ source: 'LPB01', fileOf: DAY, amount: '250000' });
  expect(
    after['journals']?.rows.map(({ kind, account, debit, credit }) => [kind, account, debit ?? credit]),
  ).toEqual([
    ['capture', 'channel:bank-nusa:held', '251700'],
    ['capture', 'biller:pln:clearing', '250500'],
    ['capture', 'own:fee-income', '1200'],
    ['hold', 'channel:bank-nusa:deposit', '251700'],
    ['hold', 'channel:bank-nusa:held', '251700'],
  ]);
  expect(after['reconciliation']).toMatchObject({
    missing: null,
    rows: [{ run: 1, outcome: 'matched', file: `LPB01_${DAY}.txt`, line: 7, theirAmount: '250000' }],
  });
  expect(after['settlement']?.missing?.en).toBe('not yet: its day is not settled');
  expect(after['bank']?.missing?.en).toBe('not yet: no bank statement shows it');
});

test('a late row is followed into the run of the next day', async () => {
  const day = addDays(DAY, 2);
  const late = await books.sell({ at: `${day} 23:40:00`, amount: 310_000n, end: 'PAID' });
  const run = await closeDay(day);
  await books.store.admin.run(
    `INSERT INTO recon_break (run_id, kind, match_key, payment_id, leg_no, our_amount, our_st, carry_until)
     VALUES (?, 'late', ?, ?, 1, 310000, 'S', ?)`,
    [run, late.paymentId, late.paymentId, addDays(day, 1)],
  );
  expect((await trace(late.paymentId))['reconciliation']).toMatchObject({
    rows: [{ outcome: 'late', businessDate: day }],
    missing: { en: `not yet: the day of LPB01 ${addDays(day, 1)} is not closed` },
  });

  await closeDay(addDays(day, 1));

  expect((await trace(late.paymentId, 3))['reconciliation']).toMatchObject({
    rows: [
      { outcome: 'late', businessDate: day },
      { outcome: 'matched', businessDate: addDays(day, 1), line: 3 },
    ],
    missing: null,
  });
});

test('a reversal stands in the journals of its payment, and a payment that is not there is not traced', async () => {
  const reversed = await books.sell({ at: `${DAY} 10:00:00`, amount: 50_000n, end: 'PAID' });
  await books.reverse(reversed, '2026-07-15');

  const { journals } = await trace(reversed.paymentId);

  expect(journals?.rows.filter(({ kind }) => kind === 'reversal')).toHaveLength(3);
  expect(await tracePayment(books.store.database, 'T00000000000', books.tools.now)).toBeUndefined();
});
