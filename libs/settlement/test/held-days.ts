import { bookJournal, captureJournal, unitOfJournalWithoutDeposit } from '#lib/ledger';
import { rupiah } from '#lib/kernel';
import { eachTestHasASettlementWorld, type SettlementWorld } from '../../../test/support/settlement-world';

export const DAY = '2026-07-14';
export const NEXT = '2026-07-15';
export const A1 = 'T0TBR00000A1';
export const A2 = 'T0TBR00000A2';

/** What the sale of the next day alone gives its biller. */
export const NEXT_ONLY = 10_500n;

/** Books in which money of a day is held back, or claimed of us, and a next day in which that ends. */
export interface HeldDays extends SettlementWorld {
  balances(biller?: string): Promise<{ clearing: bigint; payable: bigint; suspense: bigint }>;
  /** Moves what we owe a biller, as an adjustment or a write-off of a break does. */
  adjust(subjectId: string, postings: Record<string, bigint>, paymentId?: string): Promise<void>;
  /** The day after, with one sale of its own that agrees; its settlement. */
  nextDay(): Promise<string>;
  /** A sale of the day whose end we do not know and their file calls paid. What is returned captures it. */
  payUnknown(settleOn: 'ours' | 'their_file' | 'agreed'): Promise<() => Promise<void>>;
}

/** One database for a test file; each test begins with fresh books in it. */
export function eachTestHasHeldDays(use: (world: HeldDays) => void): void {
  eachTestHasASettlementWorld((world) => use({ ...world, ...heldDaysOf(world) }));
}

function heldDaysOf(world: SettlementWorld): Omit<HeldDays, keyof SettlementWorld> {
  return {
    async balances(biller = 'LPB01') {
      const balance = (account: string) => world.balance(`biller:${biller}:${account}`);
      return {
        clearing: await balance('clearing'),
        payable: await balance('payable'),
        suspense: await balance('suspense'),
      };
    },
    async adjust(subjectId, postings, paymentId) {
      const journal = bookJournal({
        subjectId,
        kind: 'break_adjustment',
        businessDate: NEXT,
        postings: Object.entries(postings).map(([accountId, amount]) => ({
          accountId,
          amount: rupiah(amount),
        })),
        at: world.clock.now(),
        ...(paymentId ? { about: { subjectId: paymentId, kind: 'capture' as const } } : {}),
      });
      const result = await world.tools.writer.commit(unitOfJournalWithoutDeposit(journal));
      if (result.kind !== 'committed') throw new Error(result.kind);
    },
    async nextDay() {
      await world.sell({ paymentId: 'T0TBR00000N1', amount: 10_000n, businessDate: NEXT });
      await world.closeRun('LPB01', NEXT, { count: 1, amount: 10_000n });
      return (await world.settled('LPB01', NEXT)).settlementId;
    },
    async payUnknown(settleOn) {
      world.settleOn['LPB01'] = settleOn;
      const money = await world.sell({ paymentId: A1, amount: 100_000n, state: 'SUSPECT' });
      const unknown = { kind: 'status', sub: 'US', paymentId: A1, ours: 100_000n, theirs: 100_000n };
      await world.closeRun('LPB01', DAY, { count: 0, amount: 0n }, [{ ...unknown, ourStatus: 'U' }]);
      return async () => {
        await world.book(captureJournal(money, world.clock.now()));
        await world.mark(A1, 'PAID');
      };
    },
  };
}
