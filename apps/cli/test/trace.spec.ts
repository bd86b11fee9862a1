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

async function trace(): Promise<Record<string, TracePart>> {
  const parts = await tracePayment(world.store.database, PAYMENT, world.clock.now());
  return Object.fromEntries((parts ?? []).map((part) => [part.name, part]));
}

/** Two people let the payout leave, and it is handed to the bank. */
async function send(reference: string): Promise<void> {
  const { database } = world.store;
  const at = world.clock.now();
  const proposed = await proposePayout(database, { reference, by: ANI, reason: 'settled', at });
  if (!proposed.ok) throw new Error(proposed.error.kind);
  await approvePayout(database, { reference, version: proposed.value.version, by: BUDI, at });
  expect(await tellPayout(database, { reference, event: 'sent', by: ANI, at })).toMatchObject({ ok: true });
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
  await tellPayout(database, { reference: FIRST, event: 'cancelled', by: ANI, at });
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
