import type { ApprovalTools } from '#lib/audit';
import { rupiah } from '#lib/kernel';
import {
  announceDeposit,
  approveBankLine,
  approvePayout,
  listBankLines,
  proposeBankLine,
  proposePayout,
  takeStatement,
  tellPayout,
  workBankLines,
  type AlertEnds,
  type BankAlert,
  type BankStatement,
  type BankTools,
  type StatementLine,
} from '#lib/settlement';
import { aSettlementWorld, type SettlementWorld } from './settlement-world';

export const [ANI, BUDI] = ['ani@simpul.example', 'budi@simpul.example'] as const;
/** While nobody can have read it in a statement. */
const BEFORE_IT_CAME = new Date('2026-07-15T03:00:00Z');
const DAY = '2026-07-14';
const THE_DATE = '2026-07-15';

/** The payout of water's 14 July. */
export const WATER = 'STL-PDM07-0714';

/** Settled books, and the bank's statements of them: each that `takes` or `shows` makes is of an account of its own. */
export interface BankWorld extends SettlementWorld {
  /** What working its lines needs; alerts go to `told` as well. */
  bank(): BankTools & ApprovalTools;
  /** What people were told, since the last `reset()`. */
  readonly told: BankAlert[];
  /** A statement with these lines is taken, and not worked. */
  takes(...lines: readonly StatementLine[]): Promise<void>;
  /** A statement with these lines is taken and worked. */
  shows(...lines: readonly StatementLine[]): Promise<void>;
  work(): ReturnType<typeof workBankLines>;
  /** A line of the last statement, as alerts and refusals name it. */
  where(lineNo?: number): string;
  /** What became of every line: its outcome, and what it is about. */
  outcomes(): Promise<unknown[]>;
  /** Two people say what a line of the last statement is. */
  name(
    references: string | readonly string[],
    lineNo?: number,
    endsOf?: AlertEnds,
  ): ReturnType<typeof approveBankLine>;
  /** A channel's top-up is announced before it comes, or at another time. */
  announce(
    reference: string,
    channelId: string,
    amount: bigint,
    at?: Date,
  ): ReturnType<typeof announceDeposit>;
  /** Water of 14 July is sold, closed and settled: its payout is drafted. */
  settleWater(): Promise<void>;
  /** Two people let a payout go. */
  approve(reference: string): Promise<void>;
  /** Says that a payout has been handed to the bank; `despite` a line that it is not. */
  send(reference: string, despite?: string): ReturnType<typeof tellPayout>;
  /** Payouts of water and electricity are sent, and two top-ups are announced: what `STATEMENT` shows, and more. */
  sendPayouts(): Promise<void>;
}

/** Opens the books of a bank's customer. Drop them by `store.drop()`. */
export async function aBankWorld(): Promise<BankWorld> {
  const world = await aSettlementWorld({ channels: ['ca009', 'ca017', 'ca021'] });
  const statements = statementsOf(world);
  return { ...world, ...statements, ...payoutsOf(world, statements.announce) };
}

type Statements = Pick<
  BankWorld,
  'bank' | 'told' | 'takes' | 'shows' | 'work' | 'where' | 'outcomes' | 'name' | 'announce' | 'reset'
>;

