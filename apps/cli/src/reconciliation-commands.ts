import { join } from 'node:path';
import type { Command } from 'commander';
import { readFormats, sourceCalendar } from '#lib/files';
import { formatRupiah, rupiah } from '#lib/kernel';
import { clockFromEnvironment, type Database } from '#lib/platform';
import { reconExitCode, runReconciliation, workBreaks, type ReconOutcome } from '#lib/reconciliation';
import { openBreakDesk } from './break-desk';
import { begunByHand } from './by-hand';
import { withCheckedDatabase } from './database';
import { addJobCommands } from './job-commands';
import { JSON_HELP, printJson } from './output';
import { CONFIG } from './places';
import { reconciliationTools } from './reconciliation-tools';
import { addRunCommands } from './run-commands';

/** `simpul recon`. */
export function addReconciliationCommands(program: Command): void {
  const recon = program.command('recon').description('reconcile a source’s day with its settlement file');
  addRunCommands(recon);
  addJobCommands(recon);
  recon
    .command('run')
    .description(
      'pull the file, hold it to its gates, match it with our payments, prove the bridge, write the recap',
    )
    .argument('<source>', 'for example LPB01')
    .argument('<date>', 'the source’s business date, for example 2026-07-14')
    .option('--json', JSON_HELP)
    .action(async (source: string, businessDate: string, { json }: { json?: boolean }) => {
      const outcome = await run(source, businessDate);
      const dayStillOpen = outcome.state === 'closed' && isDayOpen(source, businessDate);
      if (json) printJson({ ...outcome, ...(dayStillOpen && { dayStillOpen }) });
      else print(outcome);
      if (dayStillOpen)
        console.error(
          `simpul: ${businessDate} of ${source} is not over; payments from now on are in no run until its next file comes`,
        );
      process.exitCode = reconExitCode(outcome);
    });
}

/** Whether payments made now still belong to that day. */
function isDayOpen(source: string, businessDate: string): boolean {
  const dateOf = sourceCalendar(readFormats(join(CONFIG, 'formats')));
  return dateOf(source, clockFromEnvironment().now()) <= businessDate;
}

function run(source: string, businessDate: string): Promise<ReconOutcome> {
  return withCheckedDatabase(async (database) => {
    await begunByHand(database, 'run by hand', { kind: 'recon_day', id: `${source} ${businessDate}` });
    return runReconciliation({
      ...reconciliationTools(database),
      // Without the key to the catalog the worker tends the breaks a little later.
      ...(process.env['SIMPUL_DATA_KEY']
        ? { workBreaks: (runId: number) => breaksOfRun(database, runId) }
        : {}),
      source,
      businessDate,
    });
  });
}

async function breaksOfRun(database: Database, runId: number): Promise<void> {
  const { desk, close } = await openBreakDesk(database);
  try {
    await workBreaks(desk, runId);
  } finally {
    await close();
  }
}

function print(outcome: ReconOutcome): void {
  const day = `${outcome.source} ${outcome.businessDate}`;
  switch (outcome.state) {
    case 'busy':
      console.log(`${day}: another process works on this day; try again when it has finished`);
      return;
    case 'waiting':
      console.log(`${day}: waiting, ${outcome.reason}`);
      return;
    case 'empty':
      console.log(`${day}: ${outcome.reason}`);
      return;
    case 'quarantined':
      console.log(`${day}: ${outcome.file} is refused whole (${outcome.gate}): ${outcome.reason}`);
      return;
    case 'closed': {
      const repeated = outcome.repeated ? ', nothing new since' : '';
      console.log(`${day}: run ${outcome.run} closed${repeated}; file ${outcome.file}`);
      if (outcome.undecided) console.log(`  ${outcome.undecided}`);
      for (const [kind, count] of Object.entries(outcome.counts))
        console.log(`  ${kind.padEnd(14)} ${count}`);
      for (const { term, sign, amount } of outcome.bridge)
        console.log(`  ${sign} ${term.padEnd(14)} ${formatRupiah(rupiah(BigInt(amount))).padStart(24)}`);
      console.log(`  remainder ${formatRupiah(rupiah(BigInt(outcome.remainder)))}`);
      for (const path of outcome.reports) console.log(`  ${path}`);
    }
  }
}
