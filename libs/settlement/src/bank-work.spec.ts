import { rupiah } from '#lib/kernel';
import { MoneyWriter, topUpDeposit, type CommitResult, type UnitOfWork } from '#lib/ledger';
import { aSettlementWorld, type SettlementWorld } from '../../../test/support/settlement-world';
import { takeStatement, type BankStatement, type StatementLine } from './bank-statement';
import { announceDeposit, withdrawAnnouncement } from './bank-announcements';
import { listBankLines } from './bank-lines';
import { approveBankLine, proposeBankLine } from './bank-naming';
import type { AlertEnds, BankAlert } from './bank-alerts';
import { workBankLines } from './bank-work';
import {
  approvePayout,
  findPayout,
  payoutHistory,
  proposePayout,
  redraftPayout,
  tellPayout,
} from './payouts';

const DAY = '2026-07-14';
const [ANI, BUDI] = ['ani@simpul.example', 'budi@simpul.example'];
/** While nobody can have read it in a statement. */
const BEFORE_IT_CAME = new Date('2026-07-15T03:00:00Z');

let world: SettlementWorld;
let told: BankAlert[];
beforeAll(async () => {
  world = await aSettlementWorld({ channels: ['ca009', 'ca017', 'ca021'] });
});
beforeEach(async () => {
  told = [];
  await world.reset();
});
afterAll(() => world.store.drop());

const bank = () => ({
  ...world.tools,
  endsOf: world.endsOf,
  tell: async (alert: BankAlert) => {
    told.push(alert);
    await world.tell(alert);
  },
});

/** The next statement of a fresh account, with these lines, taken and worked. */
let numbers = 500;
async function shows(...lines: readonly StatementLine[]): Promise<void> {
  numbers += 1;
  const closing = lines.reduce((sum, { amount }) => sum + amount, 0n);
  const statement = {
    account: `BANKX/${numbers}`,
    number: numbers,
    date: '2026-07-15',
    opening: 0n,
    closing,
    lines,
  };
  expect(await takeStatement(world.store.database, statement, world.clock.now())).toMatchObject({ ok: true });
  await workBankLines(bank(), world.clock.now());
}

async function outcomes(): Promise<unknown[]> {
  const lines = await listBankLines(world.store.database);
  return lines.map(({ outcome, about }) => [outcome, about]);
}

/** Two people say what the first line of the last statement is. */
async function name(reference: string, lineNo = 1, endsOf = world.endsOf) {
  const { database } = world.store;
  const place = { account: `BANKX/${numbers}`, year: 2026, number: numbers, lineNo };
  const at = world.clock.now();
  const proposed = await proposeBankLine({ database }, { place, reference, by: ANI, reason: 'seen', at });
  if (!proposed.ok) return proposed;
  return approveBankLine({ ...bank(), endsOf }, { place, version: proposed.value.version, by: BUDI, at });
}

function announce(reference: string, channelId: string, amount: bigint) {
  const money = {
    reference,
    kind: 'top_up',
    channelId,
    amount: rupiah(amount),
    valueDate: '2026-07-15',
  } as const;
  return announceDeposit(world.store.database, money, { by: ANI, at: BEFORE_IT_CAME });
}

function line(reference: string | null, amount: bigint, more: Partial<StatementLine> = {}): StatementLine {
  return {
    reference,
    bankReference: 'FT26196AAA1',
    hint: null,
    type: 'NTRF',
    isReversal: false,
    amount,
    valueDate: '2026-07-15',
    narrative: 'TRANSFER',
    ...more,
  };
}

/** The statement of 15 July: a deposit, a payout, a charge, money that only a hint names, and one taken back. */
const STATEMENT: BankStatement = {
  account: 'BANKX/1234567890',
  number: 196,
  date: '2026-07-15',
  opening: 152_500_000n,
  closing: 272_083_000n,
  lines: [
    line('DEP-CA017-0715', 100_000_000n),
    line('STL-PDM07-0714', -410_500n),
    line(null, -6_500n, { type: 'NCHG', narrative: 'BIAYA TRANSFER' }),
    line(null, 25_000_000n, { hint: 'DEP-CA021-0715' }),
    line('DEP-CA009-0714', -5_000_000n, { isReversal: true }),
  ],
};