function statementsOf(world: SettlementWorld): Statements {
  const { database } = world.store;
  const told: BankAlert[] = [];
  let number = 500;
  const bank = (): BankTools & ApprovalTools => ({
    ...world.tools,
    endsOf: world.endsOf,
    tell: async (alert) => {
      told.push(alert);
      await world.tell(alert);
    },
  });
  const takes: BankWorld['takes'] = async (...lines) => {
    number += 1;
    const closing = lines.reduce((sum, { amount }) => sum + amount, 0n);
    const statement = { account: `BANKX/${number}`, number, date: THE_DATE, opening: 0n, closing, lines };
    expect(await takeStatement(database, statement, world.clock.now())).toMatchObject({ ok: true });
  };
  const work = () => workBankLines(bank(), world.clock.now());
  return {
    bank,
    told,
    takes,
    work,
    async reset() {
      told.length = 0;
      await world.reset();
    },
    async shows(...lines) {
      await takes(...lines);
      await work();
    },
    where: (lineNo = 1) => `BANKX/${number} 2026/${number}/${lineNo}`,
    async outcomes() {
      return (await listBankLines(database)).map(({ outcome, about }) => [outcome, about]);
    },
    async name(references, lineNo = 1, endsOf = world.endsOf) {
      const place = { account: `BANKX/${number}`, year: 2026, number, lineNo };
      const at = world.clock.now();
      const order = { place, references: [references].flat(), by: ANI, reason: 'seen', at };
      const proposed = await proposeBankLine({ database }, order);
      if (!proposed.ok) return proposed;
      const { version } = proposed.value;
      return approveBankLine({ ...bank(), endsOf }, { place, version, by: BUDI, at });
    },
    announce(reference, channelId, amount, at = BEFORE_IT_CAME) {
      const money = { kind: 'top_up', channelId, amount: rupiah(amount), valueDate: THE_DATE } as const;
      return announceDeposit(database, { reference, ...money }, { by: ANI, at });
    },
  };
}

type Payouts = Pick<BankWorld, 'settleWater' | 'approve' | 'send' | 'sendPayouts'>;

function payoutsOf(world: SettlementWorld, announce: BankWorld['announce']): Payouts {
  const approve = async (reference: string): Promise<void> => {
    const at = world.clock.now();
    const proposed = await proposePayout(world.tools, { reference, by: ANI, reason: 'settled', at });
    if (!proposed.ok) throw new Error(proposed.error.kind);
    const { version } = proposed.value;
    expect(await approvePayout(world.tools, { reference, version, by: BUDI, at })).toMatchObject({
      ok: true,
    });
  };
  const send: BankWorld['send'] = (reference, despite) => {
    const order = { reference, event: 'sent', by: ANI, at: world.clock.now() } as const;
    return tellPayout(world.tools, { ...order, ...(despite === undefined ? {} : { despite }) });
  };
  const settleWater = async (): Promise<void> => {
    const fees = { billerFee: 2_000n, adminFee: 5_000n };
    await world.sell({ paymentId: 'T0TBR00000B1', source: 'PDM07', amount: 408_500n, ...fees });
    await world.closeRun('PDM07', DAY, { count: 1, amount: 408_500n });
    await world.settled('PDM07');
  };
  return {
    approve,
    send,
    settleWater,
    async sendPayouts() {
      await world.sell({ paymentId: 'T0TBR00000A1', amount: 425_500n, billerFee: 1_000n });
      await world.closeRun('LPB01', DAY, { count: 1, amount: 425_500n });
      await world.settled('LPB01');
      await settleWater();
      for (const reference of ['STL-LPB01-0714', WATER]) {
        await approve(reference);
        await send(reference);
      }
      await announce('DEP-CA017-0715', 'ca017', 100_000_000n);
      await announce('DEP-CA021-0715', 'ca021', 25_000_000n);
    },
  };
}

/** A transfer in, or out where its amount is negative. */
export function line(
  reference: string | null,
  amount: bigint,
  more: Partial<StatementLine> = {},
): StatementLine {
  return {
    reference,
    bankReference: 'FT26196AAA1',
    hint: null,
    type: 'NTRF',
    isReversal: false,
    amount,
    valueDate: THE_DATE,
    narrative: 'TRANSFER',
    ...more,
  };
}

/** The statement of 15 July: a deposit, a payout, a charge, money that only a hint names, and one taken back. */
export const STATEMENT: BankStatement = {
  account: 'BANKX/1234567890',
  number: 196,
  date: THE_DATE,
  opening: 152_500_000n,
  closing: 272_083_000n,
  lines: [
    line('DEP-CA017-0715', 100_000_000n),
    line(WATER, -410_500n),
    line(null, -6_500n, { type: 'NCHG', narrative: 'BIAYA TRANSFER' }),
    line(null, 25_000_000n, { hint: 'DEP-CA021-0715' }),
    line('DEP-CA009-0714', -5_000_000n, { isReversal: true }),
  ],
};
