import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Command } from 'commander';
import { checkBiller, type BillerReport } from '#lib/billers';
import { SettingError } from '#lib/platform';
import { JSON_HELP, printJson } from './output';
import { CONFIG, ROOT } from './places';

const BILLERS = join(CONFIG, 'billers');
const FIXTURES = join(ROOT, 'fixtures', 'billers');

/** `simpul biller check`. */
export function addBillerCommands(program: Command): void {
  program
    .command('biller')
    .description('look into billers')
    .command('check')
    .description(
      'replay a biller’s fixtures through the shared contract and print what is missing or wrong; exit 1 when anything is',
    )
    .argument('<name>', 'a file of config/billers without its ending, for example pln')
    .option('--json', JSON_HELP)
    .action(async (name: string, { json }: { json?: boolean }) => {
      const file = fileOf(name);
      const report = await checkBiller(file, join(FIXTURES, name), name);
      const ok = report.missing.length === 0 && report.wrong.length === 0;
      const missing = report.missing.map((path) => relative(ROOT, path));
      if (json) printJson({ ok, ...report, missing });
      else print({ ...report, missing }, ok);
      if (!ok) process.exitCode = 1;
    });
}

function fileOf(name: string): string {
  const file = join(BILLERS, `${name}.yaml`);
  const known = readdirSync(BILLERS)
    .filter((one) => one.endsWith('.yaml'))
    .map((one) => one.replace(/\.yaml$/, ''));
  if (!/^[\w-]+$/.test(name) || !existsSync(file))
    throw new SettingError(`there is no biller ${name} in config/billers: ${known.join(', ')}`);
  return file;
}

function print({ biller, kind, checks, kept, missing, wrong }: BillerReport, ok: boolean): void {
  for (const path of missing) console.log(`missing: ${path}: add the case as the partner would answer it`);
  for (const { subject, sentence, found } of wrong) {
    console.log(`wrong: ${subject}: ${sentence}`);
    for (const line of found.split('\n')) console.log(`    ${line}`);
  }
  console.log(`${biller} (${kind ?? 'kind unknown'}): ${kept} of ${checks} checks of the contract kept`);
  console.log(ok ? 'biller check: ok' : 'biller check: not ready');
}
