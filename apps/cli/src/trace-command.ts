import { join } from 'node:path';
import type { Command } from 'commander';
import { findArchivedLine, readFormats } from '#lib/files';
import { isPaymentId, normalizePaymentId } from '#lib/kernel';
import { clockFromEnvironment, setting, SettingError } from '#lib/platform';
import { tracePayment, type FindLine, type TracePart } from '#lib/reports';
import { withCheckedDatabase } from './database';
import { JSON_HELP, printJson } from './output';
import { CONFIG } from './places';
import { printTable } from './table';

/** `simpul trace`. */
export function addTraceCommand(program: Command): void {
  program
    .command('trace')
    .description(
      'follow one payment from the channel’s order to the bank statement: journals, file and line, run, break, settlement, payout; exit 1 when there is no such payment',
    )
    .argument('<paymentId>', 'as on the receipt, with or without dashes')
    .option('--lang <language>', 'id or en', 'en')
    .option('--json', JSON_HELP)
    .action(async (typed: string, { lang, json }: { lang: string; json?: boolean }) => {
      const paymentId = normalizePaymentId(typed);
      if (!isPaymentId(paymentId))
        throw new SettingError(`"${typed}" is no Payment ID; its last character does not fit the others`);
      const parts = await trace(paymentId);
      if (json) printJson(parts ? { ok: true, paymentId, parts } : { ok: false, paymentId, reason: NONE });
      else if (parts) print(parts, lang === 'id' ? 'id' : 'en');
      else console.error(`simpul: ${NONE} ${paymentId}`);
      process.exitCode = parts ? 0 : 1;
    });
}

const NONE = 'there is no payment';

async function trace(paymentId: string): Promise<TracePart[] | undefined> {
  const home = setting('SIMPUL_HOME', 'the folder of the installation, for archived files');
  return withCheckedDatabase((database) =>
    tracePayment(database, paymentId, clockFromEnvironment().now(), lineFinder(home)),
  );
}

/** Looks for a leg's line; a file that is not there any more is said so on standard error. */
function lineFinder(home: string): FindLine {
  const formats = readFormats(join(CONFIG, 'formats'));
  return async (wanted) => {
    const said = setTimeout(
      () => console.error(`simpul: looking for the line in ${wanted.fileName} ...`),
      2_000,
    );
    try {
      return await findArchivedLine(home, formats, wanted);
    } catch (error) {
      console.error(`simpul: the archived ${wanted.fileName} could not be read: ${(error as Error).message}`);
      return undefined;
    } finally {
      clearTimeout(said);
    }
  };
}

function print(parts: readonly TracePart[], language: 'id' | 'en'): void {
  for (const { title, rows, missing } of parts) {
    console.log(`\n${title[language].toUpperCase()}`);
    const [first] = rows;
    if (first && rows.length === 1)
      for (const [name, value] of Object.entries(first)) console.log(`  ${name.padEnd(16)} ${value ?? ''}`);
    else if (first)
      printTable(
        Object.keys(first),
        rows.map((row) => Object.values(row).map((value) => (value === null ? '' : String(value)))),
      );
    if (missing) console.log(`  ${missing[language]}`);
  }
}
