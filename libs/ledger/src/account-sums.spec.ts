import fc from 'fast-check';
import { addDays, rupiah, type BusinessDate } from '#lib/kernel';
import { aLedger, AT, money, type LedgerWorld } from '../../../test/support/ledger-world';
import { billerAccounts, channelAccounts, OWN_BANK, OWN_FEE_INCOME } from './accounts';
import { movementsOf, type AccountMovement } from './account-movements';
import { SUM_LIMITS, sumUpAccounts } from './account-sums';
import { bankChargeJournal, payoutJournal, settlementJournal } from './book-journals';
import { checkLedgerInvariants } from './invariants';
import type { JournalDraft } from './journal-draft';
import { unitOfJournal, unitOfJournalWithoutDeposit } from './journal-unit';
import { adjustmentJournal, captureJournal, holdJournal, topUpJournal, voidJournal } from './journals';
import { SingleWriter } from './single-writer';

const FIRST = '2026-07-10';
const SOON = { journalsAtOnce: 2, journalsWaitingMax: 1, othersAtOnce: 2 };
const ACCOUNTS = [
  ...['ca', 'cb'].flatMap((id) => [channelAccounts.deposit(id), channelAccounts.held(id)]),
  billerAccounts.payable('pln'),
  billerAccounts.clearing('pln'),
  OWN_BANK,
  OWN_FEE_INCOME,
];

let world: LedgerWorld;
let writer: SingleWriter;
beforeAll(async () => {
  world = await aLedger(['ca', 'cb']);
  writer = new SingleWriter(world.store.database);
});
beforeEach(reset);
afterAll(() => world.store.drop());

async function reset(): Promise<void> {
  await world.reset();
  await world.allowCredit(1_000_000_000n);
}

async function book(journal: JournalDraft): Promise<void> {
  const unit = journal.channelId === '' ? unitOfJournalWithoutDeposit(journal) : unitOfJournal(journal);
  expect(await writer.commit(unit)).toMatchObject({ kind: 'committed' });
}

/** Journals of one step, for whatever business date: of a payment, of people, of a settlement, of the bank. */
function journalsOf(
  step: number,
  what: number,
  channelId: string,
  businessDate: BusinessDate,
): JournalDraft[] {
  const amount = rupiah(100n + BigInt(step));
  const paid = { ...money(`P${step}`, amount, channelId), businessDate };
  const booking = { subjectId: `B${step}`, businessDate, at: AT };
  const adjusted = {
    adjustmentId: `A${step}`,
    channelId,
    against: OWN_BANK,
    reason: 'r',
    businessDate,
    at: AT,
  };
  const all = [
    [holdJournal(paid, AT), captureJournal(paid, AT)],
    [holdJournal(paid, AT), voidJournal(paid, AT)],
    [holdJournal(paid, AT)],
    [topUpJournal({ topUpId: `T${step}`, channelId, amount, businessDate, at: AT })],
    [adjustmentJournal({ ...adjusted, amount: rupiah(-amount) })],
    [settlementJournal(booking, [{ billerId: 'pln', amount }])],
    [payoutJournal(booking, { accountId: billerAccounts.payable('pln'), amount })],
    [bankChargeJournal(booking, amount)],
  ];
  return all[what % all.length] ?? [];
}

const sumUp = (day: number) =>
  sumUpAccounts(world.store.database, new Date(`${addDays('2026-08-01', day)}T01:00:00Z`), SOON);

/** The same, from every posting there is. */
async function readingEverything(from: BusinessDate, to: BusinessDate): Promise<AccountMovement[]> {
  const rows = await world.store.database.rows<Record<string, string>>(
    `SELECT p.account_id, IF(j.business_date < ?, 'before', IF(j.business_date <= ?, 'within', 'after')) AS part, p.kind,
       COUNT(*) AS entries, SUM(p.amount) AS amount
     FROM posting p JOIN journal j ON j.subject_id = p.subject_id AND j.kind = p.kind
     WHERE p.account_id IN (?) GROUP BY p.account_id, part, p.kind`,
    [from, to, ACCOUNTS],
  );
  return rows.map((row) => ({
    accountId: row['account_id'] ?? '',
    part: row['part'] as AccountMovement['part'],
    kind: row['kind'] ?? '',
    entries: Number(row['entries']),
    amount: BigInt(row['amount'] ?? 0),
  }));
}

const inOrder = (movements: readonly AccountMovement[]) =>
  movements.map((one) => `${one.accountId} ${one.part} ${one.kind} ${one.entries} ${one.amount}`).toSorted();

const aStep = fc.record({
  what: fc.nat(7),
  channelId: fc.constantFrom('ca', 'cb'),
  day: fc.nat(6),
  sums: fc.nat(2),
});