async function approve(reference: string): Promise<void> {
  const { database } = world.store;
  const at = world.clock.now();
  const proposed = await proposePayout(database, { reference, by: ANI, reason: 'settled', at });
  if (!proposed.ok) throw new Error(proposed.error.kind);
  const { version } = proposed.value;
  expect(await approvePayout(database, { reference, version, by: BUDI, at })).toMatchObject({ ok: true });
}

/** Says that a payout has been handed to the bank. */
function send(reference: string, despite?: string) {
  const order = { reference, event: 'sent', by: ANI, at: world.clock.now() } as const;
  return tellPayout(world.store.database, { ...order, ...(despite === undefined ? {} : { despite }) });
}

/** Water of 14 July is settled and its payout sent; electricity's is sent too and not yet debited. */
async function sendPayouts(): Promise<void> {
  const { database } = world.store;
  await world.sell({ paymentId: 'T0TBR00000A1', amount: 425_500n, billerFee: 1_000n });
  await world.sell({
    paymentId: 'T0TBR00000B1',
    source: 'PDM07',
    amount: 408_500n,
    billerFee: 2_000n,
    adminFee: 5_000n,
  });
  await world.closeRun('LPB01', DAY, { count: 1, amount: 425_500n });
  await world.closeRun('PDM07', DAY, { count: 1, amount: 408_500n });
  for (const source of ['LPB01', 'PDM07']) {
    await world.settled(source);
    const reference = `STL-${source}-0714`;
    await approve(reference);
    await send(reference);
  }
  for (const [channelId, amount] of [
    ['ca017', 100_000_000n],
    ['ca021', 25_000_000n],
  ] as const)
    await announceDeposit(
      database,
      {
        reference: `DEP-${channelId.toUpperCase()}-0715`,
        kind: 'top_up',
        channelId,
        amount: rupiah(amount),
        valueDate: '2026-07-15',
      },
      { by: ANI, at: BEFORE_IT_CAME },
    );
}

test('the statement executes what it shows, books its charges, and leaves the rest to people', async () => {
  await sendPayouts();
  const before = await world.balance('own:bank');
  const { database } = world.store;
  const now = world.clock.now();
  expect(await takeStatement(database, STATEMENT, now)).toEqual({ ok: true, value: { isRepeat: false } });
  await Promise.all([1, 2].map(() => workBankLines(bank(), now)));

  const lines = await listBankLines(database, {});
  expect(lines.map(({ outcome, about }) => [outcome, about])).toEqual([
    ['matched', 'DEP-CA017-0715'],
    ['matched', 'STL-PDM07-0714'],
    ['bank_charge', null],
    ['proposed', 'DEP-CA021-0715'],
    ['reopened', 'DEP-CA009-0714'],
  ]);
  expect((await findPayout(database, 'STL-PDM07-0714'))?.state).toBe('executed');
  expect((await findPayout(database, 'STL-LPB01-0714'))?.state).toBe('sent');
  expect((await world.balance('own:bank')) - before).toBe(272_083_000n - 152_500_000n);
  expect(await world.balance('biller:PDM07:payable')).toBe(0n);
  expect(await world.balance('biller:LPB01:payable')).toBe(-426_500n);
  expect(await world.balance('own:bank-charges')).toBe(6_500n);
  expect(await world.balance('own:suspense')).toBe(-20_000_000n);
  expect(await world.balance('channel:ca017:deposit')).toBe(-(200_000_000n - 428_000n - 413_500n));
  await world.expectSound();
});

test('a hint confirms nothing: two people name the money, once', async () => {
  await sendPayouts();
  const { database } = world.store;
  const at = world.clock.now();
  await takeStatement(database, STATEMENT, at);
  await workBankLines(bank(), at);
  const place = { account: STATEMENT.account, year: 2026, number: 196, lineNo: 4 };
  const reference = 'DEP-CA021-0715';
  const proposed = await proposeBankLine({ database }, { place, reference, by: BUDI, reason: 'slip', at });
  if (!proposed.ok) throw new Error(proposed.error.kind);
  const { version } = proposed.value;
  expect(await approveBankLine(bank(), { place, version, by: BUDI, at })).toMatchObject({
    error: { refusal: { kind: 'maker is checker' } },
  });
  const said = await Promise.all([1, 2].map(() => approveBankLine(bank(), { place, version, by: ANI, at })));
  expect(said.filter(({ ok }) => ok)).toHaveLength(1);
  expect(await world.balance('channel:ca021:deposit')).toBe(-125_000_000n);
  expect(await world.balance('own:suspense')).toBe(5_000_000n);
  await world.expectSound();
});

