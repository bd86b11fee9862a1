import { rupiah } from '#lib/kernel';
import { taxJournal } from '#lib/ledger';
import { aBankWorld, ANI, line, type BankWorld } from '../../../test/support/bank-world';
import { announceDeposit } from './bank-announcements';
import { RECEIVABLES, receivablesOf } from './receivables';

const OWED = ['channel:ca017:receivable', 'channel:ca021:receivable'];

let world: BankWorld;
beforeAll(async () => {
  world = await aBankWorld();
});
beforeEach(() => world.reset());
afterAll(() => world.store.drop());

test('what channels owe is what all postings on their receivables come to, over many days', async () => {
  const { database } = world.store;
  for (const [nth, channelId] of ['ca017', 'ca021', 'ca017'].entries()) {
    const at = world.clock.now();
    const subjectId = `TAX-${nth}`;
    const payer = `channel:${channelId}:receivable`;
    await world.book(
      taxJournal(
        { subjectId, businessDate: `2026-07-0${nth + 1}`, at },
        { payer, ppn: rupiah(1_000n + BigInt(nth)), pphWithheld: rupiah(0n) },
      ),
    );
  }
  await announceDeposit(
    database,
    {
      reference: 'COL-CA017',
      kind: 'collection',
      channelId: 'ca017',
      amount: rupiah(300n),
      valueDate: '2026-07-15',
    },
    { by: ANI, at: new Date('2026-07-15T03:00:00Z') },
  );
  await world.shows(line('COL-CA017', 300n));
  await world.sell({ paymentId: 'T0TBR00000A1', channelId: 'ca017', amount: 50_000n });

  const sums = await receivablesOf(database, OWED);

  for (const account of OWED) expect(sums.get(account)).toBe(await world.balance(account));
  expect([...sums.values()]).toEqual([1_702n, 1_001n]);
});

test('they are found by days and kinds of journals: no posting of a payment is read for them', async () => {
  const explained = await world.store.database.rows<{ table: string; type: string; key: string | null }>(
    `EXPLAIN ${RECEIVABLES}`,
    [['2026-07-14', '2026-07-15'], ['tax', 'collection'], OWED],
  );
  expect(explained.map(({ table, type, key }) => [table, type, key])).toEqual([
    ['j', 'range', 'journal_day'],
    ['p', 'ref', 'PRIMARY'],
  ]);
});