test('whenever sums are made, and for whatever day is booked late, any split of days is what reading everything gives', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(aStep, { minLength: 1, maxLength: 12 }),
      fc.nat(7),
      fc.nat(3),
      async (steps, start, length) => {
        await reset();
        for (const [index, { what, channelId, day, sums }] of steps.entries()) {
          for (const journal of journalsOf(index, what, channelId, addDays(FIRST, day))) await book(journal);
          for (let round = 1; round <= sums; round += 1) await sumUp(index);
        }
        const days = { from: addDays(FIRST, start), to: addDays(FIRST, start + length) };
        const found = await world.store.database.snapshot((statements) =>
          movementsOf(statements, ACCOUNTS, days),
        );
        expect(inOrder(found)).toEqual(inOrder(await readingEverything(days.from, days.to)));
        await world.expectSound();
      },
    ),
    { numRuns: 25 },
  );
}, 60_000);

test('by any number at once each journal is summed up once', async () => {
  for (const [index, what] of [0, 3, 5, 6, 7].entries())
    for (const journal of journalsOf(index, what, 'ca', FIRST)) await book(journal);
  for (let round = 1; round <= 4; round += 1) await Promise.all([1, 2, 3].map(() => sumUp(round)));
  await world.expectSound();
  const [left] = await world.store.database.rows<{ n: string | number }>(
    `SELECT (SELECT COUNT(*) FROM posting) - (SELECT SUM(entries) FROM account_day) AS n`,
  );
  expect(Number(left?.n)).toBe(0);
});

test('of a backlog nothing is left for the next day', async () => {
  for (let step = 0; step < 5; step += 1)
    for (const journal of journalsOf(step, 5, 'ca', FIRST)) await book(journal);
  while (await sumUp(1));
  expect(await world.store.database.rows('SELECT 1 FROM account_sum_journal WHERE sum_id IS NULL')).toEqual(
    [],
  );
  await world.expectSound();
});

test('a journal that its process did not queue is queued with the next day’s sums', async () => {
  for (const journal of journalsOf(1, 5, 'ca', FIRST)) await book(journal);
  await world.store.admin.run('DELETE FROM account_sum_journal');
  await sumUp(1);
  const days = { from: FIRST, to: FIRST };
  expect(await movementsOf(world.store.database, [billerAccounts.payable('pln')], days)).toMatchObject([
    { part: 'within', kind: 'settlement', amount: -101n },
  ]);
  await world.expectSound();
});

test('what is summed up once a day is not summed up again on it, unless many wait', async () => {
  const now = new Date('2026-08-01T01:00:00Z');
  const days = { from: FIRST, to: FIRST };
  const sums = async () => (await world.store.database.rows('SELECT 1 FROM account_sum')).length;
  await sumUpAccounts(world.store.database, now);
  expect(await sums()).toBe(2);
  await book(
    topUpJournal({ topUpId: 'T', channelId: 'ca', amount: rupiah(5n), businessDate: FIRST, at: AT }),
  );
  await sumUpAccounts(world.store.database, new Date('2026-08-01T16:59:59Z'));
  expect(await sums()).toBe(2);
  expect(await movementsOf(world.store.database, [channelAccounts.deposit('ca')], days)).toMatchObject([
    { part: 'after' },
    { part: 'within', kind: 'top_up', amount: -5n },
  ]);
  await sumUpAccounts(world.store.database, now, { ...SUM_LIMITS, journalsWaitingMax: 1 });
  expect(await sums()).toBe(3);
});

test('no journal of a deposit moves another channel’s account, or what is to be paid out', () => {
  const adjusted = {
    adjustmentId: 'A',
    channelId: 'ca',
    amount: rupiah(1n),
    reason: 'r',
    businessDate: FIRST,
    at: AT,
  };
  for (const against of [channelAccounts.commission('cb'), billerAccounts.payable('pln')])
    expect(() => adjustmentJournal({ ...adjusted, against })).toThrow(/moves the deposit of ca/);
  expect(adjustmentJournal({ ...adjusted, against: channelAccounts.receivable('ca') })).toBeDefined();
});

test.each([
  ['a sum was changed', 'UPDATE account_day SET amount = amount + 1 LIMIT 1'],
  ['a sum is gone', 'DELETE FROM account_day LIMIT 1'],
  ['a count was changed', 'UPDATE account_day SET entries = entries + 1 LIMIT 1'],
  ['a stretch is gone', 'DELETE FROM account_sum WHERE after_seq = 0'],
  [
    'a journal was moved to another day after it was summed up',
    "UPDATE journal SET business_date = '2026-01-01'",
  ],
  ['a journal that moves no deposit is queued nowhere', 'DELETE FROM account_sum_journal LIMIT 1'],
  ['a journal that was summed up is queued again', 'UPDATE account_sum_journal SET sum_id = NULL LIMIT 1'],
])('I24: %s', async (_, vandalism) => {
  for (const [index, what] of [0, 3, 5, 6].entries())
    for (const journal of journalsOf(index, what, 'ca', FIRST)) await book(journal);
  for (let day = 1; day <= 4; day += 1) await sumUp(day);
  await world.expectSound();
  await world.store.admin.run(vandalism);
  const verdicts = await checkLedgerInvariants(world.store.database);
  expect(verdicts.find(({ id }) => id === 'I24')).toMatchObject({ ok: false });
});