test.each([
  ['does not sum up', { number: 197, opening: 272_083_000n, closing: 391_666_001n }, 'statement_sum'],
  ['leaves a number out', { number: 198, opening: 272_083_000n, closing: 391_666_000n }, 'statement_number'],
  ['does not begin where the last one ended', { number: 197 }, 'statement_opening'],
  ['says something else under a number that was taken', { date: '2026-07-16' }, 'statement_changed'],
])('a statement that %s is refused whole', async (_, change, gate) => {
  const { database } = world.store;
  await takeStatement(database, STATEMENT, world.clock.now());
  expect(await takeStatement(database, { ...STATEMENT, ...change }, world.clock.now())).toMatchObject({
    ok: false,
    error: { gate },
  });
  expect(await listBankLines(database, {})).toHaveLength(5);
});

test('a statement of a day that has not come yet is refused', async () => {
  const { database } = world.store;
  const ahead = { ...STATEMENT, date: '2026-07-18' };
  expect(await takeStatement(database, ahead, world.clock.now())).toEqual({
    ok: false,
    error: { gate: 'statement_ahead', stated: '2026-07-18', computed: '2026-07-17' },
  });
  expect(await takeStatement(database, ahead, new Date('2026-07-18T01:00:00Z'))).toMatchObject({ ok: true });
});

test('two accounts at one bank number alike and are booked and alerted apart', async () => {
  const { database } = world.store;
  const at = world.clock.now();
  for (const account of [
    'BANKX/1234567890',
    'BANKX/8888888888',
    'BANKX/88888888880000001',
    'BANKX/88888888880000002',
  ]) {
    const one = { account, number: 1, date: '2026-07-15', opening: 0n, closing: -7_000n };
    await takeStatement(database, { ...one, lines: [line(null, -7_000n)] }, at);
  }
  expect((await workBankLines(bank(), at)).failed).toEqual([]);
  const lines = await listBankLines(database);
  expect(new Set(lines.map(({ subjectId }) => subjectId)).size).toBe(4);
  expect(lines[0]?.subjectId).toBe('BNK-BANKX-1234567890-2026-1-1');
  expect(await world.openAlerts()).toHaveLength(4);
  expect(await world.balance('own:suspense')).toBe(28_000n);
  await world.expectSound();
});

test('the same statement again is recognised', async () => {
  const { database } = world.store;
  const both = await Promise.all([1, 2].map(() => takeStatement(database, STATEMENT, world.clock.now())));
  expect(both.every(({ ok }) => ok)).toBe(true);
  expect(await listBankLines(database, {})).toHaveLength(5);
});

test('a bad announcement is refused, and one that stands already stops no other line', async () => {
  expect(await announce('DEP-CA071-0715', 'ca071', 5n)).toMatchObject({ error: { kind: 'unknown channel' } });
  await world.store.admin.run(
    `INSERT INTO bank_expected (reference, kind, channel_id, amount, value_date, announced_by, announced_at)
     VALUES ('DEP-CA071-0715', 'top_up', 'ca071', 7000, '2026-07-15', 'ani', '2026-07-15 03:00:00')`,
  );
  await announce('DEP-CA017-0715', 'ca017', 9_000n);
  await shows(line('DEP-CA071-0715', 7_000n), line('DEP-CA017-0715', 9_000n));
  expect(await outcomes()).toEqual([
    ['unnamed', null],
    ['matched', 'DEP-CA017-0715'],
  ]);
  await world.expectSound();
});

test('a line that cannot be booked now keeps no other back', async () => {
  await announce('DEP-CA017-0715', 'ca017', 9_000n);
  const { writer } = world.tools;
  class Refusing extends MoneyWriter {
    override commit(unit: UnitOfWork): Promise<CommitResult> {
      return unit.witness.values['subject_id'] === 'DEP-CA017-0715'
        ? Promise.reject(new Error('no answer'))
        : writer.commit(unit);
    }
    override async close(): Promise<void> {}
  }
  await shows();
  const lines = [line('DEP-CA017-0715', 9_000n), line(null, 3_000n)];
  numbers += 1;
  const statement = {
    account: 'BANKX/9',
    number: 1,
    date: '2026-07-15',
    opening: 0n,
    closing: 12_000n,
    lines,
  };
  await takeStatement(world.store.database, statement, world.clock.now());
  const work = await workBankLines({ ...bank(), writer: new Refusing() }, world.clock.now());
  expect(work.failed).toEqual([{ line: 'BANKX/9 2026/1/1', reason: 'no answer' }]);
  expect(await outcomes()).toEqual([
    [null, null],
    ['unnamed', null],
  ]);
  await workBankLines(bank(), world.clock.now());
  expect((await outcomes())[0]).toEqual(['matched', 'DEP-CA017-0715']);
});

