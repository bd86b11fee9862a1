import { rupiah } from '#lib/kernel';
import { aBankWorld, ANI, line, WATER, type BankWorld } from '../../../test/support/bank-world';
import { redraftPayout } from './payout-refused';
import { findPayout, listPayouts } from './payouts';

const [PARTS, NEXT] = ['STL-PDM07-0714', 'STL-PDM07-0715'];

let world: BankWorld;
beforeAll(async () => {
  world = await aBankWorld();
});
beforeEach(() => world.reset());
afterAll(() => world.store.drop());

async function letGo(...references: string[]): Promise<void> {
  for (const reference of references) {
    await world.approve(reference);
    await world.send(reference);
  }
}

const stateOf = async (reference: string) => (await findPayout(world.store.database, reference))?.state;
const payable = () => world.balance('biller:PDM07:payable');

/** Water's payout of Rp 410,500 goes out in three parts. */
async function inThreeParts(): Promise<string[]> {
  world.tools.contracts.bank.payoutMax = rupiah(150_000n);
  await world.settleWater();
  return (await listPayouts(world.store.database)).map(({ reference }) => reference);
}

/** Water is paid for two days, by two payouts. */
async function twoDays(): Promise<void> {
  await world.settleWater();
  await world.sell({
    paymentId: 'T0TBR00000N1',
    source: 'PDM07',
    amount: 100_000n,
    businessDate: '2026-07-15',
  });
  await world.closeRun('PDM07', '2026-07-15', { count: 1, amount: 100_000n });
  await world.settled('PDM07', '2026-07-15');
}

test('one line under the common reference pays all parts of a payout', async () => {
  const parts = await inThreeParts();
  await letGo(...parts);
  await world.shows(line(PARTS, -410_500n));
  expect(await world.outcomes()).toEqual([['matched', `${PARTS}-1 +2`]]);
  expect(await Promise.all(parts.map(stateOf))).toEqual(['executed', 'executed', 'executed']);
  expect(await payable()).toBe(0n);
  await world.work();
  await world.expectSound();
});

test('parts that the bank has shown by themselves are not paid again by what is left', async () => {
  const [first = '', ...others] = await inThreeParts();
  await letGo(first, ...others);
  await world.shows(line(first, -150_000n));
  await world.shows(line(PARTS, -260_500n));
  expect(await world.outcomes()).toEqual([
    ['matched', first],
    ['matched', `${others[0]} +1`],
  ]);
  expect(await payable()).toBe(0n);
  await world.expectSound();
});

test('a sum that is not theirs, and a part that was not sent, wait for people', async () => {
  const [first = '', second = '', third = ''] = await inThreeParts();
  await letGo(first, second);
  await world.shows(line(PARTS, -410_500n), line(PARTS, -299_999n));
  expect(await world.outcomes()).toEqual([
    ['unnamed', null],
    ['unnamed', null],
  ]);
  expect(await Promise.all([first, second, third].map(stateOf))).toEqual(['sent', 'sent', 'drafted']);
  await world.expectSound();
});

test('a line that came before the last of its payouts was sent pays all of them then', async () => {
  const [first = '', second = '', third = ''] = await inThreeParts();
  await letGo(first, second);
  await world.shows(line(PARTS, -410_500n));
  expect(await world.outcomes()).toEqual([['unnamed', null]]);
  expect(await world.balance('own:suspense')).toBe(410_500n);

  await letGo(third);
  await world.work();

  expect(await world.outcomes()).toEqual([['matched', `${PARTS}-1 +2`]]);
  expect(await Promise.all([first, second, third].map(stateOf))).toEqual([
    'executed',
    'executed',
    'executed',
  ]);
  expect(await world.balance('own:suspense')).toBe(0n);
  expect(await payable()).toBe(0n);
  await world.expectSound();
});

test('several payouts of one party are paid by a line that names each of them', async () => {
  await twoDays();
  await letGo(WATER, NEXT);
  const amount = (await listPayouts(world.store.database)).reduce((sum, one) => sum + one.amount, 0n);
  await world.shows(line(null, -amount, { narrative: `GABUNGAN ${WATER} ${NEXT}` }));
  expect(await world.outcomes()).toEqual([['matched', `${WATER} +1`]]);
  expect([await stateOf(WATER), await stateOf(NEXT)]).toEqual(['executed', 'executed']);
  expect(await payable()).toBe(0n);
  await world.expectSound();
});

test.each([
  ['names one of them only', `GABUNGAN ${WATER}`],
  ['names something that is none of ours', `GABUNGAN ${WATER} ${NEXT} STL-NOBODY-0714`],
  ['names none', 'GABUNGAN'],
])('the same sum is not guessed where the line %s', async (_, narrative) => {
  await twoDays();
  await letGo(WATER, NEXT);
  const amount = (await listPayouts(world.store.database)).reduce((sum, one) => sum + one.amount, 0n);
  await world.shows(line(null, -amount, { narrative }));
  expect(await world.outcomes()).toEqual([['unnamed', null]]);
  expect([await stateOf(WATER), await stateOf(NEXT)]).toEqual(['sent', 'sent']);
  await world.expectSound();
});

