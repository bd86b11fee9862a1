import { eachTestHasASettlementWorld, type SettlementWorld } from '../../../test/support/settlement-world';
import { approveRefused, proposeRefused, redraftPayout } from './payout-refused';
import { approvePayout, proposePayout } from './payout-approval';
import { tellPayout } from './payout-told';
import { findPayout, listPayouts, payoutHistory } from './payouts';
import { inParts } from './payout-drafts';
import { rupiah } from '#lib/kernel';
import { PAYOUT_MOVES } from './payout.states';
import { settleDue } from './settle-due';

const DAY = '2026-07-14';
const [ANI, BUDI] = ['ani@simpul.example', 'budi@simpul.example'];
const REFERENCE = 'STL-LPB01-0714';

let world: SettlementWorld;
eachTestHasASettlementWorld((fresh) => {
  world = fresh;
});

const at = () => world.clock.now();

async function settle(amount = 250_000n): Promise<void> {
  await world.sell({ paymentId: 'T0TBR00000A1', amount });
  await world.closeRun('LPB01', DAY, { count: 1, amount });
  await world.settled('LPB01');
}

function propose(by = ANI) {
  return proposePayout(world.tools, { reference: REFERENCE, by, reason: 'settled', at: at() });
}

async function versionProposed(): Promise<string> {
  const proposed = await propose();
  if (!proposed.ok) throw new Error(proposed.error.kind);
  return proposed.value.version;
}

/** Approved by two people and handed to the bank. */
async function send(): Promise<void> {
  const version = await versionProposed();
  await approvePayout(world.tools, { reference: REFERENCE, version, by: BUDI, at: at() });
  expect(
    await tellPayout(world.tools, { reference: REFERENCE, event: 'sent', by: ANI, at: at() }),
  ).toMatchObject({ ok: true });
}

test('a payout above what the checker may agree to stays where it is, until somebody agrees who may', async () => {
  await settle();
  await world.store.admin.run('UPDATE payout SET amount = 2000000000');
  const version = await versionProposed();
  const agree = (tools: typeof world.tools) =>
    approvePayout(tools, { reference: REFERENCE, version, by: BUDI, at: at() });
  expect(await agree(world.tools)).toMatchObject({
    ok: false,
    error: { kind: 'approval', refusal: { kind: 'above limit', role: 'finance_checker' } },
  });
  expect(await findPayout(world.store.database, REFERENCE)).toMatchObject({ state: 'drafted' });
  const none = { objectionTo: () => undefined };
  expect(await agree({ ...world.tools, approvalLimits: none })).toMatchObject({
    ok: true,
    value: { state: 'approved' },
  });
});

test('a payout leaves when one person has proposed and another has approved it, once', async () => {
  await settle();
  const { database } = world.store;
  expect(
    await approvePayout(world.tools, { reference: REFERENCE, version: '1', by: BUDI, at: at() }),
  ).toEqual({
    ok: false,
    error: { kind: 'not proposed' },
  });
  const version = await versionProposed();
  expect(
    await approvePayout(world.tools, { reference: REFERENCE, version: 'another', by: BUDI, at: at() }),
  ).toMatchObject({ ok: false, error: { kind: 'approval', refusal: { kind: 'another version' } } });
  expect(
    await approvePayout(world.tools, { reference: REFERENCE, version, by: ANI, at: at() }),
  ).toMatchObject({
    ok: false,
    error: { kind: 'approval', refusal: { kind: 'maker is checker' } },
  });
  const both = await Promise.all(
    [BUDI, 'cici@simpul.example'].map((by) =>
      approvePayout(world.tools, { reference: REFERENCE, version, by, at: at() }),
    ),
  );
  expect(both.filter(({ ok }) => ok)).toHaveLength(1);
  const sent = await Promise.all(
    [1, 2].map(() => tellPayout(world.tools, { reference: REFERENCE, event: 'sent', by: ANI, at: at() })),
  );
  expect(sent.filter(({ ok }) => ok)).toHaveLength(1);
  expect((await payoutHistory(database, REFERENCE)).map(({ to }) => to)).toEqual([
    'drafted',
    'approved',
    'sent',
  ]);
  await world.expectSound();
});