test.each([
  ['2026-07-15T16:59:59Z', 'matched', 0n],
  ['2026-07-15T17:00:01Z', 'proposed', -9_000n],
])('money announced at %s, when its day ended at 17:00Z, is %s by itself', async (at, outcome, suspense) => {
  const money = {
    reference: 'DEP-CA017-0715',
    kind: 'top_up',
    channelId: 'ca017',
    amount: rupiah(9_000n),
  } as const;
  await announceDeposit(
    world.store.database,
    { ...money, valueDate: '2026-07-15' },
    { by: ANI, at: new Date(at) },
  );
  await shows(line('DEP-CA017-0715', 9_000n));
  expect(await outcomes()).toEqual([[outcome, 'DEP-CA017-0715']]);
  expect(await world.balance('own:suspense')).toBe(suspense);
  // Two people may say what it is, however late it was announced.
  if (outcome === 'proposed') expect(await name('DEP-CA017-0715')).toMatchObject({ ok: true });
  expect(await world.balance('own:suspense')).toBe(0n);
  await world.expectSound();
});

test('announced money is withdrawn while it has not come, and books nothing afterwards', async () => {
  const { database } = world.store;
  const at = world.clock.now();
  await announce('DEP-CA017-0715', 'ca017', 9_000n);
  const order = { reference: 'DEP-CA017-0715', by: BUDI, at };
  expect(await withdrawAnnouncement(database, order)).toMatchObject({ ok: true });
  await shows(line('DEP-CA017-0715', 9_000n));
  expect(await outcomes()).toEqual([['unnamed', null]]);
  await announce('DEP-CA017-0716', 'ca017', 9_000n);
  await shows(line('DEP-CA017-0716', 9_000n));
  expect(await withdrawAnnouncement(database, { ...order, reference: 'DEP-CA017-0716' })).toMatchObject({
    error: { kind: 'ended', outcome: 'matched' },
  });
});

test('a top-up that was booked by hand under the reference is not booked again, and its line is ended', async () => {
  await announce('DEP-CA017-0715', 'ca017', 9_000n);
  const money = { channelId: 'ca017', amount: rupiah(9_000n), businessDate: '2026-07-15' };
  await topUpDeposit(world.tools.writer, { ...money, topUpId: 'DEP-CA017-0715', at: world.clock.now() });
  await shows(line('DEP-CA017-0715', 9_000n), line('DEP-CA017-0715', 9_000n));
  expect(await outcomes()).toEqual([
    ['matched', 'DEP-CA017-0715'],
    ['unnamed', null],
  ]);
  expect(await world.balance('channel:ca017:deposit')).toBe(-100_009_000n);
  await world.expectSound();
});

test('a hint proposes announced money of its amount that has not come, and nothing else', async () => {
  await announce('DEP-CA017-0715', 'ca017', 9_000n);
  const hint = 'DEP-CA017-0715';
  await shows(line(null, 8_000n, { hint }), line(null, 9_000n, { hint }));
  expect(await outcomes()).toEqual([
    ['unnamed', null],
    ['proposed', hint],
  ]);
  expect(await name(hint, 2)).toMatchObject({ ok: true });
  await shows(line(null, 9_000n, { hint }));
  expect((await outcomes())[2]).toEqual(['unnamed', null]);
  await world.expectSound();
});

test('a line is not the money that was booked by hand under its reference with another amount', async () => {
  await announce('DEP-CA017-0715', 'ca017', 9_000n);
  const money = { channelId: 'ca017', amount: rupiah(8_000n), businessDate: '2026-07-15' };
  await topUpDeposit(world.tools.writer, { ...money, topUpId: 'DEP-CA017-0715', at: world.clock.now() });
  await shows(line('DEP-CA017-0715', 9_000n));
  expect(await outcomes()).toEqual([['unnamed', null]]);
  expect(await world.balance('own:suspense')).toBe(-9_000n);
  await world.expectSound();
});

