import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import {
  companionOf,
  signatureOf,
  explainFile,
  readFormat,
  readFormats,
  type DetailRow,
  type ExplainedFile,
  type SettlementFormat,
} from '#lib/files';
import { SettingError } from '#lib/platform';
import { JSON_HELP, printJson } from './output';
import { CONFIG } from './places';
import { printTable } from './table';

const FORMATS = join(CONFIG, 'formats');
const SHOWN_ROWS = 20;
const SHOWN_FAULTS = 50;

interface ParseOptions {
  rows: number;
  limit: number;
  companion?: string;
  signature?: string;
  json?: boolean;
}

/** `simpul file parse` and `simpul file formats`. */
export function addFileCommands(program: Command): void {
  const file = program.command('file').description('look into settlement files');
  file
    .command('parse')
    .description('read a file by a format and show what was understood; exit 1 when it fails a gate')
    .argument('<format>', 'a file of config/formats without its ending, or the path of one')
    .argument('<file>', 'the settlement file, under the name it came with')
    .option('--rows <n>', 'how many rows to show', count, SHOWN_ROWS)
    .option('--limit <n>', 'how many faults to show', count, SHOWN_FAULTS)
    .option('--companion <file>', 'its companion; else it is looked for beside the file')
    .option('--signature <file>', 'its detached signature; else it is looked for beside the file')
    .option('--json', JSON_HELP)
    .action(async (name: string, path: string, options: ParseOptions) => {
      const format = readFormat(formatFile(name));
      if (!existsSync(path)) throw new SettingError(`there is no file ${path}`);
      const explained = await explainFile(
        {
          path: resolve(path),
          name: basename(path),
          format,
          companionPath: options.companion ?? beside(companionOf(format, resolve(path))),
          signaturePath: options.signature ?? beside(signatureOf(format, resolve(path))),
        },
        { rowsMax: options.rows, faultsMax: options.limit },
      );
      if (options.json) printJson(answerOf(format, explained));
      else print(explained);
      process.exitCode = explained.totals ? 0 : 1;
    });
  file
    .command('formats')
    .description('every format of config/formats: source, layout, names of its files, since when it holds')
    .option('--json', JSON_HELP)
    .action((options: { json?: boolean }) => {
      const formats = [...readFormats(FORMATS).values()].flat().map(described);
      if (options.json) printJson({ formats });
      else
        printTable(
          ['source', 'since', 'layout', 'names', 'packing', 'settles on'],
          formats.map(({ source, effectiveFrom, layout, names, packing, settleOn }) => [
            source,
            effectiveFrom ?? 'the beginning',
            layout,
            names,
            packing,
            settleOn,
          ]),
        );
    });
}

function described(format: SettlementFormat) {
  const { source, effectiveFrom, body, name, companion, packing, pgp, settleOn } = format;
  const packed = [
    pgp && 'pgp',
    packing?.kind,
    companion && `+ ${companion}`,
    pgp?.detached && `+ ${pgp.detached}`,
  ]
    .filter(Boolean)
    .join(' ');
  return { source, effectiveFrom, layout: body.layout, names: name.text, packing: packed || '-', settleOn };
}

function print({ totals, header, rows, understood, faults, hasMoreFaults }: ExplainedFile): void {
  if (header !== undefined) console.log(`header\t${header.replace(/\p{C}+/gu, ' ')}`);
  for (const row of rows) console.log(Object.values(shown(row)).join('\t'));
  const { S, F, U } = totals?.amounts ?? understood.amounts;
  const sums = `status S comes to ${S}, F to ${F}, U to ${U}`;
  if (totals) {
    if (totals.statement)
      console.log(
        `account ${totals.statement.account}, statement ${totals.statement.number ?? '-'}: ${totals.statement.opening} -> ${totals.statement.closing}`,
      );
    console.log(`${totals.details} lines of ${totals.businessDate}, ${sums}: every gate holds`);
    return;
  }
  for (const { gate, line, field, stated, computed, reason } of faults) {
    const place = [line === null ? undefined : `line ${line}`, field].filter((part) => part).join(', ');
    console.log(`refused (${gate}): ${reason}`);
    console.log(
      `  ${place || 'the whole file'}: stated ${stated ?? 'nothing'}, expected ${computed ?? 'nothing'}`,
    );
  }
  if (hasMoreFaults) console.log('there are more faults; --limit shows more of them');
  console.log(`${understood.details} lines could be read, ${sums}`);
}

function answerOf(format: SettlementFormat, explained: ExplainedFile): object {
  const { totals, header, rows, understood, faults, hasMoreFaults } = explained;
  return {
    ok: totals !== undefined,
    format: described(format),
    ...(totals ?? faults[0]),
    header,
    rows: rows.map(shown),
    understood,
    faults,
    hasMoreFaults,
  };
}

/** @throws SettingError naming the formats there are. */
function formatFile(name: string): string {
  if (name.endsWith('.yaml') && existsSync(name)) return name;
  const known = readdirSync(FORMATS).flatMap((file) =>
    file.endsWith('.yaml') ? basename(file, '.yaml') : [],
  );
  if (known.includes(name.toLowerCase())) return join(FORMATS, `${name.toLowerCase()}.yaml`);
  throw new SettingError(`there is no format "${name}"; config/formats has: ${known.join(', ')}`);
}

function beside(path: string | undefined): string | undefined {
  return path !== undefined && existsSync(path) ? path : undefined;
}

function count(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a count, such as 20.');
  return Number(text);
}

/** A row without the customer it concerns. */
function shown({ lineNo, ourRef, theirRef, amount, status, paidAt, hint, groupKey, type }: DetailRow) {
  const further = Object.entries({ hint, groupKey, type }).filter(([, value]) => value !== null);
  return { lineNo, ourRef, theirRef, amount, status, paidAt, ...Object.fromEntries(further) };
}
