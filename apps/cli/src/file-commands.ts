import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { readFormat, readSettlementFile, type DetailRow } from '#lib/files';
import { SettingError } from '#lib/platform';
import { CONFIG } from './places';

const FORMATS = join(CONFIG, 'formats');
const SHOWN_ROWS = 20;

/** `simpul file parse`. */
export function addFileCommands(program: Command): void {
  const file = program.command('file').description('look into settlement files');
  file
    .command('parse')
    .description('read a file by a format and show what was understood; exit 1 when it fails a gate')
    .argument('<format>', 'a file of config/formats without its ending, for example lpb01')
    .argument('<file>', 'the settlement file, under the name it came with')
    .option('--rows <n>', 'how many rows to show', count, SHOWN_ROWS)
    .option('--json', 'one JSON object on standard output and nothing else')
    .action(async (name: string, path: string, options: { rows: number; json?: boolean }) => {
      const format = readFormat(formatFile(name));
      if (!existsSync(path)) throw new SettingError(`there is no file ${path}`);
      const rows: DetailRow[] = [];
      const read = await readSettlementFile({
        path: resolve(path),
        name: basename(path),
        format,
        onRows: async (batch) => {
          rows.push(...batch.slice(0, options.rows - rows.length));
        },
      });
      if (options.json) {
        const answer = read.ok ? { ok: true, ...read.value } : { ok: false, ...read.error };
        console.log(
          JSON.stringify({ ...answer, rows: rows.map(shown) }, (_, value: unknown) =>
            typeof value === 'bigint' ? value.toString() : value,
          ),
        );
      } else {
        for (const row of rows) console.log(Object.values(shown(row)).join('\t'));
        console.log(
          read.ok
            ? `${read.value.details} lines of ${read.value.businessDate}, status S comes to ${read.value.amount}: every gate holds`
            : `refused (${read.error.gate}): ${read.error.reason}`,
        );
      }
      process.exitCode = read.ok ? 0 : 1;
    });
}

/** @throws SettingError naming the formats there are. */
function formatFile(name: string): string {
  const known = readdirSync(FORMATS).map((file) => basename(file, '.yaml'));
  if (known.includes(name.toLowerCase())) return join(FORMATS, `${name.toLowerCase()}.yaml`);
  throw new SettingError(`there is no format "${name}"; config/formats has: ${known.join(', ')}`);
}

function count(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a count, such as 20.');
  return Number(text);
}

/** A row without the customer it concerns. */
function shown({ lineNo, ourRef, theirRef, amount, status, paidAt }: DetailRow) {
  return { lineNo, ourRef, theirRef, amount, status, paidAt };
}