test('a payout that the bank shows before it was sent is executed once it was, and never paid again', async () => {
  await settleWater();
  const { database } = world.store;
  await approve(WATER);
  await shows(line(WATER, -410_500n));
  expect(await outcomes()).toEqual([['unnamed', null]]);
  expect(told.map(({ kind }) => kind)).toEqual(['bank_debit']);
  expect(await world.openAlerts()).toEqual([`bank_debit BANKX/${numbers} 2026/${numbers}/1`]);
  expect(await send(WATER)).toMatchObject({ ok: true });
  await Promise.all([1, 2].map(() => workBankLines(bank(), world.clock.now())));
  expect(await outcomes()).toEqual([['matched', WATER]]);
  expect((await findPayout(database, WATER))?.state).toBe('executed');
  expect(await world.openAlerts()).toEqual([]);
  expect(await world.balance('own:suspense')).toBe(0n);
  expect(await world.balance('biller:PDM07:payable')).toBe(0n);
  await world.expectSound();
});

test('a payout is not sent while the bank shows a debit of its amount that nobody has named', async () => {
  await settleWater();
  const { database } = world.store;
  await approve(WATER);
  await shows(line(null, -410_500n));
  const where = `BANKX/${numbers} 2026/${numbers}/1`;
  expect(await send(WATER)).toMatchObject({ error: { kind: 'shown', line: where } });
  expect(await name(WATER)).toMatchObject({ ok: true });
  expect((await findPayout(database, WATER))?.state).toBe('executed');
  expect(await send(WATER, where)).toMatchObject({ ok: false });
  expect(await world.balance('biller:PDM07:payable')).toBe(0n);
  await world.expectSound();
});

test('a payout is sent despite a debit that a person knows to be something else', async () => {
  await settleWater();
  await approve(WATER);
  await shows(line(null, -410_500n));
  const where = `BANKX/${numbers} 2026/${numbers}/1`;
  expect(await send(WATER, 'BANKX/1 2026/1/1')).toMatchObject({ error: { kind: 'shown', line: where } });
  expect(await send(WATER, where)).toMatchObject({ ok: true, value: { state: 'sent' } });
  const history = await payoutHistory(world.store.database, WATER);
  expect(history.at(-1)).toMatchObject({ to: 'sent', note: `it is not ${where}` });
});

test('money that comes under the reference of an executed payout, and takes nothing back, is not its return', async () => {
  await settleWater();
  await approve(WATER);
  await send(WATER);
  await shows(line(WATER, -410_500n));
  await shows(line(WATER, 410_500n));
  expect(await outcomes()).toEqual([
    ['matched', WATER],
    ['unnamed', null],
  ]);
  expect(await world.balance('biller:PDM07:payable')).toBe(0n);
  await world.expectSound();
});

test('a debit of another amount under the reference of a payout does not execute it', async () => {
  await settleWater();
  await approve(WATER);
  await send(WATER);
  await shows(line(WATER, -410_400n));
  expect(await outcomes()).toEqual([['unnamed', null]]);
  expect((await findPayout(world.store.database, WATER))?.state).toBe('sent');
  expect(await name(WATER)).toMatchObject({ error: { kind: 'differs' } });
  await world.expectSound();
});

test('a small debit that is no charge of the bank, and a charge above its limit, wait for people', async () => {
  await shows(line(null, -6_500n), line(null, -10_001n, { type: 'NCHG' }));
  expect(await outcomes()).toEqual([
    ['unnamed', null],
    ['unnamed', null],
  ]);
  expect(told.map(({ kind }) => kind)).toEqual(['bank_debit', 'bank_debit']);
  expect(await world.balance('own:bank-charges')).toBe(0n);
});

