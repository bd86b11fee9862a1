import { setTimeout as sleep } from 'node:timers/promises';
import { rupiah, type Rupiah } from '#lib/kernel';
import {
  CommitUnknown,
  duplicateKey,
  isDatabaseAway,
  type Database,
  type SqlValue,
  type Statements,
  type Transaction,
} from '#lib/platform';
import { commitLook } from './commit-look';
import { journalRows } from './journal-rows';
import type { JournalDraft } from './journal-draft';
import {
  MoneyWriter,
  type CommitResult,
  type DepositAfter,
  type GuardedUpdate,
  type Row,
  type UnitOfWork,
} from './money-writer';

const REREAD_ATTEMPTS = 20;
const REREAD_EVERY_MS = 250;

/** Ends a transaction without a commit; the value says why. */
class Refused extends Error {
  constructor(readonly result: CommitResult) {
    super(result.kind);
  }
}

interface DepositRow {
  posted: string;
  held: string;
  credit_limit: string;
  seq: string;
}

/** Writes each unit of work in a transaction of its own; the deposit row is locked first. */
export class SingleWriter extends MoneyWriter {
  constructor(private readonly database: Database) {
    super();
  }

  override async commit(unit: UnitOfWork): Promise<CommitResult> {
    try {
      const deposit = await this.database.transaction((statements) => write(statements, unit));
      return { kind: 'committed', deposit };
    } catch (error) {
      if (error instanceof Refused) return error.result;
      const key = duplicateKey(error);
      if (key !== undefined) return { kind: 'clash', key };
      if (error instanceof CommitUnknown) return this.reread(unit, error);
      throw error;
    }
  }

  /** Holds nothing of its own: the pool is its caller's. */
  override async close(): Promise<void> {}

  /** The answer to COMMIT was lost: our own row is there, or the work never happened and is done again. */
  private async reread(unit: UnitOfWork, unknown: CommitUnknown): Promise<CommitResult> {
    for (let attempt = 1; attempt <= REREAD_ATTEMPTS; attempt += 1) {
      await sleep(REREAD_EVERY_MS);
      try {
        if (await this.isThere(unit)) return await this.committed(unit);
        const again = await this.commit(unit);
        // The lost COMMIT may have arrived meanwhile: then it is our own rows that are in the way.
        const isOurs = again.kind !== 'committed' && (await this.isThere(unit));
        return isOurs ? await this.committed(unit) : again;
      } catch (error) {
        if (!isDatabaseAway(error)) throw error;
      }
    }
    throw unknown;
  }

  private isThere(unit: UnitOfWork): Promise<boolean> {
    return this.database.transaction(async (statements) => {
      const isThere = await exists(statements, unit.witness);
      await insert(statements, [commitLook([unit], [isThere])]);
      return isThere;
    });
  }

  private async committed({ journal }: UnitOfWork): Promise<CommitResult> {
    return { kind: 'committed', deposit: await depositAfter(this.database, journal) };
  }
}

async function write(statements: Transaction, unit: UnitOfWork): Promise<DepositAfter | undefined> {
  const { journal } = unit;
  const before = journal && (await lockDeposit(statements, journal.channelId));
  const after = before && depositWith(before, journal);

  // Rows before the floor: a repeated reference must be found even when the deposit has run empty since.
  const written = unit.inserts(after);
  for (const rows of byTable(written)) await insert(statements, rows);
  for (const { along } of written) along?.(statements);
  for (const update of unit.updates(after))
    if ((await updateOne(statements, update)) !== 1) throw new Refused({ kind: 'stale' });

  if (journal && before && after) {
    const takesMoney = journal.postedChange - journal.heldChange < 0n;
    if (takesMoney && after.posted - after.held + after.limit < 0n)
      throw new Refused({ kind: 'insufficient', available: availableOf(before) });
    await moveDeposit(statements, journal, before, after);
  }
  return after;
}

