import { rupiah } from '#lib/kernel';
import {
  journalRows,
  MoneyWriter,
  type CommitResult,
  type DepositAfter,
  type JournalDraft,
  type UnitOfWork,
} from '#lib/ledger';
import { KeyTaken, type Change, type MemoryTables, type RawRow } from './tables';

/** Ends a unit of work without an effect; the value says why. */
class Refused extends Error {
  constructor(readonly result: CommitResult) {
    super(result.kind);
  }
}

/** Writes units of work to tables in memory, each at one moment, by the rules of the writers on a database. */
export class MemoryWriter extends MoneyWriter {
  /** @param ignoresFloor admits what a deposit does not cover: a fault for tests that must be noticed. */
  constructor(
    private readonly tables: MemoryTables,
    private readonly ignoresFloor = false,
  ) {
    super();
  }

  override commit(unit: UnitOfWork): Promise<CommitResult> {
    return new Promise((resolve) => resolve(this.commitNow(unit)));
  }

  override async close(): Promise<void> {}

  private commitNow(unit: UnitOfWork): CommitResult {
    try {
      const deposit = this.tables.atomically((change) => this.write(change, unit));
      return { kind: 'committed', deposit };
    } catch (error) {
      const refused = refusedBy(error);
      if (!refused) throw error;
      return refused;
    }
  }

  private write(change: Change, unit: UnitOfWork): DepositAfter | undefined {
    const { journal } = unit;
    const before = journal && this.deposit(journal.channelId);
    const after = before && depositWith(before, journal);
    if (!this.ignoresFloor && journal && after && takesTooMuch(journal, after))
      throw new Refused({
        kind: 'insufficient',
        available: rupiah(
          after.posted - after.held + after.limit - journal.postedChange + journal.heldChange,
        ),
      });
    for (const row of unit.inserts(after)) change.insert(row);
    for (const update of unit.updates(after))
      if (change.update(update) !== 1) throw new Refused({ kind: 'stale' });
    if (journal && before && after) {
      const seq = BigInt(String(before['seq']));
      for (const row of journalRows(journal, after, seq + 1n)) change.insert(row);
      const moved = change.update({
        table: 'deposit',
        set: { posted: after.posted, held: after.held, seq: seq + 1n },
        where: { channel_id: journal.channelId, seq },
      });
      if (moved !== 1) throw new Refused({ kind: 'stale' });
    }
    return after;
  }

  private deposit(channelId: string): RawRow {
    const row = this.tables.row('deposit', 'PRIMARY', channelId);
    if (!row) throw new Error(`channel ${channelId} has no deposit`);
    return row;
  }
}

function refusedBy(error: unknown): CommitResult | undefined {
  if (error instanceof Refused) return error.result;
  return error instanceof KeyTaken ? { kind: 'clash', key: error.key } : undefined;
}

function depositWith(before: RawRow, journal: JournalDraft): DepositAfter {
  const { posted, held, limit } = depositOf(before['posted'], before['held'], before['credit_limit']);
  return {
    posted: rupiah(posted + journal.postedChange),
    held: rupiah(held + journal.heldChange),
    limit,
  };
}

function takesTooMuch(journal: JournalDraft, after: DepositAfter): boolean {
  const takesMoney = journal.postedChange - journal.heldChange < 0n;
  return takesMoney && after.posted - after.held + after.limit < 0n;
}

function depositOf(...digits: (RawRow[string] | undefined)[]): DepositAfter {
  const [posted = 0n, held = 0n, limit = 0n] = digits.map((one) => BigInt(String(one)));
  return { posted: rupiah(posted), held: rupiah(held), limit: rupiah(limit) };
}
