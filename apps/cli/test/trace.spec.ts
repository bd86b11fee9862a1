import { reversalJournal } from '#lib/ledger';
import { tracePayment, type TracePart } from '#lib/reports';
import {
  approvePayout,
  proposePayout,
  redraftPayout,
  settleDay,
  takeStatement,
  tellPayout,
  workBankLines,
} from '#lib/settlement';
import { aSettlementWorld, type SettlementWorld } from '../../../test/support/settlement-world';

const DAY = '2026-07-14';
const PAYMENT = 'T0TBR00000A1';
const [ANI, BUDI] = ['ani@simpul.example', 'budi@simpul.example'];
const [FIRST, SECOND] = ['STL-LPB01-0714', 'STL-LPB01-0714R2'];

let world: SettlementWorld;
beforeAll(async () => {
  world = await aSettlementWorld();
  await world.sell({ paymentId: PAYMENT, amount: 250_000n });
  await world.closeRun('LPB01', DAY, { count: 1, amount: 250_000n });
  await settleDay(world.tools, 'LPB01', DAY);
});
afterAll(() => world.store.drop());

async function trace(paymentId = PAYMENT): Promise<Record<string, TracePart>> {
  const parts = await tracePayment(world.store.database, paymentId, world.clock.now());
  return Object.fromEntries((parts ?? []).map((part) => [part.name, part]));
}

/** Two people let the payout leave, and it is handed to the bank. */
async function send(reference: string): Promise<void> {
  const at = world.clock.now();
  const proposed = await proposePayout(world.tools, { reference, by: ANI, reason: 'settled', at });
  if (!proposed.ok) throw new Error(proposed.error.kind);
  await approvePayout(world.tools, { reference, version: proposed.value.version, by: BUDI, at });
  expect(await tellPayout(world.tools, { reference, event: 'sent', by: ANI, at })).toMatchObject({
    ok: true,
  });
}

async function bankShows(reference: string, amount: bigint): Promise<void> {
  const { database } = world.store;
  const at = world.clock.now();
  const line = { reference, bankReference: 'FT26196AAA1', hint: null, type: 'NTRF', isReversal: false };
  const lines = [{ ...line, amount, valueDate: '2026-07-15', narrative: 'to LPB01' }];
  const statement = { account: 'BANKX/1', number: 196, date: '2026-07-15', opening: 0n, closing: amount };
  expect(await takeStatement(database, { ...statement, lines }, at)).toMatchObject({ ok: true });
  await workBankLines({ ...world.tools, endsOf: world.endsOf, tell: async () => undefined }, at);
}

test('a settled rupiah is followed through a payout that had to be drafted again to the line of the bank', async () => {
  const { database } = world.store;
  const drafted = await trace();
  expect(drafted['settlement']).toMatchObject({ missing: null });
  expect(drafted['settlement']?.rows[0]).toMatchObject({
    settlement: `STL-LPB01-${DAY}`,
    party: 'biller LPB01',
    kind: 'principal',
    amount: '250000',
  });
  expect(drafted['payouts']?.rows).toMatchObject([{ reference: FIRST, amount: '250500', state: 'drafted' }]);
  expect(drafted['bank']).toMatchObject({ rows: [], missing: { en: 'not yet: no bank statement shows it' } });

  const at = world.clock.now();
  await tellPayout(world.tools, { reference: FIRST, event: 'cancelled', by: ANI, at });
  await redraftPayout({ database, endsOf: world.endsOf }, { reference: FIRST, by: ANI, at });
  await send(SECOND);
  expect((await trace())['bank']?.missing?.en).toBe('not yet: no bank statement shows it');
  await bankShows(SECOND, -250_500n);

  const executed = await trace();
  expect(executed['payouts']).toMatchObject({
    rows: [
      { reference: FIRST, state: 'replaced' },
      { reference: SECOND, state: 'executed' },
    ],
    missing: null,
  });
  expect(executed['bank']).toMatchObject({
    rows: [{ account: 'BANKX/1', statement: '2026/196', line: 1, amount: '-250500', payout: SECOND }],
    missing: null,
  });
});

const NEXT = '2026-07-15';
const [PLAIN, HELD, LOST, UNDONE, DECLINED] = ['B1', 'B2', 'B3', 'B4', 'B5'].map((end) => `T0TBR00000${end}`);

