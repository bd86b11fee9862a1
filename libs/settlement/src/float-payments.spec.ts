import { rupiah } from '#lib/kernel';
import { eachTestHasASettlementWorld, type SettlementWorld } from '../../../test/support/settlement-world';
import { withdrawAnnouncement } from './bank-announcements';
import { listBankLines } from './bank-lines';
import { approveBankLine, proposeBankLine } from './bank-naming';
import { takeStatement, type StatementLine } from './bank-statement';
import { workBankLines } from './bank-work';
import { approveFloatTopUp, proposeFloatTopUp, receiveFloatTopUp } from './float-payments';
import { checkSettlementInvariants } from './invariants';

const [ANI, BUDI] = ['ani@simpul.example', 'budi@simpul.example'];
const REFERENCE = 'FLT-PULSA-0715';
const FLOAT = 'biller:pulsa:float';

let world: SettlementWorld;
eachTestHasASettlementWorld(
  (fresh) => {
    world = fresh;
  },
  { billers: ['LPB01', 'pulsa'] },
);
beforeEach(async () => {
  await world.store.admin.run(
    "INSERT INTO biller_float (biller_id, low_level, stop_level) VALUES ('pulsa', 10000, 5000)",
  );
  numbers = 0;
  closing = 0n;
});

const tools = () => ({
  ...world.tools,
  endsOf: world.endsOf,
  tell: world.tell,
  endsOfPause: world.endsOfPause,
});

/** The next statement of the account, taken and worked. */
let numbers = 0;
let closing = 0n;
async function shows(...moved: readonly Partial<StatementLine>[]): Promise<void> {
  const lines = moved.map((one) => ({ ...LINE, ...one }));
  const opening = closing;
  closing += lines.reduce((sum, { amount }) => sum + amount, 0n);
  numbers += 1;
  const statement = { account: 'BANKX/1', number: numbers, date: '2026-07-15', opening, closing, lines };
  expect(await takeStatement(world.store.database, statement, world.clock.now())).toMatchObject({ ok: true });
  await work();
}
const LINE: StatementLine = {
  reference: REFERENCE,
  bankReference: 'FT26196AAA1',
  hint: null,
  type: 'NTRF',
  isReversal: false,
  amount: -50_000n,
  valueDate: '2026-07-15',
  narrative: 'TOP UP PULSA',
};
const work = () => workBankLines(tools(), world.clock.now());

const propose = (amount = 50_000n, billerId = 'pulsa', reference = REFERENCE) =>
  proposeFloatTopUp(tools(), {
    reference,
    billerId,
    amount: rupiah(amount),
    valueDate: '2026-07-15',
    by: ANI,
    reason: 'low',
    at: world.clock.now(),
  });

async function agreed(): Promise<void> {
  const proposed = await propose();
  if (!proposed.ok) throw new Error(proposed.error.kind);
  const decision = { ...proposed.value, by: BUDI, at: world.clock.now() };
  expect(await approveFloatTopUp(tools(), decision)).toEqual({ ok: true, value: { reference: REFERENCE } });
}

const receive = () => receiveFloatTopUp(tools(), { reference: REFERENCE, by: ANI, at: world.clock.now() });
const float = () => world.balance(FLOAT);
const lines = async () =>
  (await listBankLines(world.store.database)).map(({ outcome, about }) => [outcome, about]);

/** The float was filled once, and nothing is left in suspense. */
async function expectFilledOnce(): Promise<void> {
  expect(await float()).toBe(50_000n);
  expect(await world.balance('own:suspense')).toBe(0n);
  expect(await lines()).toEqual([['matched', REFERENCE]]);
  expect(await world.openAlerts()).toEqual([]);
  await world.expectSound();
  await world.expectSoundFloats();
}

test('a top-up that two people agreed to is booked by the line of the bank that names it', async () => {
  await agreed();
  expect(await float()).toBe(0n);

  await shows({});

  await expectFilledOnce();
});

test('a top-up above what the checker may agree to is not announced', async () => {
  const proposed = await propose(2_000_000_000n);
  if (!proposed.ok) throw new Error(proposed.error.kind);
  const decision = { ...proposed.value, by: BUDI, at: world.clock.now() };
  expect(await approveFloatTopUp(tools(), decision)).toMatchObject({
    error: { kind: 'approval', refusal: { kind: 'above limit', limit: 1_000_000_000n } },
  });
  expect(await receive()).toEqual({ ok: false, error: { kind: 'unknown' } });
});

test('one person alone announces nothing, and what nobody agreed to is no top-up', async () => {
  const proposed = await propose();
  if (!proposed.ok) throw new Error(proposed.error.kind);
  const alone = { ...proposed.value, by: ANI, at: world.clock.now() };

  expect(await approveFloatTopUp(tools(), alone)).toMatchObject({
    error: { kind: 'approval', refusal: { kind: 'maker is checker' } },
  });
  expect(await receive()).toEqual({ ok: false, error: { kind: 'unknown' } });
  await shows({});
  expect(await lines()).toEqual([['unnamed', null]]);
  expect(await float()).toBe(0n);
});

