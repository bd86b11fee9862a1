import { rupiah, type Rupiah } from '#lib/kernel';
import type { CommitResult, DepositAfter, UnitOfWork } from '../money-writer';

/** A deposit as its locked row says, and then as the batch leaves it. */
export interface DepositState {
  posted: bigint;
  held: bigint;
  limit: bigint;
  seq: bigint;
}

/** A unit that takes part in the commit. */
export interface Accepted {
  unit: UnitOfWork;
  /** Its place among the members of the batch. */
  index: number;
  /** The deposit right after this unit, before the next one. */
  after: DepositAfter | undefined;
  /** The unit's place in its deposit's commit order. */
  seq: bigint | undefined;
}

/** What a batch decided before anything was written. */
export interface Admission {
  accepted: Accepted[];
  /** The answers of those that take no part, by place. */
  refused: Map<number, CommitResult>;
}

/**
 * Admits the units of a batch as if each were alone and came one after the other: each sees the deposit as the ones
 * before it leave it, and one that is refused leaves nothing to see.
 * @param deposits the locked rows by channel; they are moved on to their state after the batch.
 * @throws Error for a unit whose channel has no deposit.
 */
export function admit(units: readonly UnitOfWork[], deposits: Map<string, DepositState>): Admission {
  const accepted: Accepted[] = [];
  const refused = new Map<number, CommitResult>();
  const claimed = new Set<string>();
  for (const [index, unit] of units.entries()) {
    const taken = unit.claims.find(({ key, value }) => claimed.has(`${key} ${value}`));
    if (taken) {
      refused.set(index, { kind: 'clash', key: taken.key });
      continue;
    }
    const moved = unit.journal && moveOn(unit.journal, deposits);
    if (moved?.kind === 'insufficient') {
      refused.set(index, moved);
      continue;
    }
    for (const { key, value } of unit.claims) claimed.add(`${key} ${value}`);
    accepted.push({ unit, index, after: moved?.after, seq: moved?.seq });
  }
  return { accepted, refused };
}

type Moved =
  { kind: 'moved'; after: DepositAfter; seq: bigint } | { kind: 'insufficient'; available: Rupiah };

function moveOn(journal: NonNullable<UnitOfWork['journal']>, deposits: Map<string, DepositState>): Moved {
  const before = deposits.get(journal.channelId);
  if (!before) throw new Error(`channel ${journal.channelId} has no deposit`);
  const posted = before.posted + journal.postedChange;
  const held = before.held + journal.heldChange;
  const takesMoney = journal.postedChange - journal.heldChange < 0n;
  if (takesMoney && posted - held + before.limit < 0n)
    return { kind: 'insufficient', available: rupiah(before.posted - before.held + before.limit) };
  const state = { posted, held, limit: before.limit, seq: before.seq + 1n };
  deposits.set(journal.channelId, state);
  return {
    kind: 'moved',
    after: { posted: rupiah(posted), held: rupiah(held), limit: rupiah(before.limit) },
    seq: state.seq,
  };
}