test('a payout does not leave before it is due, unless two people have agreed to that and why', async () => {
  world.tools.contracts.dueDaysOf = () => 5;
  await settle();
  const { database } = world.store;
  const decide = async (reference: string, isEarly: boolean) => {
    const order = { reference, by: ANI, reason: 'their bank rests', isEarly, at: at() };
    const proposed = await proposePayout(world.tools, order);
    const version = proposed.ok ? proposed.value.version : '';
    await approvePayout(world.tools, { reference, version, by: BUDI, at: at() });
    return tellPayout(world.tools, { reference, event: 'sent', by: ANI, at: at() });
  };
  expect(await decide(REFERENCE, false)).toEqual({
    ok: false,
    error: { kind: 'not due', dueDate: '2026-07-21', today: '2026-07-17' },
  });
  await tellPayout(world.tools, { reference: REFERENCE, event: 'cancelled', by: ANI, at: at() });
  await redraftPayout({ database, endsOf: world.endsOf }, { reference: REFERENCE, by: ANI, at: at() });
  expect(await decide(`${REFERENCE}R2`, true)).toMatchObject({ ok: true, value: { state: 'sent' } });
});

test('a payout that was not to leave before it is due leaves on that day', async () => {
  world.tools.contracts.dueDaysOf = () => 5;
  await settle();
  const version = await versionProposed();
  await approvePayout(world.tools, { reference: REFERENCE, version, by: BUDI, at: at() });
  const order = { reference: REFERENCE, event: 'sent', by: ANI } as const;
  const sent = (time: string) => tellPayout(world.tools, { ...order, at: new Date(time) });
  expect(await sent('2026-07-20T17:00:00Z')).toMatchObject({ ok: false });
  expect(await sent('2026-07-20T17:00:01Z')).toMatchObject({ ok: true });
});

test('what was sent is never sent again, whatever became of it', () => {
  for (const state of ['sent', 'accepted', 'executed'])
    expect(PAYOUT_MOVES.filter(([from, on]) => from === state && on === 'sent')).toEqual([]);
  const executing = PAYOUT_MOVES.filter(([, , to]) => to === 'executed');
  expect(executing.every(([, , , who]) => who.startsWith('the bank statement'))).toBe(true);
});

test('a rejected payout is drafted again under a reference of its own', async () => {
  await settle();
  const { database } = world.store;
  await tellPayout(world.tools, { reference: REFERENCE, event: 'cancelled', by: ANI, at: at() });
  expect(
    await redraftPayout({ database, endsOf: world.endsOf }, { reference: REFERENCE, by: ANI, at: at() }),
  ).toMatchObject({
    ok: true,
    value: { reference: `${REFERENCE}R2`, state: 'drafted', amount: 250_500n },
  });
  expect(
    await redraftPayout({ database, endsOf: world.endsOf }, { reference: REFERENCE, by: ANI, at: at() }),
  ).toMatchObject({
    ok: false,
  });
  expect(await listPayouts(database, { state: 'drafted' })).toHaveLength(1);
});

test('the bank’s refusal needs its proof and a second person before anybody pays again', async () => {
  await settle();
  await send();
  const { database } = world.store;
  const told = { reference: REFERENCE, by: ANI, evidence: 'MT n98 of 15 July, RJCT AC04', at: at() };
  const proposed = await proposeRefused(database, told);
  if (!proposed.ok) throw new Error(proposed.error.kind);
  const { version } = proposed.value;
  expect(
    await redraftPayout({ database, endsOf: world.endsOf }, { reference: REFERENCE, by: ANI, at: at() }),
  ).toMatchObject({
    error: { kind: 'cannot', state: 'sent' },
  });
  expect(await approveRefused(database, { reference: REFERENCE, version, by: ANI, at: at() })).toMatchObject({
    error: { refusal: { kind: 'maker is checker' } },
  });
  expect(await approveRefused(database, { reference: REFERENCE, version, by: BUDI, at: at() })).toMatchObject(
    { ok: true, value: { state: 'rejected' } },
  );
  expect((await payoutHistory(database, REFERENCE)).at(-1)).toMatchObject({ note: told.evidence });
  await expect(proposeRefused(database, { ...told, evidence: ' ' })).resolves.toMatchObject({ ok: false });
  await world.expectSound();
});

/** A line of a statement that nobody has worked, or that nobody could name. */
async function shown(reference: string | null, outcome: string | null): Promise<void> {
  await world.store.admin.run(
    `INSERT INTO bank_line (account, year, number, line_no, reference, type, is_reversal, amount, value_date, narrative, outcome)
     VALUES ('BANKX/1', 2026, 1, 1, ?, 'NTRF', 0, -250500, '2026-07-15', '', ?)`,
    [reference, outcome],
  );
}

