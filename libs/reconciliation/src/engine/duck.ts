import { mkdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';

/** What the engine may take. It bounds the engine's buffers; the process needs some 150 MB besides. */
export interface EngineLimits {
  memoryMb: number;
  threads: number;
}

/** A value of a row: BIGINT arrives as bigint, text as string. */
type Cell = string | number | bigint | boolean | null;

/** An engine of its own for one piece of work, with its scratch files in one folder. It works one statement at a time. */
export interface Duck {
  /** Where it may write; gone when the work has ended. */
  folder: string;
  run(sql: string): Promise<void>;
  rows<T extends Record<keyof T, Cell>>(sql: string): Promise<T[]>;
  /** Rows in batches of some thousand, in bounded memory. */
  stream<T extends Record<keyof T, Cell>>(sql: string): AsyncGenerator<T[]>;
}

const SMALL: EngineLimits = { memoryMb: 80, threads: 2 };
const LARGE: EngineLimits = { memoryMb: 190, threads: 2 };
/** Up to so many rows of both sides together a day is small. */
const SMALL_ROWS = 3_000_000;

/** The limits for a day of so many rows, both sides together. */
export function limitsFor(rows: number): EngineLimits {
  const { memoryMb, threads } = rows <= SMALL_ROWS ? SMALL : LARGE;
  return { memoryMb, threads: Math.min(threads, availableParallelism()) };
}

/** Opens the engine for a piece of work, and closes it whatever becomes of that. */
export async function withDuck<T>(
  folder: string,
  limits: EngineLimits,
  work: (duck: Duck) => Promise<T>,
): Promise<T> {
  const { duck, close } = await openDuck(folder, limits);
  try {
    return await work(duck);
  } finally {
    await close();
  }
}

/**
 * Opens the engine in a folder of its own, which is empty before and gone after: what a killed process left is not met
 * again. The library is loaded with the first use, since most processes never need it.
 */
export async function openDuck(
  folder: string,
  { memoryMb, threads }: EngineLimits,
): Promise<{ duck: Duck; close: () => Promise<void> }> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const instance = await DuckDBInstance.create(join(folder, 'scratch.duckdb'), {
    memory_limit: `${memoryMb}MB`,
    threads: String(threads),
    temp_directory: join(folder, 'spill'),
    preserve_insertion_order: 'false',
    // Nothing is fetched from anywhere: what the engine can do is what was installed.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  // Closing would first pack every table into the file, which is removed right after.
  await connection.run('PRAGMA disable_checkpoint_on_shutdown');
  return {
    duck: duckOn(connection, folder),
    async close() {
      connection.closeSync();
      instance.closeSync();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function duckOn(connection: DuckDBConnection, folder: string): Duck {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
  return {
    folder,
    async run(sql) {
      await inTurn(() => connection.run(sql));
    },
    async rows<T>(sql: string) {
      return (await inTurn(() => connection.runAndReadAll(sql))).getRowObjectsJS() as T[];
    },
    async *stream<T>(sql: string) {
      const result = await connection.stream(sql);
      for await (const rows of result.yieldRowObjectJs()) yield rows as T[];
    },
  };
}

/** A text as SQL writes it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
