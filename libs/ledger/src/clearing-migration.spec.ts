import { rupiah } from '#lib/kernel';
import { aLedger, AT, type LedgerWorld } from '../../../test/support/ledger-world';
import { runMigration } from '../../../test/support/migration';
import { unitOfJournalWithoutDeposit } from './journal-unit';
import { bookJournal } from './book-journals';
import { SingleWriter } from './single-writer';

/** It queues the journals of the time before, which move no deposit, to be summed up. */
const QUEUED = '0270-account-days.sql';

let world: LedgerWorld;
beforeAll(async () => {
  world = await aLedger();
});
beforeEach(async () => {
  await world.store.admin.run('DELETE FROM clearing_change');
  await world.reset();
});
afterAll(() => world.store.drop());

async function balanceOf(accountId: string): Promise<string> {
  const [row] = await world.store.admin.rows<{ total: string }>(
    'SELECT COALESCE(SUM(amount), 0) AS total FROM posting WHERE account_id = ?',
    [accountId],
  );
  return row?.total ?? '0';
}

test('what a biller was owed before there was settlement goes back to clearing once, in a journal that is whole', async () => {
  const before = bookJournal({
    subjectId: 'T0TBR00615QG',
    kind: 'break_adjustment',
    businessDate: '2026-07-13',
    postings: [
      { accountId: 'own:bank', amount: rupiah(252_500n) },
      { accountId: 'biller:pln:payable', amount: rupiah(-252_500n) },
    ],
    at: AT,
  });
  await new SingleWriter(world.store.database).commit(unitOfJournalWithoutDeposit(before));

  await runMigration(world.store, '0130-clearing.sql');
  await runMigration(world.store, '0130-clearing.sql');

  expect(await balanceOf('biller:pln:payable')).toBe('0');
  expect(await balanceOf('biller:pln:clearing')).toBe('-252500');
  await runMigration(world.store, QUEUED);
  await world.expectSound();
});

test('what a biller bore of refunds before there was settlement is taken from its next settlement, once', async () => {
  const opened = new Date(AT.getTime() + 60_000);
  await world.store.admin.run("UPDATE account SET opened_at = ? WHERE account_id = 'biller:pln:clearing'", [
    opened,
  ]);
  const earlier = (subjectId: string, at: Date) =>
    bookJournal({
      subjectId,
      kind: 'break_adjustment',
      businessDate: '2026-07-13',
      postings: [
        { accountId: 'biller:pln:payable', amount: rupiah(100_000n) },
        { accountId: 'own:loss', amount: rupiah(-100_000n) },
      ],
      about: { subjectId: 'T0TBR00615QG', kind: 'capture' },
      at,
    });
  const writer = new SingleWriter(world.store.database);
  await writer.commit(unitOfJournalWithoutDeposit(earlier('REFUND-1', AT)));
  await writer.commit(unitOfJournalWithoutDeposit(earlier('OF-LATER', opened)));

  await runMigration(world.store, '0168-earlier-corrections.sql');
  await runMigration(world.store, '0168-earlier-corrections.sql');

  expect(
    await world.store.database.rows('SELECT subject_id, biller_id, payment_id, amount FROM clearing_change'),
  ).toEqual([{ subject_id: 'REFUND-1', biller_id: 'pln', payment_id: 'T0TBR00615QG', amount: '100000' }]);
});

test('a run that was killed between its postings and their journal is finished by the next one', async () => {
  await world.store.admin.run(
    "INSERT INTO posting (subject_id, kind, line_no, account_id, amount) VALUES ('OPEN-1', 'settlement', 1, " +
      "'biller:pln:payable', 5), ('OPEN-1', 'settlement', 2, 'biller:pln:clearing', -5)",
  );
  await runMigration(world.store, '0130-clearing.sql');
  expect(await world.hasJournal('OPEN-1')).toBe(true);
  await runMigration(world.store, QUEUED);
  await world.expectSound();
});

test('a correction of clearing is queued for settlement with its payment, a capture is not', async () => {
  const about = { subjectId: 'T0TBR00615QG', kind: 'capture' } as const;
  const correction = bookJournal({
    subjectId: 'BRK-7',
    kind: 'break_adjustment',
    businessDate: '2026-07-15',
    postings: [
      { accountId: 'own:loss', amount: rupiah(500n) },
      { accountId: 'biller:pln:clearing', amount: rupiah(-500n) },
    ],
    about,
    reason: 'agreed in writing',
    at: AT,
  });
  await new SingleWriter(world.store.database).commit(unitOfJournalWithoutDeposit(correction));
  expect(
    await world.store.database.rows(
      'SELECT subject_id, biller_id, payment_id, amount, settlement_id FROM clearing_change',
    ),
  ).toEqual([
    {
      subject_id: 'BRK-7',
      biller_id: 'pln',
      payment_id: 'T0TBR00615QG',
      amount: '-500',
      settlement_id: null,
    },
  ]);
});