test.each([
  ['shows it', REFERENCE, null],
  ['shows a debit of its amount that nobody has named', null, 'unnamed'],
])('nobody says that the bank refused a payout where its statement %s', async (_, reference, outcome) => {
  await settle();
  await send();
  const { database } = world.store;
  const told = { reference: REFERENCE, by: ANI, evidence: 'MT n98 of 15 July, RJCT AC04', at: at() };
  const proposed = await proposeRefused(database, told);
  const version = proposed.ok ? proposed.value.version : '';
  await shown(reference, outcome);
  const refusal = { ok: false, error: { kind: 'shown', line: 'BANKX/1 2026/1/1' } };
  expect(await proposeRefused(database, told)).toEqual(refusal);
  expect(await approveRefused(database, { reference: REFERENCE, version, by: BUDI, at: at() })).toEqual(
    refusal,
  );
  expect((await findPayout(database, REFERENCE))?.state).toBe('sent');
});

test('a payout that moved since somebody said that it was refused is not refused by that', async () => {
  await settle();
  await send();
  const { database } = world.store;
  const told = { reference: REFERENCE, by: ANI, evidence: 'MT n98 of 15 July, RJCT AC04', at: at() };
  const proposed = await proposeRefused(database, told);
  const version = proposed.ok ? proposed.value.version : '';
  await tellPayout(world.tools, { reference: REFERENCE, event: 'accepted', by: ANI, at: at() });
  expect(await approveRefused(database, { reference: REFERENCE, version, by: BUDI, at: at() })).toEqual({
    ok: false,
    error: { kind: 'changed meanwhile' },
  });
  expect(await propose()).toEqual({
    ok: false,
    error: { kind: 'cannot', state: 'accepted', event: 'approved' },
  });
});

test('a part that is drafted again has a reference that the bank does not cut off', async () => {
  world.tools.contracts.bank.payoutMax = rupiah(100_000n);
  await settle();
  const { database } = world.store;
  const reference = 'STL-LPB01-0714-2';
  await tellPayout(world.tools, { reference, event: 'cancelled', by: ANI, at: at() });
  const both = await Promise.all(
    [1, 2].map(() => redraftPayout({ database, endsOf: world.endsOf }, { reference, by: ANI, at: at() })),
  );
  const made = both.flatMap((one) => (one.ok ? [one.value] : []));
  expect(made).toHaveLength(1);
  expect(made[0]?.reference).toMatch(/^STL-[0-9A-F]{9}$/);
  await world.expectSound();
});

test('a payout above the bank’s limit goes out in numbered parts', async () => {
  world.tools.contracts.bank.payoutMax = rupiah(100_000n);
  await settle();
  const parts = await listPayouts(world.store.database);
  expect(parts.map(({ reference, amount }) => [reference, amount])).toEqual([
    ['STL-LPB01-0714-1', 100_000n],
    ['STL-LPB01-0714-2', 100_000n],
    ['STL-LPB01-0714-3', 50_500n],
  ]);
  expect(inParts(rupiah(200_000n), rupiah(100_000n))).toEqual([100_000n, 100_000n]);
});

test('what a channel is owed by several sources of a day goes out in one payout', async () => {
  await world.sell({ paymentId: 'T0TBR00000A1', amount: 250_000n });
  await world.sell({ paymentId: 'T0TBR00000B1', source: 'PDM07', amount: 50_000n });
  await world.closeRun('LPB01', DAY, { count: 1, amount: 250_000n });
  await world.closeRun('PDM07', DAY, { count: 1, amount: 50_000n });
  for (let round = 1; round <= 2; round += 1)
    await Promise.all([1, 2].map(() => settleDue(world.tools, ['LPB01', 'PDM07'])));
  const payouts = await listPayouts(world.store.database);
  expect(payouts.map(({ reference, amount }) => [reference, amount])).toEqual([
    ['STL-LPB01-0714', 250_500n],
    ['STL-PDM07-0714', 50_500n],
    ['STL-CA017-0716', 2_600n],
  ]);
  expect(await findPayout(world.store.database, 'STL-CA017-0716')).toMatchObject({
    accountId: 'channel:ca017:commission',
  });
  await world.expectSound();
});
