import { aLedger, AT, money, type LedgerWorld } from '../../../test/support/ledger-world';
import { checkDepositRows, checkLedgerInvariants } from './invariants';
import { unitOfJournal } from './journal-unit';
import { holdJournal } from './journals';
import { SingleWriter } from './single-writer';

let world: LedgerWorld;
let writer: SingleWriter;
beforeAll(async () => {
  world = await aLedger();
  writer = new SingleWriter(world.store.database);
});
beforeEach(() => world.reset());
afterAll(() => world.store.drop());

describe('a broken book is found', () => {
  test.each([
    ['I1', "UPDATE posting SET amount = amount + 1 WHERE kind = 'hold' AND line_no = 1"],
    ['I1', "DELETE FROM posting WHERE kind = 'hold' AND line_no = 2"],
    ['I1', "DELETE FROM journal WHERE kind = 'hold'"],
    ['I1', "UPDATE posting SET account_id = 'own:pocket' WHERE kind = 'hold' AND line_no = 2"],
    ['I2', "UPDATE posting SET amount = amount * 2 WHERE kind = 'hold'"],
    ['I2', "UPDATE journal SET business_date = '2026-07-13' WHERE kind = 'hold'"],
    ['I3', 'UPDATE deposit SET posted = posted + 1'],
    ['I3', 'UPDATE deposit SET held = 0'],
    ['I3', "UPDATE journal SET held_after = held_after + 1 WHERE kind = 'hold'"],
    ['I3', "UPDATE journal SET deposit_seq = 99 WHERE kind = 'hold'"],
  ])('%s: %s', async (id, vandalism) => {
    await writer.commit(unitOfJournal(holdJournal(money('A', 100n), AT)));
    await world.expectSound();
    await world.store.admin.run(vandalism);
    const verdict = (await checkLedgerInvariants(world.store.database)).find((found) => found.id === id);
    expect(verdict).toMatchObject({ ok: false, firstCounterExample: expect.any(String) as string });
  });

  test('I3: a hold that broke the floor', async () => {
    await world.store.admin.run('UPDATE deposit SET credit_limit = 500');
    await writer.commit(unitOfJournal(holdJournal(money('A', 1_200n), AT)));
    await world.store.admin.run("UPDATE journal SET limit_then = 0 WHERE kind = 'hold'");
    expect((await checkLedgerInvariants(world.store.database)).find(({ id }) => id === 'I3')?.ok).toBe(false);
  });
});

describe('what a broken book stops', () => {
  let two: LedgerWorld;
  beforeAll(async () => {
    two = await aLedger(['ca', 'cb']);
  });
  beforeEach(() => two.reset());
  afterAll(() => two.store.drop());

  async function stopsAfter(id: string, vandalism: string) {
    const single = new SingleWriter(two.store.database);
    await single.commit(unitOfJournal(holdJournal(money('A', 100n, 'ca'), AT)));
    await single.commit(unitOfJournal(holdJournal(money('B', 100n, 'cb'), AT)));
    await two.expectSound();
    await two.store.admin.run(vandalism);
    return (await checkLedgerInvariants(two.store.database)).find((found) => found.id === id)?.stops;
  }

  test.each([
    ['I1', "UPDATE posting SET amount = amount + 1 WHERE subject_id = 'A' AND line_no = 1", ['deposit:ca']],
    [
      'I1',
      "UPDATE posting SET amount = amount + 1 WHERE kind = 'hold' AND line_no = 1",
      ['deposit:ca', 'deposit:cb'],
    ],
    ['I1', "DELETE FROM journal WHERE subject_id = 'B'", ['deposit:cb']],
    [
      'I1',
      "UPDATE posting SET account_id = 'own:pocket' WHERE subject_id = 'B' AND line_no = 2",
      ['deposit:cb'],
    ],
    [
      'I1',
      "INSERT INTO posting VALUES ('X', 'hold', 1, 'own:bank', 5), ('X', 'hold', 2, 'own:fee-income', -5)",
      ['all'],
    ],
    ['I3', "UPDATE deposit SET posted = posted + 1 WHERE channel_id = 'cb'", ['deposit:cb']],
    ['I3', 'UPDATE deposit SET posted = posted + 1', ['deposit:ca', 'deposit:cb']],
  ])('%s: %s', async (id, vandalism, stops) => {
    expect((await stopsAfter(id, vandalism))?.toSorted()).toEqual(stops);
  });

  test.each([
    ['UPDATE deposit SET held = held + 1', false],
    ['UPDATE deposit SET seq = seq + 1', false],
    ["DELETE FROM journal WHERE subject_id = 'A'", false],
    ['UPDATE deposit SET credit_limit = 5', true],
  ])('the cheap check at a start sees it too: %s', async (vandalism, isKept) => {
    expect((await checkDepositRows(two.store.database)).ok).toBe(true);
    await stopsAfter('I3', vandalism);
    expect((await checkDepositRows(two.store.database)).ok).toBe(isKept);
  });
});

test.each(['journal', 'posting'])('the application cannot change or delete a %s', async (table) => {
  await expect(world.store.database.run(`UPDATE ${table} SET kind = kind`)).rejects.toThrow(
    /UPDATE command denied/,
  );
  await expect(world.store.database.run(`DELETE FROM ${table}`)).rejects.toThrow(/DELETE command denied/);
});

test('an application account that could change history fails I2', async () => {
  const [who] = await world.store.database.rows<{ account: string }>('SELECT CURRENT_USER() AS account');
  const [user, host] = who?.account.split('@') ?? [];
  await world.store.admin.run('GRANT UPDATE ON posting TO ?@?', [user ?? '', host ?? '']);
  const verdict = (await checkLedgerInvariants(world.store.database)).find(({ id }) => id === 'I2');
  await world.store.admin.run('REVOKE UPDATE ON posting FROM ?@?', [user ?? '', host ?? '']);
  expect(verdict).toMatchObject({
    ok: false,
    firstCounterExample: expect.stringContaining('posting') as string,
  });
});
