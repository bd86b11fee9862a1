import type { SqlValue } from './connection';
import type { Statements, Transaction } from './database';

/** A row to be written, by its columns. */
export interface RowToWrite {
  table: string;
  values: Readonly<Record<string, SqlValue>>;
  /** What belongs to the row and becomes durable with it; such a row is written in a transaction, or not at all. */
  along?: (tx: Transaction) => void;
}

/** A change of one row as it was looked at: `where` names its key and what must still hold; null is compared too. */
export interface RowToChange {
  table: string;
  set: Readonly<Record<string, SqlValue>>;
  where: Readonly<Record<string, SqlValue>>;
}

/** Writes one row, and what goes along with it. Table and columns are names of the code, never of a user. */
export async function insertRow(
  statements: Statements | Transaction,
  { table, values, along }: RowToWrite,
): Promise<void> {
  if (along && !('atEnd' in statements)) throw new Error(`a row of ${table} is written in a transaction`);
  const columns = Object.keys(values);
  await statements.run(
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    Object.values(values),
  );
  if ('atEnd' in statements) along?.(statements);
}

/**
 * Changes one row where it still is what was looked at.
 * @returns false, and no effect, where another change came first; the caller then ends its transaction.
 */
export async function changeRow(
  statements: Statements,
  { table, set, where }: RowToChange,
): Promise<boolean> {
  const sets = Object.keys(set).map((column) => `${column} = ?`);
  const wheres = Object.keys(where).map((column) => `${column} <=> ?`);
  const changed = await statements.run(
    `UPDATE ${table} SET ${sets.join(', ')} WHERE ${wheres.join(' AND ')}`,
    [...Object.values(set), ...Object.values(where)],
  );
  return changed === 1;
}

/** Something that a transaction was read from has changed; nothing of it stands. */
export class ChangedMeanwhile extends Error {}

/** Changes rows inside the caller's transaction, all of them. @throws ChangedMeanwhile where another change of one came first. */
export async function changeRows(statements: Statements, changes: readonly RowToChange[]): Promise<void> {
  for (const change of changes)
    if (!(await changeRow(statements, change))) throw new ChangedMeanwhile(change.table);
}
