import type { DataSource, EntityManager } from 'typeorm';
import type { SqlValue, Transaction } from '#lib/platform';

/** A transaction of entities, and the same one for what is written beside them. What is asked for its end is done last. */
export function inTransaction<T>(
  source: DataSource,
  work: (manager: EntityManager, tx: Transaction) => Promise<T>,
): Promise<T> {
  return source.transaction(async (manager) => {
    const ends: (() => Promise<void>)[] = [];
    const result = await work(manager, transactionOf(manager, ends));
    for (const end of ends) await end();
    return result;
  });
}

function transactionOf(manager: EntityManager, ends: (() => Promise<void>)[]): Transaction {
  const ask = (sql: string, values: readonly SqlValue[] = []): Promise<unknown> =>
    manager.query(sql, [...values]);
  return {
    rows: async <T>(sql: string, values?: readonly SqlValue[]) => (await ask(sql, values)) as T[],
    run: async (sql, values) => ((await ask(sql, values)) as { affectedRows: number }).affectedRows,
    atEnd: (end) => void ends.push(end),
  };
}
