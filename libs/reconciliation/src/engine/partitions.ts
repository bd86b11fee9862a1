import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { theirLines } from './columns';
import { quoted, type Duck } from './duck';

/** So many rows of one side are joined at once: the memory of a run depends on this and not on the day. */
const ROWS_AT_ONCE = 330_000;
const PARTITIONS_MAX = 64;

/** Both sides split by their keys: rows of one key lie in one partition, so each can be worked by itself. */
export interface Partitions {
  count: number;
  /** Their lines of a partition, with `match_key`, the key they stand for; '' where they have none. */
  theirs(partition: number): string;
  ours(partition: number): string;
}

/**
 * Splits both sides, and gives each line without our reference the key of the one row of ours that knows its
 * reference, where the source has such keys.
 */
export async function partition(
  duck: Duck,
  { theirs, ours: takenOfOurs, rows, hasFallbackKey, hintIsKey, keepsText }: PartitionInput,
): Promise<Partitions> {
  const count = Math.min(Math.max(Math.ceil(rows / ROWS_AT_ONCE), 1), PARTITIONS_MAX);
  const key = hintIsKey ? 'COALESCE(our_ref, hint)' : 'our_ref';
  const ofTheirs = theirFolder(duck);
  // Lines without a key are the partition after the last.
  await split(
    duck,
    ofTheirs,
    `SELECT COALESCE(${key}, '') AS match_key, file_no, line_no, their_ref, amount, st, paid_at${keepsText ? ', hint, group_key, type' : ''},
       CASE WHEN ${key} IS NULL THEN ${count} ELSE CAST(hash(${key}) % ${count} AS INTEGER) END AS p
     FROM ${theirLines(theirs)}`,
  );
  const ours = await takenOfOurs;
  const ofOurs = join(duck.folder, 'ours');
  if (count > 1)
    await split(
      duck,
      ofOurs,
      `SELECT ${ROW}, CAST(hash(match_key) % ${count} AS INTEGER) AS p FROM read_parquet(${quoted(ours)})`,
    );
  const line = keepsText ? LINE : PLAIN_LINE;
  await nameBlankLines(duck, filesOf(ofTheirs, count), { line, ours, hasFallbackKey });
  const all = `FROM read_parquet(${quoted(ours)})`;
  return {
    count,
    theirs: (number) => {
      const keyed = number < count ? filesOf(ofTheirs, number) : undefined;
      const named =
        number < count
          ? `match_key <> '' AND CAST(hash(match_key) % ${count} AS INTEGER) = ${number}`
          : "match_key = ''";
      const blank = `SELECT ${LINE} FROM blank WHERE ${named}`;
      return keyed ? `SELECT ${line} FROM ${keyed} UNION ALL ${blank}` : blank;
    },
    ours: (number) => {
      if (number === count) return `SELECT ${ROW} ${all} WHERE false`;
      if (count === 1) return `SELECT ${ROW} ${all}`;
      const files = filesOf(ofOurs, number);
      return files ? `SELECT ${ROW} FROM ${files}` : `SELECT ${ROW} ${all} WHERE false`;
    },
  };
}

/** What is split: files of their normalised lines, the file of our snapshot, and how many rows the larger side has. */
export interface PartitionInput {
  theirs: readonly string[];
  /** It may still be on its way: theirs are split meanwhile. */
  ours: string | Promise<string>;
  rows: number;
  hasFallbackKey: boolean;
  /** Whether a reference in free text stands for one that is not stated. */
  hintIsKey: boolean;
  /** Whether times, free text, groups and kinds of entry of their lines are asked for. */
  keepsText: boolean;
}

const LINE = 'match_key, file_no, line_no, their_ref, amount, st, paid_at, hint, group_key, type';
/** A line whose text nobody asks for. */
const PLAIN_LINE =
  'match_key, file_no, line_no, their_ref, amount, st, NULL::TIMESTAMP AS paid_at, NULL::VARCHAR AS hint, NULL::VARCHAR AS group_key, NULL::VARCHAR AS type';
/** What the join needs of a row of ours. */
const ROW = 'match_key, amount, st, paid_at, carry_until';

/** Every line of theirs once more, after it was split: `file_no`, `line_no` and `paid_at`. */
export function splitLines(duck: Duck): string {
  return `read_parquet(${quoted(join(theirFolder(duck), '*', '*.parquet'))}, hive_partitioning = false)`;
}

const theirFolder = (duck: Duck) => join(duck.folder, 'theirs');

async function split(duck: Duck, folder: string, select: string): Promise<void> {
  await duck.run('SET partitioned_write_flush_threshold = 20480');
  await duck.run(
    `COPY (${select}) TO ${quoted(folder)} (FORMAT parquet, COMPRESSION lz4, PARTITION_BY (p), ROW_GROUP_SIZE 20480)`,
  );
}

/** The files of a partition as a table expression; undefined where it has none. */
function filesOf(folder: string, number: number): string | undefined {
  const path = join(folder, `p=${number}`);
  return existsSync(path)
    ? `read_parquet(${quoted(join(path, '*.parquet'))}, hive_partitioning = false)`
    : undefined;
}

/** Makes the table `blank`: the lines without our reference, with the key they were given or ''. */
async function nameBlankLines(
  duck: Duck,
  lines: string | undefined,
  { line, ours, hasFallbackKey }: { line: string; ours: string; hasFallbackKey: boolean },
): Promise<void> {
  await duck.run(`CREATE TABLE blank (match_key VARCHAR, file_no USMALLINT, line_no UINTEGER, their_ref VARCHAR,
    amount BIGINT, st VARCHAR, paid_at TIMESTAMP, hint VARCHAR, group_key VARCHAR, type VARCHAR)`);
  if (!lines) return;
  if (!hasFallbackKey) {
    await duck.run(`INSERT INTO blank SELECT ${line} FROM ${lines}`);
    return;
  }
  // Where two rows of ours know one reference, neither is meant.
  await duck.run(
    `CREATE TABLE fallback AS SELECT their_ref, MIN(match_key) AS match_key FROM read_parquet(${quoted(ours)})
     WHERE their_ref IN (SELECT their_ref FROM ${lines} WHERE their_ref IS NOT NULL)
     GROUP BY their_ref HAVING COUNT(*) = 1`,
  );
  await duck.run(
    `INSERT INTO blank SELECT COALESCE(f.match_key, '') AS ${line.replace('their_ref', 'l.their_ref')}
     FROM ${lines} l LEFT JOIN fallback f ON f.their_ref = l.their_ref`,
  );
}
