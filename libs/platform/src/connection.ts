import type { Connection, ConnectionOptions, QueryResult } from 'mysql2';

/** A value that may be bound to a statement. */
export type SqlValue = string | number | bigint | boolean | Date | Buffer | null | SqlValue[] | SqlValue[][];

/** A BIGINT column that may be NULL, as it is read. */
export function bigintOrNull(digits: string | null): bigint | null {
  return digits === null ? null : BigInt(digits);
}

/** How every connection reads and writes values, whichever part of us opens it. */
export function connectionOptions(url: string): ConnectionOptions {
  return {
    uri: url,
    supportBigNumbers: true,
    bigNumberStrings: true,
    timezone: 'Z',
    dateStrings: ['DATE'],
    charset: 'utf8mb4',
    connectTimeout: 5_000,
  };
}

/** A caller waits for seconds, not for the 50 that a server gives a lock by default. */
const LOCK_WAIT_S = 3;

/**
 * A process that is paused, or cut off, in the middle of a transaction keeps its locks no longer than this: the server
 * ends the connection and with it the transaction. MariaDB only; elsewhere TCP's own limits hold.
 */
const IDLE_TRANSACTION_S = 5;

/** What every connection is set to before it does anything else. */
export const SESSION = [
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  `SET innodb_lock_wait_timeout = ${LOCK_WAIT_S}, time_zone = '+00:00', ` +
    "sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'" +
    `/*M!100300 , idle_transaction_timeout = ${IDLE_TRANSACTION_S} */`,
];

/** A place within a packet of several statements, each without rows, and whom to tell when the server is past it. */
export interface Milestone {
  /** So many statements, from the first. */
  statements: number;
  reached: () => void;
}

/**
 * Sends one statement, or one packet of them, and waits for what the server says.
 * The callbacks of mysql2 are used and not its promises, which record a stack for every statement.
 * @param withinMs how long to wait for the answer; the error of a wait that ended counts as a lost connection.
 */
export function answerOf<T extends QueryResult>(
  connection: Connection,
  sql: string,
  values: readonly SqlValue[],
  withinMs: number | undefined,
  milestone?: Milestone,
): Promise<T> {
  const options = { sql, values: [...values], ...(withinMs !== undefined && { timeout: withinMs }) };
  return new Promise((resolve, reject) => {
    const query = connection.query<T>(options, (error, result) => (error ? reject(error) : resolve(result)));
    if (!milestone) return;
    let done = 0;
    query.on('result', () => {
      done += 1;
      if (done === milestone.statements) milestone.reached();
    });
  });
}