test('a rejected payout that the bank shows after all raises an alarm, and two people end its next draft by it', async () => {
  await settleWater();
  const { database } = world.store;
  const at = world.clock.now();
  await tellPayout(database, { reference: WATER, event: 'cancelled', by: ANI, at });
  const again = await redraftPayout(bank(), { reference: WATER, by: ANI, at });
  const next = again.ok ? again.value.reference : '';
  await shows(line(WATER, -410_500n));
  expect(told[0]?.reason).toMatch(/STL-PDM07-0714, which is replaced/);
  expect(await name(WATER)).toMatchObject({ error: { kind: 'differs' } });
  expect(await world.openAlerts()).toEqual([`bank_debit BANKX/${numbers} 2026/${numbers}/1`]);
  expect(await name(next)).toMatchObject({ ok: true });
  expect(await world.openAlerts()).toEqual([]);
  expect((await findPayout(database, next))?.state).toBe('executed');
  expect(await world.balance('biller:PDM07:payable')).toBe(0n);
  await world.expectSound();
});

test('a deposit that the bank takes back is taken back once, and people are told', async () => {
  await announce('DEP-CA017-0715', 'ca017', 9_000n);
  await shows(line('DEP-CA017-0715', 9_000n));
  const back = line('DEP-CA017-0715', -9_000n, { isReversal: true });
  await shows(back, back);
  expect(await outcomes()).toEqual([
    ['matched', 'DEP-CA017-0715'],
    ['taken_back', 'DEP-CA017-0715'],
    ['reopened', 'DEP-CA017-0715'],
  ]);
  expect(told.map(({ kind }) => kind)).toEqual(['bank_taken_back', 'bank_taken_back']);
  // The second one takes nothing back that we know of: it waits.
  expect(await world.openAlerts()).toEqual([`bank_taken_back BANKX/${numbers} 2026/${numbers}/2`]);
  expect(await world.balance('channel:ca017:deposit')).toBe(-100_000_000n);
  expect(await world.balance('own:suspense')).toBe(9_000n);
  await world.expectSound();
});

test('a deposit that is spent already does not cover what the bank takes back: it waits for people', async () => {
  await announce('DEP-CA017-0715', 'ca017', 9_000n);
  await shows(line('DEP-CA017-0715', 9_000n));
  await world.store.admin.run("UPDATE deposit SET held = posted WHERE channel_id = 'ca017'");
  await shows(line('DEP-CA017-0715', -9_000n, { isReversal: true }));
  expect((await outcomes())[1]).toEqual(['reopened', 'DEP-CA017-0715']);
  expect(told).toHaveLength(1);
  expect(await name('DEP-CA017-0715')).toMatchObject({ error: { kind: 'insufficient' } });
  await world.store.admin.run("UPDATE deposit SET held = 0 WHERE channel_id = 'ca017'");
  expect(await name('DEP-CA017-0715')).toMatchObject({ ok: false, error: { kind: 'proposal' } });
});

test('a payout that comes back is owed again and can be drafted again', async () => {
  await settleWater();
  const { database } = world.store;
  const at = world.clock.now();
  await approve(WATER);
  await send(WATER);
  await shows(line(WATER, -410_500n));
  await shows(line(WATER, 410_500n, { isReversal: true }));
  expect((await findPayout(database, WATER))?.state).toBe('returned');
  expect(await world.openAlerts()).toEqual([`bank_taken_back BANKX/${numbers} 2026/${numbers}/1`]);
  expect(await world.balance('biller:PDM07:payable')).toBe(-410_500n);
  await world.expectSound();
  expect(await redraftPayout(bank(), { reference: WATER, by: ANI, at })).toMatchObject({ ok: true });
  expect(await world.openAlerts()).toEqual([]);
  await approve(`${WATER}R2`);
  await send(`${WATER}R2`);
  await shows(line(`${WATER}R2`, -410_500n));
  expect(await world.balance('biller:PDM07:payable')).toBe(0n);
  await world.expectSound();
});

test.each([
  ['before it is booked', false, 'unnamed', 1],
  ['after it was booked', true, 'matched', 0],
])('a process that is killed %s leaves the line and its alert as one', async (_, isDone, outcome, open) => {
  await settleWater();
  await approve(WATER);
  await shows(line(null, -410_500n));
  const { writer } = world.tools;
  class Dying extends MoneyWriter {
    override async commit(unit: UnitOfWork): Promise<CommitResult> {
      if (isDone) await writer.commit(unit);
      throw new Error('killed');
    }
    override async close(): Promise<void> {}
  }
  world.tools.writer = new Dying();
  await expect(name(WATER)).rejects.toThrow('killed');
  world.tools.writer = writer;
  const [first] = await listBankLines(world.store.database);
  expect(first?.outcome).toBe(outcome);
  expect(await world.openAlerts()).toHaveLength(open);
});

