import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { makeBed } from './lib/bed.mjs';
import { rounded } from './lib/figures.mjs';

const CSV_ROWS = 1_000_000;
const XLSX_ROWS = 200_000;
const RSS_MAX_MB = 300;
const DAY = '2026-07-14';

/**
 * A CSV of a million rows and a workbook of 200,000, each made by a process of its own from the tables: how long, how much
 * memory. Its limit is the server's own dump of the same rows, thrown away by a client that reads them as they come.
 * @param {{ signal: AbortSignal, log: (line: string) => void }} options
 */
export async function measure({ signal, log }) {
  const bed = await makeBed({ log, signal });
  try {
    await fillJournal(bed, log);
    const csv = await makeOne(bed, { form: 'csv', date: DAY });
    log(`csv: ${csv.rows} rows in ${csv.seconds} s, ${csv.rssMb} MB`);
    const xlsx = await makeOne(bed, { form: 'xlsx', date: '2026-07-15' });
    log(`xlsx: ${xlsx.rows} rows in ${xlsx.seconds} s, ${xlsx.rssMb} MB`);
    const limit = await makeOne(bed, { form: 'none', date: DAY });
    const exports = path.join(bed.home.folder, 'exports');
    const files = readdirSync(exports, { recursive: true, encoding: 'utf8' });
    return {
      csvRowsPerSecond: Math.round(csv.rows / csv.seconds),
      csvSeconds: csv.seconds,
      csvRssMb: csv.rssMb,
      xlsxRowsPerSecond: Math.round(xlsx.rows / xlsx.seconds),
      xlsxSeconds: xlsx.seconds,
      xlsxRssMb: xlsx.rssMb,
      limitRowsPerSecond: Math.round(limit.rows / limit.seconds),
      ratio: rounded(limit.seconds / csv.seconds),
      megabytes: files
        .filter((name) => /\.(csv|xlsx)$/.test(name))
        .map((name) => rounded(statSync(path.join(exports, name)).size / 1_048_576)),
      reached: { csvRss: csv.rssMb <= RSS_MAX_MB, xlsxRss: xlsx.rssMb <= RSS_MAX_MB },
      valid: csv.rows === CSV_ROWS && xlsx.rows === XLSX_ROWS,
    };
  } finally {
    await bed.stop();
  }
}

/**
 * Journals of two lines each, as holds write them, on two days: the larger for the CSV.
 * @param {import('./lib/bed.mjs').Bed} bed
 * @param {(line: string) => void} log
 */
async function fillJournal({ admin }, log) {
  await admin.query('CREATE TEMPORARY TABLE digit (d INT NOT NULL)');
  await admin.query('INSERT INTO digit VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)');
  await admin.query('CREATE TEMPORARY TABLE number (n INT NOT NULL PRIMARY KEY)');
  const places = ['a', 'b', 'c', 'd', 'e'];
  for (const copy of places) await admin.query(`CREATE TEMPORARY TABLE ${copy} AS SELECT d FROM digit`);
  await admin.query(
    'INSERT INTO number SELECT a.d + 10 * b.d + 100 * c.d + 1000 * d.d + 10000 * e.d FROM a, b, c, d, e',
  );
  for (const [index, [day, journals]] of /** @type {[string, number][]} */ ([
    [DAY, CSV_ROWS / 2],
    ['2026-07-15', XLSX_ROWS / 2],
  ]).entries())
    for (let first = 0; first < journals; first += 100_000) {
      const name = `CONCAT('B${index}', LPAD(n + ${first}, 10, '0'))`;
      await admin.query(
        `INSERT INTO journal (subject_id, kind, business_date, posted_change, held_change, reference, content_hash, created_at)
         SELECT ${name}, 'bank_charge', '${day}', 0, 0, CONCAT('REF-', n), UNHEX(SHA2(n, 256)), '${day} 03:00:00' FROM number`,
      );
      await admin.query(
        `INSERT INTO posting (subject_id, kind, line_no, account_id, amount)
         SELECT ${name}, 'bank_charge', 1, 'own:bank-charges', 12500 + n FROM number`,
      );
      await admin.query(
        `INSERT INTO posting (subject_id, kind, line_no, account_id, amount)
         SELECT ${name}, 'bank_charge', 2, 'own:bank', -12500 - n FROM number`,
      );
    }
  log(`${CSV_ROWS} and ${XLSX_ROWS} postings are there`);
}

/**
 * @param {import('./lib/bed.mjs').Bed} bed
 * @param {{ form: string, date: string }} order
 * @returns {Promise<{ rows: number, seconds: number, rssMb: number }>}
 */
async function makeOne(bed, order) {
  const child = fork(path.join(import.meta.dirname, 'lib/report-process.mjs'), {
    env: { ...process.env, ...bed.environment, SIMPUL_HOME: bed.home.folder },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.send(order);
  const [answer] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error('the report was not made'))),
  ]);
  return answer;
}
