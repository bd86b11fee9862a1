import { aSwitch, type SwitchWorld } from '../../../test/support/switch-world';
import { checkPaymentInvariants, type BillerTruth } from './invariants';

let world: SwitchWorld;
let paid: BillerTruth;
beforeAll(async () => {
  world = await aSwitch();
  await world.payOne();
  paid = world.biller.truth[0]!;
});
afterAll(() => world.close());

/** The invariants that a biller's record breaks. */
async function brokenBy(record: BillerTruth[]): Promise<string[]> {
  const truth = { before: record, after: () => Promise.resolve(record) };
  const verdicts = await checkPaymentInvariants(world.store.database, truth, world.clock.now());
  return verdicts.filter(({ ok }) => !ok).map(({ id }) => id);
}

test("the biller's own record agrees", async () => {
  expect(await brokenBy([paid])).toEqual([]);
});

test('a biller that was paid twice is stopped, and nobody else', async () => {
  const truth = { before: [paid], after: () => Promise.resolve([paid, paid]) };
  const verdicts = await checkPaymentInvariants(world.store.database, truth, world.clock.now());
  expect(verdicts.flatMap(({ stops = [] }) => stops)).toEqual(['biller:pln']);
});

test.each<[string, string[], (row: BillerTruth) => BillerTruth[]]>([
  ['never saw a payment that is PAID here', ['I7'], () => []],
  ['took another amount', ['I7'], (row) => [{ ...row, amount: (BigInt(row.amount) + 1n).toString() }]],
  ['was paid twice', ['I5', 'I7'], (row) => [row, row]],
  ['knows a leg that was never committed', ['I6'], (row) => [row, { ...row, legReference: 'T00000000000' }]],
  ['has given the money back', ['I6', 'I7'], (row) => [row, { ...row, kind: 'reversed' }]],
])('a biller that %s is found out', async (_, broken, record) => {
  expect(await brokenBy(record(paid))).toEqual(broken);
});
