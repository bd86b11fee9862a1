import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import {
  createPool,
  type Connection,
  type Pool,
  type PoolConnection,
  type QueryResult,
  type ResultSetHeader,
  type RowDataPacket,
} from 'mysql2';
import { answerOf, connectionOptions, SESSION, type SqlValue } from './connection';
import type { Logger } from './logging';

/** Runs statements: the pool, or one transaction. */
export interface Statements {
  /** Reads rows. BIGINT columns arrive as strings, DATE as `2026-07-14`, DATETIME as Date (UTC). */
  rows<T>(sql: string, values?: readonly SqlValue[]): Promise<T[]>;
  /** Changes rows. @returns how many rows matched. */
  run(sql: string, values?: readonly SqlValue[]): Promise<number>;
}

/** Statements of one transaction. */
export interface Transaction extends Statements {
  /**
   * Has something done once all else of the transaction is done, right before COMMIT: what is locked there is locked last,
   * whoever asks for it and when.
   */
  atEnd(work: () => Promise<void>): void;
}

/** Statements of one moment. */
export interface SnapshotStatements extends Statements {
  /**
   * Reads rows one by one, as many as there may be: the server waits while nobody takes them, so few are in memory.
   * Nothing else is asked until the last one is taken; whoever leaves early ends the snapshot.
   */
  stream<T>(sql: string, values?: readonly SqlValue[]): AsyncIterable<T>;
}

/** Another writer has taken the place that this unit of work was about to take; nothing of it stands, and it is redone. */
export class PlaceTaken extends Error {}

/** COMMIT was sent and its answer was lost: the work exists or does not; re-read by your own ids. */
export class CommitUnknown extends Error {}

/** Deadlock, lock wait, snapshot conflict: the server asks us to begin again. */
const REDO_ERRNO = new Set([1213, 1205, 1020]);
const LOST_CODES = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  // No answer in time: what the server makes of the statement is unknown, and the connection of no more use.
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR',
]);
const ATTEMPTS_MAX = 5;
/** Rows of a stream that wait to be taken. */
const ROWS_AHEAD = 512;

/** Units that wait for a connection of the pool; one more is refused at once, before anything was formed. */
const WAITING_MAX = 1_024;

/** Bounds of a process's pool: config/limits.yaml, `database`. */
export const DatabaseLimits = z.strictObject({
  connectionsMax: z.int().positive(),
  /** A statement without an answer after this long is given up and its connection dropped; no bound when left out. */
  statementWithinMs: z.int().positive().optional(),
});
export type DatabaseLimits = z.infer<typeof DatabaseLimits>;

interface SqlError extends Error {
  errno?: number;
  code?: string;
  /** Set by mysql2 where the connection is of no more use. */
  fatal?: boolean;
}

/** The name of the violated unique key (error 1062), or undefined for any other error. */
export function duplicateKey(error: unknown): string | undefined {
  const { errno, message } = error as SqlError;
  return errno === 1062 ? (/for key '(?:[^'.]*\.)?([^']+)'/.exec(message)?.[1] ?? '') : undefined;
}

/** Whether the database cannot be reached or is refusing connections. */
export function isDatabaseAway(error: unknown): boolean {
  const { errno, message } = error as SqlError;
  const isFull = errno === 1040 || errno === 1203 || message === 'Queue limit reached.';
  return isFull || isConnectionLost(error) || errno === 1053;
}

/**
 * Tells that something which is read again and again could not be read, and that what was known last is used: a warning
 * while the database is away, which others say louder, and a fault of ours otherwise.
 * @param what a sentence, for example `the catalog could not be reloaded`.
 */
export function warnOfStale(logger: Logger, what: string): (error: unknown) => void {
  return (error) =>
    logger[isDatabaseAway(error) ? 'warn' : 'error']({ err: error }, `${what}; what was known last is used`);
}

/**
 * Whether the connection is gone, and its transaction with it. The network has more codes than anybody lists, and a
 * connection that went between two statements has none: mysql2 calls all of them fatal. What the server itself says
 * (ER_...) when it turns a connection away is no loss.
 */
function isConnectionLost(error: unknown): boolean {
  const { code, fatal } = error as SqlError;
  return (code !== undefined && LOST_CODES.has(code)) || (fatal === true && !code?.startsWith('ER_'));
}

/**
 * The payment database: a pool whose connections are set to READ COMMITTED, UTC and strict mode,
 * and units of work that are redone whole when the server says so.
 */
export class Database implements Statements {
  private readonly pool: Pool;
  private readonly statementWithinMs: number | undefined;

  constructor(url: string, { connectionsMax, statementWithinMs }: DatabaseLimits = { connectionsMax: 16 }) {
    this.statementWithinMs = statementWithinMs;
    this.pool = createPool({
      ...connectionOptions(url),
      connectionLimit: connectionsMax,
      queueLimit: WAITING_MAX,
    });
    // Queued on the new connection before anything else, so no statement runs under the server's own defaults.
    this.pool.on('connection', (connection) => {
      for (const statement of SESSION) connection.query(statement, (error) => error && connection.destroy());
    });
  }

  async rows<T>(sql: string, values: readonly SqlValue[] = []): Promise<T[]> {
    return this.withConnection(async (connection) => this.statementsOf(connection).rows<T>(sql, values));
  }

  async run(sql: string, values: readonly SqlValue[] = []): Promise<number> {
    return this.withConnection(async (connection) => this.statementsOf(connection).run(sql, values));
  }

