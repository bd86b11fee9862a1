import { wibText } from '#lib/kernel';
import type { Command } from 'commander';
import { openStops, type PaymentStop } from '#lib/catalog';
import { withDatabase } from './database';
import { JSON_HELP, printJson } from './output';
import { printTable } from './table';

/** `simpul stops`. A release is not a command: it needs a second person, and comes with the console. */
export function addStopCommands(program: Command): void {
  program
    .command('stops')
    .description('whose new payments are stopped, since when and why; how to release: docs/open-payments.md')
    .option('--json', JSON_HELP)
    .action(async ({ json }: { json?: boolean }) => {
      const stops = await withDatabase(openStops);
      if (json) printJson({ ok: true, stops });
      else print(stops);
    });
}

function print(stops: readonly PaymentStop[]): void {
  printTable(
    ['stop', 'scope', 'since', 'by', 'reason'],
    stops.map(({ stopId, scope, stoppedAt, stoppedBy, reason }) => [
      stopId,
      scope,
      wibText(stoppedAt),
      stoppedBy,
      reason,
    ]),
  );
  console.log(stops.length === 0 ? 'nothing is stopped' : `${stops.length} stopped`);
}
