import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CHECKOUT } from './lib/home.mjs';

/**
 * The faults of test/fault-rows.yaml beside the tests that show what becomes of them.
 * @typedef {{ fault: string, tests?: Record<string, string>[], chaos?: string[], notYet?: string }} Row
 * @typedef {{ file: string, name: string, status: string }} TestResult `file` relative to the checkout
 * @typedef {{ points: Record<string, number>, killedAs: Record<string, number>, ok: boolean } | undefined} Chaos
 */

/**
 * Prints the table. A row is good when every test it names exists and passed in this run, and every step it names was
 * met by the chaos of this run.
 * @param {{ tests: readonly TestResult[], chaos: Chaos, log: (line: string) => void }} what
 * @returns {Promise<{ passed: number, failed: number }>} rows
 */
export async function checkFaultRows({ tests, chaos, log }) {
  const { parse } = await import('yaml');
  const text = readFileSync(path.join(CHECKOUT, 'test/fault-rows.yaml'), 'utf8');
  const rows = Object.entries(/** @type {Record<string, Row>} */ (parse(text)));
  let failed = 0;
  for (const [id, row] of rows) {
    const objections = objectionsTo(row, tests, chaos);
    if (objections.length > 0) failed += 1;
    const mark = objections.length > 0 ? '✗' : provenBy(row) === 0 ? '·' : row.notYet ? '◐' : '✓';
    log(`${mark} ${id.padEnd(4)} ${row.fault}`);
    for (const test of row.tests ?? [])
      for (const [file, title] of Object.entries(test)) log(`       ${file}: ${title}`);
    if (row.chaos) log(`       chaos: ${row.chaos.join(', ')}`);
    if (row.notYet) log(`       not yet: ${row.notYet}`);
    for (const objection of objections) log(`       ✗ ${objection}`);
  }
  const open = rows.filter(([, row]) => provenBy(row) === 0).map(([id]) => id);
  const partly = rows.filter(([, row]) => provenBy(row) > 0 && row.notYet).map(([id]) => id);
  log(
    `${rows.length - failed - open.length} rows have their tests (${partly.join(', ')} in part), ${open.length} have none yet${open.length === 0 ? '' : ` (${open.join(', ')})`}, ${failed} failed`,
  );
  return { passed: rows.length - failed, failed };
}

/** @param {Row} row how many proofs it names */
function provenBy({ tests = [], chaos = [] }) {
  return tests.length + chaos.length;
}

/**
 * @param {Row} row
 * @param {readonly TestResult[]} tests
 * @param {Chaos} chaos
 * @returns {string[]}
 */
function objectionsTo(row, tests, chaos) {
  if (provenBy(row) === 0) return row.notYet ? [] : ['no test is named'];
  const wanted = (row.tests ?? []).flatMap((test) => Object.entries(test));
  const ofTests = wanted.flatMap(([file, title]) => {
    const found = tests.filter((test) => test.file === file && test.name.includes(title));
    if (found.length === 0) return [`${file} has no test "${title}"`];
    return found
      .filter(({ status }) => status !== 'passed')
      .map(({ name, status }) => `${file}: "${name}" ${status}`);
  });
  const ofChaos = (row.chaos ?? []).flatMap((step) => {
    if (!chaos?.ok) return ['the chaos run did not pass'];
    return (chaos.points[step] ?? chaos.killedAs[step] ?? 0) > 0 ? [] : [`the chaos run never met ${step}`];
  });
  return [...ofTests, ...ofChaos];
}
