import { rmSync } from 'node:fs';
import path from 'node:path';
import { DAY, FILE_NAME, SOURCE } from './planted.mjs';

/**
 * The same two archived inputs twice, by turns: by our engine from the bytes of their file to breaks and totals, and as
 * plain CSV joined by the reader of DuckDB itself, which checks nothing.
 */
const ROUNDS = Number(process.env['ROUNDS'] ?? 3);
const [file = '', snapshot = '', folder = '', rows = '0'] = process.argv.slice(2);
const built = path.join(import.meta.dirname, '../../../dist/libs/reconciliation/src');
const { formatOn, readFormats } = await import('#lib/files');
const { limitsFor, withDuck } = await import(path.join(built, 'engine/duck.js'));
const { foundBreaks, matchArchived } = await import(path.join(built, 'engine/match-archived.js'));
const { readIntoLines } = await import(path.join(built, 'engine/normalised.js'));
const { rulesOf } = await import(path.join(built, 'match-rules.js'));

const format = formatOn(readFormats(path.join(import.meta.dirname, '../../../config/formats')), SOURCE, DAY);
if (!format) throw new Error(`${SOURCE} has no format on ${DAY}`);
const csv = path.join(folder, 'ours.csv');
await withDuck(path.join(folder, 'export'), { memoryMb: 500, threads: 2 }, (/** @type {any} */ duck) =>
  duck.run(`COPY (SELECT match_key, their_ref, amount, st, paid_at FROM read_parquet('${snapshot}'))
    TO '${csv}' (FORMAT csv, DELIMITER '|', HEADER false)`),
);

/** @type {number[]} */
const engine = [];
/** @type {number[]} */
const limit = [];
let breaks = 0;
for (let round = 0; round < ROUNDS; round += 1) {
  engine.push(await timed(byEngine));
  limit.push(await timed(byReader));
}
process.send?.({ engineMs: engine, limitMs: limit, breaks });

async function byEngine() {
  const lines = path.join(folder, 'their.lines');
  rmSync(lines, { force: true });
  const read = await readIntoLines({ path: file, name: FILE_NAME, format }, 1, lines);
  if (!read.ok) throw new Error(read.error.reason);
  const rules = rulesOf(format, DAY);
  await withDuck(
    path.join(folder, 'engine'),
    limitsFor(2 * Number(rows)),
    async (/** @type {any} */ duck) => {
      await matchArchived(duck, { theirs: [lines], ours: snapshot, rows: Number(rows) }, rules);
      breaks = 0;
      for await (const found of foundBreaks(duck, rules)) breaks += found.length;
    },
  );
}

async function byReader() {
  await withDuck(path.join(folder, 'limit'), { memoryMb: 8_000, threads: 2 }, (/** @type {any} */ duck) =>
    duck.rows(`
      SELECT kind, count(*), sum(a), sum(b) FROM (
        SELECT o.amount AS a, t.amount AS b, CASE WHEN o.k IS NULL THEN 'only_theirs' WHEN t.k IS NULL THEN 'only_ours'
            WHEN o.st <> t.st THEN 'status' WHEN o.amount <> t.amount THEN 'amount' ELSE 'matched' END AS kind
        FROM (SELECT c0 AS k, CAST(c2 AS BIGINT) AS amount, c3 AS st FROM read_csv('${csv}', delim = '|', header = false,
                quote = '', escape = '', auto_detect = false, columns = {'c0': 'VARCHAR', 'c1': 'VARCHAR', 'c2': 'VARCHAR', 'c3': 'VARCHAR', 'c4': 'VARCHAR'})) o
          FULL JOIN (SELECT c2 AS k, CAST(c5 AS BIGINT) AS amount, CASE c7 WHEN '00' THEN 'S' WHEN '68' THEN 'U' ELSE 'F' END AS st
              FROM read_csv('${file}', delim = '|', header = false, quote = '', escape = '', auto_detect = false, null_padding = true,
                columns = {'c0': 'VARCHAR', 'c1': 'VARCHAR', 'c2': 'VARCHAR', 'c3': 'VARCHAR', 'c4': 'VARCHAR', 'c5': 'VARCHAR', 'c6': 'VARCHAR', 'c7': 'VARCHAR', 'c8': 'VARCHAR'})
              WHERE c0 = 'D') t ON t.k = o.k) GROUP BY kind`),
  );
}

/** @param {() => Promise<void>} work */
async function timed(work) {
  const from = performance.now();
  await work();
  return performance.now() - from;
}
