import type { Rupiah } from '#lib/kernel';
import type { RowToWrite, SqlValue } from '#lib/platform';
import type { JournalDraft } from './journal-draft';

/** One row of one table, by column. With something along, a person answers for it: it is written alone, never in a batch. */
export type Row = RowToWrite;

/** A conditional update; it must match exactly one row, or the whole unit of work is stale. */
export interface GuardedUpdate {
  table: string;
  set: Readonly<Record<string, SqlValue>>;
  where: Readonly<Record<string, SqlValue>>;
}

/** A deposit right after a commit. */
export interface DepositAfter {
  posted: Rupiah;
  held: Rupiah;
  limit: Rupiah;
}

/**
 * What becomes durable together or not at all. The rows may depend on the deposit as it will stand,
 * which is known only inside the commit.
 */
export interface UnitOfWork {
  journal: JournalDraft | undefined;
  /** What no other unit may have too, as the unique keys of its rows say. Among units of one batch it decides. */
  claims: readonly Claim[];
  inserts: (deposit: DepositAfter | undefined) => Row[];
  updates: (deposit: DepositAfter | undefined) => GuardedUpdate[];
  /** Columns of a row that only this unit can have written: they tell whether a commit without answer happened. */
  witness: Row;
}

/** A value of a unique key. */
export interface Claim {
  /** The key's name. */
  key: string;
  value: string;
}

/** How a unit of work ended. Only `committed` left anything behind. */
export type CommitResult =
  | { kind: 'committed'; deposit: DepositAfter | undefined }
  /** The deposit does not cover it. */
  | { kind: 'insufficient'; available: Rupiah }
  /** A unique key is taken; the name says which. */
  | { kind: 'clash'; key: string }
  /** A conditional update found no row: another writer was first. */
  | { kind: 'stale' }
  /** Too many wait already; nothing was tried. */
  | { kind: 'overloaded' };

/**
 * The server lacks commits that it had acknowledged: another one has taken over that was behind, or it was restored.
 * Nothing it says is the whole truth, so nothing is decided on it; the writer stays closed until its process is started
 * again.
 */
export class BooksBehind extends Error {}

/**
 * The one door through which money is written. Returns only after the outcome is durable.
 * @throws CommitUnknown when it cannot be told, within a short time, whether the work was committed.
 * @throws BooksBehind when the server lacks what it had acknowledged; nothing was written.
 */
export abstract class MoneyWriter {
  abstract commit(unit: UnitOfWork): Promise<CommitResult>;

  /** Finishes what waits and lets go of what it holds. */
  abstract close(): Promise<void>;
}
