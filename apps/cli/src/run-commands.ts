import { join } from 'node:path';
import type { Command } from 'commander';
import { readFormats } from '#lib/files';
import { formatRupiah, rupiah, wibText } from '#lib/kernel';
import { clockFromEnvironment, setting } from '#lib/platform';
import {
  closedRuns,
  missingOn,
  readJobs,
  replayRun,
  type Missing,
  type ReplayOutcome,
  type RunListed,
} from '#lib/reconciliation';
import { withDatabase } from './database';
import { JSON_HELP, printJson } from './output';
import { CONFIG } from './places';
import { printTable } from './table';
import { addThreeWayCommand } from './three-way-command';

/** `simpul recon list`, `recon replay`, `recon missing` and `recon three-way`. */
export function addRunCommands(recon: Command): void {
  recon
    .command('list')
    .description('the latest closed runs, latest first')
    .option('--source <source>', 'of one source only')
    .option('--limit <n>', 'how many', '20')
    .option('--json', JSON_HELP)
    .action(async ({ source, limit, json }: { source?: string; limit: string; json?: boolean }) => {
      const runs = await withDatabase((database) => closedRuns(database, Number(limit), source));
      if (json) printJson({ ok: true, runs });
      else printRuns(runs);
    });
  recon
    .command('replay')
    .description(
      'make a closed run again from its two archived inputs and compare it byte for byte; exit 1 with the first difference',
    )
    .argument('<run>', 'the id of a run, as `simpul recon list` shows it')
    .option('--json', JSON_HELP)
    .action(async (run: string, { json }: { json?: boolean }) => {
      console.error(`simpul: run ${run} is made again from its archives ...`);
      const outcome = await withDatabase((statements) =>
        replayRun({
          statements,
          home: setting('SIMPUL_HOME', 'the folder of the installation, for archived files and snapshots'),
          formats: readFormats(join(CONFIG, 'formats')),
          runId: Number(run),
        }),
      );
      if (json) printJson({ ok: outcome.same, ...outcome });
      else printReplay(outcome);
      process.exitCode = outcome.same ? 0 : 1;
    });
  recon
    .command('missing')
    .description('what is due and not there: files of days, and payments that a file left out')
    .option('--date <date>', 'of one business date only, for example 2026-07-14')
    .option('--json', JSON_HELP)
    .action(async ({ date, json }: { date?: string; json?: boolean }) => {
      const tools = {
        clock: clockFromEnvironment(),
        formats: readFormats(join(CONFIG, 'formats')),
        jobs: readJobs(join(CONFIG, 'jobs.yaml')),
      };
      const missing = await withDatabase((database) => missingOn({ ...tools, database }, date));
      if (json) printJson({ ok: true, missing });
      else printMissing(missing);
    });
  addThreeWayCommand(recon);
}

function printRuns(runs: readonly RunListed[]): void {
  if (runs.length === 0) console.log('no run has been closed yet');
  printTable(
    ['id', 'source', 'date', 'run', 'counts', 'closed', 'file'],
    runs.map(({ runId, source, businessDate, run, counts, closedAt, file }) => [
      String(runId),
      source,
      businessDate,
      String(run),
      counts ? 'yes' : 'no',
      wibText(closedAt),
      file,
    ]),
  );
}

function printReplay({ source, businessDate, run, same, breaks, difference }: ReplayOutcome): void {
  const name = `${source} ${businessDate} run ${run}`;
  if (same) console.log(`${name}: the same, ${breaks} breaks, totals and bridge`);
  if (!difference) return;
  console.log(`${name}: differs at ${difference.where}`);
  console.log(`  stored    ${difference.stored}`);
  console.log(`  replayed  ${difference.replayed}`);
}

function printMissing(missing: readonly Missing[]): void {
  if (missing.length === 0) console.log('nothing that is due is missing');
  printTable(
    ['source', 'date', 'missing', 'state', 'due', 'payments', 'amount'],
    missing.map(({ source, businessDate, what, state, dueAt, legs, amount }) => [
      source,
      businessDate,
      what,
      state,
      wibText(dueAt),
      String(legs),
      formatRupiah(rupiah(amount)),
    ]),
  );
}