async function lockDeposit(statements: Statements, channelId: string): Promise<DepositRow> {
  const [row] = await statements.rows<DepositRow>(
    'SELECT posted, held, credit_limit, seq FROM deposit WHERE channel_id = ? FOR UPDATE',
    [channelId],
  );
  if (!row) throw new Error(`channel ${channelId} has no deposit`);
  return row;
}

function depositWith(before: DepositRow, journal: JournalDraft): DepositAfter {
  return {
    posted: rupiah(BigInt(before.posted) + journal.postedChange),
    held: rupiah(BigInt(before.held) + journal.heldChange),
    limit: rupiah(BigInt(before.credit_limit)),
  };
}

function availableOf(row: DepositRow): Rupiah {
  return rupiah(BigInt(row.posted) - BigInt(row.held) + BigInt(row.credit_limit));
}

async function moveDeposit(
  statements: Statements,
  journal: JournalDraft,
  before: DepositRow,
  after: DepositAfter,
): Promise<void> {
  const seq = BigInt(before.seq) + 1n;
  const moved = await statements.run(
    'UPDATE deposit SET posted = ?, held = ?, seq = ? WHERE channel_id = ? AND seq = ?',
    [after.posted, after.held, seq, journal.channelId, before.seq],
  );
  if (moved !== 1) throw new Refused({ kind: 'stale' });
  for (const rows of byTable(journalRows(journal, after, seq))) await insert(statements, rows);
}

function byTable(rows: readonly Row[]): Row[][] {
  const tables = new Map<string, Row[]>();
  for (const row of rows) tables.set(row.table, [...(tables.get(row.table) ?? []), row]);
  return [...tables.values()];
}

/** Writes rows of one table and the same columns in one statement. */
async function insert(statements: Statements, rows: readonly Row[]): Promise<void> {
  const [first] = rows;
  if (!first) return;
  const columns = Object.keys(first.values);
  const names = columns.map((column) => `\`${column}\``).join(', ');
  const place = `(${columns.map(() => '?').join(', ')})`;
  const values = rows.flatMap((row) => columns.map((column) => row.values[column] ?? null));
  await statements.run(
    `INSERT INTO \`${first.table}\` (${names}) VALUES ${rows.map(() => place).join(', ')}`,
    values,
  );
}

function conditions(where: Readonly<Record<string, SqlValue>>): { sql: string; values: SqlValue[] } {
  const columns = Object.keys(where);
  return {
    sql: columns.map((column) => `\`${column}\` <=> ?`).join(' AND '),
    values: columns.map((column) => where[column] ?? null),
  };
}

async function updateOne(statements: Statements, update: GuardedUpdate): Promise<number> {
  const columns = Object.keys(update.set);
  const where = conditions(update.where);
  return statements.run(
    `UPDATE \`${update.table}\` SET ${columns.map((column) => `\`${column}\` = ?`).join(', ')} WHERE ${where.sql}`,
    [...columns.map((column) => update.set[column] ?? null), ...where.values],
  );
}

async function exists(statements: Statements, row: Row): Promise<boolean> {
  const where = conditions(row.values);
  const found = await statements.rows(
    `SELECT 1 FROM \`${row.table}\` WHERE ${where.sql} LIMIT 1`,
    where.values,
  );
  return found.length > 0;
}

async function depositAfter(
  statements: Statements,
  journal: JournalDraft | undefined,
): Promise<DepositAfter | undefined> {
  if (!journal) return undefined;
  const [row] = await statements.rows<{ posted_after: string; held_after: string; limit_then: string }>(
    'SELECT posted_after, held_after, limit_then FROM journal WHERE subject_id = ? AND kind = ?',
    [journal.subjectId, journal.kind],
  );
  if (!row) throw new Error(`the ${journal.kind} journal of ${journal.subjectId} is gone`);
  return {
    posted: rupiah(BigInt(row.posted_after)),
    held: rupiah(BigInt(row.held_after)),
    limit: rupiah(BigInt(row.limit_then)),
  };
}