test('payouts of two parties are not one line’s', async () => {
  await world.sendPayouts();
  await world.shows(line(WATER, -(410_500n + 426_500n), { narrative: `${WATER} STL-LPB01-0714` }));
  expect(await world.outcomes()).toEqual([['unnamed', null]]);
  await world.expectSound();
});

test('worked by several processes at one moment it is booked once', async () => {
  const parts = await inThreeParts();
  await letGo(...parts);
  await world.takes(line(PARTS, -410_500n));
  await Promise.all([1, 2, 3].map(() => world.work()));
  expect(await world.outcomes()).toEqual([['matched', `${PARTS}-1 +2`]]);
  expect(await payable()).toBe(0n);
  await world.expectSound();
});

describe('a line that gives several payouts back', () => {
  /** Water's three parts, executed by one line. */
  async function paidInOne(): Promise<string[]> {
    const parts = await inThreeParts();
    await letGo(...parts);
    await world.shows(line(PARTS, -410_500n));
    return parts;
  }

  test('is named by two people, and each of its payouts is owed again by a journal of its own', async () => {
    const parts = await paidInOne();
    await world.shows(line(PARTS, 410_500n, { isReversal: true }));
    expect((await world.outcomes()).at(-1)).toEqual(['reopened', PARTS]);
    expect(await world.balance('own:suspense')).toBe(-410_500n);

    expect(await world.name(parts)).toMatchObject({ ok: true });

    expect((await world.outcomes()).at(-1)).toEqual(['taken_back', `${PARTS}-1 +2`]);
    expect(await Promise.all(parts.map(stateOf))).toEqual(['returned', 'returned', 'returned']);
    expect(await world.balance('own:suspense')).toBe(0n);
    expect(await payable()).toBe(-410_500n);
    expect(await world.openAlerts()).toEqual([]);
    await world.expectSound();
    const at = world.clock.now();
    for (const reference of parts)
      expect(await redraftPayout(world.bank(), { reference, by: ANI, at })).toMatchObject({ ok: true });
    await world.expectSound();
  });

  test('may give back some of those that were paid together', async () => {
    const [first = '', second = '', third = ''] = await paidInOne();
    await world.shows(line(null, 300_000n, { isReversal: true }));

    expect(await world.name([first, second])).toMatchObject({ ok: true });

    expect(await Promise.all([first, second, third].map(stateOf))).toEqual([
      'returned',
      'returned',
      'executed',
    ]);
    expect(await payable()).toBe(-300_000n);
    await world.expectSound();
  });

  test('is not named where the sum is another, a payout was not paid, or none of ours is meant', async () => {
    const [first = '', second = '', third = ''] = await paidInOne();
    await world.shows(line(null, 300_000n, { isReversal: true }));
    for (const references of [
      [first, third],
      [first, first],
      [first, 'STL-NOBODY-0714'],
    ])
      expect(await world.name(references)).toEqual({ ok: false, error: { kind: 'differs' } });
    expect(await world.name([first, second])).toMatchObject({ ok: true });
    await world.shows(line(null, 300_000n, { isReversal: true }));
    expect(await world.name([first, second])).toEqual({ ok: false, error: { kind: 'differs' } });
    await world.expectSound();
  });

  test('shows each of its postings to the two people before they agree', async () => {
    const parts = await paidInOne();
    await world.shows(line(null, 410_500n, { isReversal: true }));
    await world.name(parts);
    const [proposal] = await world.store.database.rows<{ payload: string }>(
      "SELECT payload FROM approval WHERE kind = 'bank_line'",
    );
    expect(JSON.parse(proposal?.payload ?? '')).toMatchObject({
      reference: parts.join(' '),
      postings: [150_000, 150_000, 110_500].flatMap((amount) => [
        `own:bank ${amount}`,
        `biller:PDM07:payable -${amount}`,
      ]),
    });
  });
});

test('several payouts that a line pays without naming them are named by two people', async () => {
  await twoDays();
  await letGo(WATER, NEXT);
  const amount = (await listPayouts(world.store.database)).reduce((sum, one) => sum + one.amount, 0n);
  await world.shows(line(null, -amount));

  expect(await world.name([WATER, NEXT])).toMatchObject({ ok: true });

  expect(await world.outcomes()).toEqual([['matched', `${WATER} +1`]]);
  expect([await stateOf(WATER), await stateOf(NEXT)]).toEqual(['executed', 'executed']);
  expect(await payable()).toBe(0n);
  await world.expectSound();
});