test('an alert that somebody ends while its line is named keeps no money back', async () => {
  await settleWater();
  await approve(WATER);
  await shows(line(null, -410_500n));
  const endsOf: AlertEnds = async (about, by, at) => {
    const ends = await world.endsOf(about, by, at);
    await world.store.admin.run("UPDATE recon_alert SET ended_at = raised_at, ended_by = 'by hand'");
    return ends;
  };
  expect(await name(WATER, 1, endsOf)).toMatchObject({ ok: true, value: { outcome: 'matched' } });
  const alerts = await world.store.admin.rows('SELECT ended_by FROM recon_alert');
  expect(alerts).toEqual([{ ended_by: 'by hand' }]);
  await world.expectSound();
});

test('a bank may count from 1 again in a new year, and only then', async () => {
  const { database } = world.store;
  const at = new Date('2028-01-02T00:00:00Z');
  const lines = [line(null, 5n, { valueDate: '2026-12-31' })];
  const last = { account: 'BANKX/1', number: 365, date: '2026-12-31', opening: 0n, closing: 5n, lines };
  expect(await takeStatement(database, last, at)).toMatchObject({ ok: true });
  const early = { ...last, number: 1, opening: 5n, closing: 10n };
  expect(await takeStatement(database, early, at)).toMatchObject({ error: { gate: 'statement_number' } });
  const first = { ...early, date: '2027-01-01' };
  expect(await takeStatement(database, first, at)).toEqual({ ok: true, value: { isRepeat: false } });
  const next = { ...first, number: 366, date: '2028-01-01', opening: 10n, closing: 15n };
  expect(await takeStatement(database, next, at)).toMatchObject({ error: { gate: 'statement_number' } });
  for (let number = 2; number <= 366; number += 182) {
    const gap = { ...first, number, opening: 10n, closing: 15n };
    expect((await takeStatement(database, gap, at)).ok).toBe(number === 2);
  }
  await workBankLines(bank(), at);
  await world.expectSound();
});

const DEATHS = [1, 2].flatMap((commit) => [
  [`before commit ${commit}`, commit, false] as const,
  [`after commit ${commit}`, commit, true] as const,
]);

test.each(DEATHS)(
  'killed %s between a line and its payout, the next process finishes it, once',
  async (_, at, isDone) => {
    await settleWater();
    const { database } = world.store;
    await approve(WATER);
    await send(WATER);
    await announce('DEP-CA017-0715', 'ca017', 9_000n);
    const lines = [line(WATER, -410_500n), line('DEP-CA017-0715', 9_000n)];
    const statement = {
      account: 'BANKX/7',
      number: 1,
      date: '2026-07-15',
      opening: 0n,
      closing: -401_500n,
      lines,
    };
    await takeStatement(database, statement, world.clock.now());
    const { writer } = world.tools;
    let commits = 0;
    class Dying extends MoneyWriter {
      override async commit(unit: UnitOfWork): Promise<CommitResult> {
        commits += 1;
        if (commits > at) throw new Error('killed');
        if (commits === at && !isDone) throw new Error('killed');
        const result = await writer.commit(unit);
        if (commits === at) throw new Error('killed');
        return result;
      }
      override async close(): Promise<void> {}
    }
    expect((await workBankLines({ ...bank(), writer: new Dying() }, world.clock.now())).failed).not.toEqual(
      [],
    );
    await Promise.all([1, 2].map(() => workBankLines(bank(), world.clock.now())));
    expect(await outcomes()).toEqual([
      ['matched', WATER],
      ['matched', 'DEP-CA017-0715'],
    ]);
    expect(await world.balance('biller:PDM07:payable')).toBe(0n);
    expect(await world.balance('channel:ca017:deposit')).toBe(-(100_009_000n - 413_500n));
    await world.expectSound();
  },
);

const WATER = 'STL-PDM07-0714';

async function settleWater(): Promise<void> {
  await world.sell({
    paymentId: 'T0TBR00000B1',
    source: 'PDM07',
    amount: 408_500n,
    billerFee: 2_000n,
    adminFee: 5_000n,
  });
  await world.closeRun('PDM07', DAY, { count: 1, amount: 408_500n });
  await world.settled('PDM07');
}