  /**
   * Does a unit of work in one transaction, and does the whole of it again, from its first line, when the server
   * reports a deadlock, a lock wait, a snapshot conflict or a lost connection before COMMIT, or when its place was taken.
   * @throws CommitUnknown when the answer to COMMIT was lost; any other error after a rollback.
   */
  async transaction<T>(work: (statements: Transaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      const connection = await connectionOf(this.pool);
      const statements = this.statementsOf(connection);
      let isCommitting = false;
      try {
        await statements.run('START TRANSACTION');
        const ends: (() => Promise<void>)[] = [];
        const result = await work({ ...statements, atEnd: (end) => void ends.push(end) });
        for (const end of ends) await end();
        isCommitting = true;
        await statements.run('COMMIT');
        connection.release();
        return result;
      } catch (error) {
        await dropOrRollBack(connection, statements, error);
        const { errno = 0, message } = error as SqlError;
        if (isCommitting && !REDO_ERRNO.has(errno)) throw new CommitUnknown(message, { cause: error });
        const mayRedo = REDO_ERRNO.has(errno) || isConnectionLost(error) || error instanceof PlaceTaken;
        if (!mayRedo || attempt === ATTEMPTS_MAX) throw error;
        await sleep(Math.random() * 10 * 2 ** attempt);
      }
    }
  }

  /** Reads several statements of one moment, for checks that compare tables while payments go on. */
  async snapshot<T>(read: (statements: SnapshotStatements) => Promise<T>): Promise<T> {
    const connection = await connectionOf(this.pool);
    const statements: SnapshotStatements = {
      ...this.statementsOf(connection),
      stream: (sql, values = []) =>
        connection.query({ sql, values: [...values] }).stream({ highWaterMark: ROWS_AHEAD }),
    };
    try {
      await statements.run('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
      await statements.run('START TRANSACTION WITH CONSISTENT SNAPSHOT');
      return await read(statements);
    } finally {
      connection.destroy();
    }
  }

  /**
   * Reads a statement of one text column row by row: nothing is kept, so a result may be larger than the memory.
   * @param take gets the bytes as the server sent them, which it must copy before it returns.
   * @returns how many rows there were.
   */
  async readLines(sql: string, values: readonly SqlValue[], take: (line: Buffer) => void): Promise<number> {
    const connection = await connectionOf(this.pool);
    try {
      const rows = await linesOf(connection, sql, values, take);
      connection.release();
      return rows;
    } catch (error) {
      // The rest of the result may still be on its way.
      connection.destroy();
      throw error;
    }
  }

  close(): Promise<void> {
    return new Promise((resolve, reject) => this.pool.end((error) => (error ? reject(error) : resolve())));
  }

  /** One statement on a connection of the pool; a connection that is lost does not go back. */
  private async withConnection<T>(use: (connection: PoolConnection) => Promise<T>): Promise<T> {
    const connection = await connectionOf(this.pool);
    try {
      const result = await use(connection);
      connection.release();
      return result;
    } catch (error) {
      if (isConnectionLost(error)) connection.destroy();
      else connection.release();
      throw error;
    }
  }

  private statementsOf(connection: Connection): Statements {
    const ask = <T extends QueryResult>(sql: string, values: readonly SqlValue[]) =>
      answerOf<T>(connection, sql, values, this.statementWithinMs);
    return {
      rows: async <T>(sql: string, values: readonly SqlValue[] = []) =>
        (await ask<RowDataPacket[]>(sql, values)) as T[],
      run: async (sql, values = []) => (await ask<ResultSetHeader>(sql, values)).affectedRows,
    };
  }
}

function linesOf(
  connection: Connection,
  sql: string,
  values: readonly SqlValue[],
  take: (line: Buffer) => void,
): Promise<number> {
  return new Promise((resolve, reject) => {
    let rows = 0;
    let isBroken = false;
    const query = connection.query({ sql, values: [...values], rowsAsArray: true, typeCast: false });
    query.on('error', reject);
    query.on('result', (row: unknown) => {
      if (isBroken) return;
      try {
        rows += 1;
        take((row as [Buffer])[0]);
      } catch (error) {
        isBroken = true;
        connection.destroy();
        reject(error);
      }
    });
    query.on('end', () => resolve(rows));
  });
}

function connectionOf(pool: Pool): Promise<PoolConnection> {
  return new Promise((resolve, reject) =>
    pool.getConnection((error, connection) => (error ? reject(error) : resolve(connection))),
  );
}

/** A connection that may still hold a transaction never goes back to the pool; one that was rolled back does. */
async function dropOrRollBack(
  connection: PoolConnection,
  statements: Statements,
  error: unknown,
): Promise<void> {
  if (!isConnectionLost(error))
    try {
      await statements.run('ROLLBACK');
      connection.release();
      return;
    } catch {
      // The rollback did not get through; the server rolls back when the connection goes.
    }
  connection.destroy();
}

/** A JSON column's value: MariaDB hands over its text, MySQL 8 the parsed value. */
export function fromJson(value: unknown): unknown {
  return typeof value === 'string' ? JSON.parse(value) : value;
}

/** What went wrong with a statement, as far as it decides what happens next. */
export type SqlFault = 'redo' | 'lost' | 'duplicate' | 'guard' | 'other';

/** Sorts an error: `redo` the unit, the connection is `lost`, a unique key is taken, a guard found no row, or other. */
export function sqlFaultOf(error: unknown): SqlFault {
  const { errno = 0 } = error as SqlError;
  if (isConnectionLost(error)) return 'lost';
  if (REDO_ERRNO.has(errno)) return 'redo';
  if (errno === 1062) return 'duplicate';
  // "Subquery returns more than 1 row": how a guard within a packet stops it.
  return errno === 1242 ? 'guard' : 'other';
}