test('what the biller has before the statement shows it is booked on somebody’s word, and the line moves nothing more', async () => {
  await agreed();
  expect(await receive()).toEqual({ ok: true, value: { billerId: 'pulsa', isRepeat: false } });
  expect(await receive()).toEqual({ ok: true, value: { billerId: 'pulsa', isRepeat: true } });
  expect(await float()).toBe(50_000n);
  await world.expectSound();
  await world.expectSoundFloats();

  await shows({});

  await expectFilledOnce();
  expect(await receive()).toEqual({ ok: true, value: { billerId: 'pulsa', isRepeat: true } });
});

test.each([
  ['by itself', () => Promise.resolve()],
  ['also where the biller was said to have it meanwhile', async () => void (await receive())],
])('a line that came first becomes the top-up once two people agreed to that: %s', async (_, meanwhile) => {
  await shows({});
  expect(await world.openAlerts()).toHaveLength(1);
  expect(await world.balance('own:suspense')).toBe(50_000n);

  await agreed();
  await meanwhile();
  await work();

  await expectFilledOnce();
});

test('a line without a reference is named as the top-up by two people', async () => {
  await agreed();
  await shows({ reference: null });
  const place = { account: 'BANKX/1', year: 2026, number: 1, lineNo: 1 };
  const order = {
    place,
    references: [REFERENCE],
    by: ANI,
    reason: 'the transfer slip',
    at: world.clock.now(),
  };
  const proposed = await proposeBankLine(tools(), order);
  if (!proposed.ok) throw new Error(proposed.error.kind);

  expect(
    await approveBankLine(tools(), {
      place,
      version: proposed.value.version,
      by: BUDI,
      at: world.clock.now(),
    }),
  ).toMatchObject({ ok: true });

  await expectFilledOnce();
});

test('another amount under its reference is no top-up', async () => {
  await agreed();
  await shows({ amount: -50_001n });

  expect(await lines()).toEqual([['unnamed', null]]);
  expect(await float()).toBe(0n);
  await world.expectSound();
  await world.expectSoundFloats();
});

test('a transfer that the bank sends back is taken out of the float again', async () => {
  await agreed();
  await shows({});
  await shows({ amount: 50_000n, isReversal: true });

  expect(await float()).toBe(0n);
  expect(await lines()).toEqual([
    ['matched', REFERENCE],
    ['taken_back', REFERENCE],
  ]);
  await world.expectSound();
  await world.expectSoundFloats();
});

test('a transfer that was not made is withdrawn; one that the biller has is not', async () => {
  await agreed();
  await receive();
  const withdraw = () =>
    withdrawAnnouncement(world.store.database, { reference: REFERENCE, by: ANI, at: world.clock.now() });
  expect(await withdraw()).toEqual({ ok: false, error: { kind: 'received', by: ANI } });

  await world.reset();
  await world.store.admin.run(
    "INSERT INTO biller_float (biller_id, low_level, stop_level) VALUES ('pulsa', 10000, 5000)",
  );
  await agreed();
  expect(await withdraw()).toMatchObject({ ok: true });
  expect(await receive()).toEqual({ ok: false, error: { kind: 'ended', outcome: 'withdrawn' } });
  expect(await float()).toBe(0n);
});

test('a reference that stands for other money or is a payout’s is not proposed, nor a biller that nobody prefunds', async () => {
  await agreed();

  expect(await propose(60_000n)).toMatchObject({ error: { kind: 'reference used' } });
  expect(await propose(50_000n, 'LPB01')).toMatchObject({ error: { kind: 'not prefunded' } });
  expect(await propose(50_000n, 'pulsa', 'STL-PULSA-0715')).toEqual({
    ok: false,
    error: { kind: 'payout name' },
  });
});

test('of many who say at one moment that the biller has it one books it', async () => {
  await agreed();

  await Promise.all(Array.from({ length: 6 }, receive));

  expect(await float()).toBe(50_000n);
  await world.expectSound();
  await world.expectSoundFloats();
});

/** The biller says that our float is empty, a second after whatever was before. */
async function pause(): Promise<void> {
  world.clock.advance(1_000);
  await world.store.admin.run(
    "INSERT INTO float_alert (biller_id, kind, reason, raised_at, open_key) VALUES ('pulsa', 'empty at biller', 'code 17', ?, 'pulsa:empty at biller')",
    [world.clock.now()],
  );
  world.clock.advance(1_000);
}
const pauses = () => world.store.database.rows('SELECT ended_by FROM float_alert ORDER BY alert_id');

test('a pause for an empty float ends in the commit that fills it', async () => {
  await pause();
  await agreed();
  await shows({});

  expect(await pauses()).toEqual([{ ended_by: `it is ${REFERENCE}` }]);
});

test.each([
  ['comes later', false],
  ['came first and lay in suspense', true],
])(
  'a line that moves nothing more, since it %s, ends no pause that began after its money was booked',
  async (_, isFirst) => {
    if (isFirst) await shows({});
    await agreed();
    await pause();
    expect(await receive()).toMatchObject({ ok: true });
    await pause();

    await (isFirst ? work() : shows({}));

    await expectFilledOnce();
    expect(await pauses()).toEqual([{ ended_by: `top-up ${REFERENCE}` }, { ended_by: null }]);
  },
);

test('a top-up that nobody has approved is found', async () => {
  await agreed();
  await world.store.admin.run("UPDATE approval SET state = 'rejected'");

  const verdicts = await checkSettlementInvariants(world.store.database);
  expect(verdicts.find(({ id }) => id === 'I20')).toMatchObject({
    ok: false,
    firstCounterExample: `nobody has approved the top-up ${REFERENCE} of a float`,
  });
});