/** Where a payment entered, what was paid out for it, and what is said where nothing was. */
async function wayOf(paymentId = '') {
  const { settlement, held, payouts, bank } = await trace(paymentId);
  return {
    entered: settlement?.rows.map(
      (row) => `${row['settlement']} ${row['party']} ${row['kind']} ${row['origin']}`,
    ),
    said: settlement?.missing?.en ?? null,
    held: held?.rows.map((row) => [row['settlement'], row['as'], row['end'], row['enteredIn']]),
    payouts: payouts?.rows.map(({ reference }) => reference),
    noPayout: payouts?.missing?.en ?? null,
    noBankLine: bank?.missing?.en ?? null,
  };
}

test('only what a settlement took in shows it: what was held back waits for its end, what was reversed enters none', async () => {
  const sold = { source: 'PDM07', billerId: 'PDM07', amount: 100_000n };
  await world.sell({ ...sold, paymentId: PLAIN ?? '' });
  await world.sell({ ...sold, paymentId: HELD ?? '' });
  await world.sell({ ...sold, paymentId: LOST ?? '' });
  await world.book(
    reversalJournal(await world.sell({ ...sold, paymentId: UNDONE ?? '' }), DAY, world.clock.now()),
  );
  await world.mark(UNDONE ?? '', 'REVERSED');
  await world.sell({ ...sold, paymentId: DECLINED ?? '', state: 'DECLINED' });
  await world.closeRun('PDM07', DAY, { count: 1, amount: 100_000n }, [
    { kind: 'only_ours', paymentId: HELD ?? '', ours: 100_000n },
    { kind: 'only_ours', paymentId: LOST ?? '', ours: 100_000n },
  ]);
  await world.settled('PDM07');
  const own = `STL-PDM07-${DAY}`;
  const nothing = {
    entered: [],
    payouts: [],
    noPayout: 'none: it is in no settlement',
    noBankLine: 'none: there is no payout',
  };

  expect(await wayOf(PLAIN)).toMatchObject({
    entered: expect.arrayContaining([`${own} biller PDM07 principal day`]) as string[],
    said: null,
    held: undefined,
    payouts: ['STL-PDM07-0714'],
  });
  expect(await wayOf(UNDONE)).toEqual({
    ...nothing,
    said: 'reversed before its day was settled: it enters no settlement',
    held: [[own, 'undone', 'reversed', null]],
  });
  expect(await wayOf(DECLINED)).toEqual({
    ...nothing,
    said: 'declined: there is nothing to settle',
    held: undefined,
  });
  const waiting = {
    ...nothing,
    said: `held back from ${own} as only_ours; it enters when its break has ended`,
    held: [[own, 'only_ours', 'waits', null]],
  };
  expect([await wayOf(HELD), await wayOf(LOST)]).toEqual([waiting, waiting]);

  await world.endBreak('only_ours', HELD ?? '', 'matched');
  expect(await wayOf(HELD)).toEqual({
    ...nothing,
    said: `held back from ${own} as only_ours; its break has ended: it enters the next settlement of PDM07`,
    held: [[own, 'only_ours', 'enters next', null]],
  });

  await world.mark(LOST ?? '', 'REVERSED');
  await world.sell({ ...sold, paymentId: 'T0TBR00000B6', businessDate: NEXT });
  await world.closeRun('PDM07', NEXT, { count: 1, amount: 100_000n });
  await world.settled('PDM07', NEXT);

  const entered = await wayOf(HELD);
  expect(entered).toMatchObject({
    said: null,
    held: [[own, 'only_ours', 'entered', `STL-PDM07-${NEXT}`]],
    payouts: ['STL-PDM07-0715'],
  });
  expect(entered.entered).toContain(`STL-PDM07-${NEXT} biller PDM07 principal late`);
  expect(entered.entered?.filter((line) => !line.endsWith(' late'))).toEqual([]);
  expect(await wayOf(LOST)).toEqual({
    ...nothing,
    said: `held back from ${own} as only_ours, and reversed since: it enters no settlement`,
    held: [[own, 'only_ours', 'reversed', null]],
  });
});
