import { join } from 'node:path';
import type { Command } from 'commander';
import { formatOn, plainCopy, readFormats, readSettlementFile, type SettlementFormat } from '#lib/files';
import { isPaymentId, normalizePaymentId } from '#lib/kernel';
import { clockFromEnvironment, setting, SettingError } from '#lib/platform';
import { tracePayment, type FindLine, type FoundLine, type TracePart } from '#lib/reports';
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

/** Reads the archived file until the leg's line; a file that is not there any more is said so on standard error. */
function lineFinder(home: string): FindLine {
  const formats = readFormats(join(CONFIG, 'formats'));
  return async ({ source, businessDate, sha256, fileName, legReference }) => {
    const format = formatOn(formats, source, businessDate);
    if (!format) return undefined;
    const said = setTimeout(() => console.error(`simpul: looking for the line in ${fileName} ...`), 2_000);
    let found: FoundLine | undefined;
    try {
      await readSettlementFile({
        path: await plainCopy(home, source, businessDate, sha256),
        name: fileName,
        // What lies beside it was held against it when it came.
        format: alone(format),
        onRows: async (rows) => {
          const row = found ? undefined : rows.find(({ ourRef }) => ourRef === legReference);
          if (row)
            found = { line: row.lineNo, theirRef: row.theirRef, amount: row.amount, status: row.status };
        },
      });
    } catch (error) {
      console.error(`simpul: the archived ${fileName} could not be read: ${(error as Error).message}`);
    } finally {
      clearTimeout(said);
    }
    return found;
  };
}

/** A format as if its file had come without companion and signature. */
function alone(format: SettlementFormat): SettlementFormat {
  const { pgp } = format;
  const inFile =
    pgp?.detached === undefined ? pgp : pgp.decrypt && { ...pgp, verify: undefined, detached: undefined };
  return { ...format, companion: undefined, pgp: inFile || undefined };
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
