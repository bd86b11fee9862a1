import type { Command } from 'commander';
import { openStops, type PaymentStop } from '#lib/catalog';
import { Database, setting } from '#lib/platform';
import { printTable } from './table';

/** `simpul stops`. A release is not a command: it needs a second person, and comes with the console. */
export function addStopCommands(program: Command): void {
  program
    .command('stops')
    .description('whose new payments are stopped, since when and why; how to release: docs/open-payments.md')
    .option('--json', 'one JSON object on standard output and nothing else')
    .action(async ({ json }: { json?: boolean }) => {
      const database = new Database(setting('DATABASE_URL', 'the payment database'), { connectionsMax: 1 });
      try {
        const stops = await openStops(database);
        if (json) console.log(JSON.stringify({ ok: true, stops }));
        else print(stops);
      } finally {
        await database.close();
      }
    });
}

function print(stops: readonly PaymentStop[]): void {
  printTable(
    ['stop', 'scope', 'since', 'by', 'reason'],
    stops.map(({ stopId, scope, stoppedAt, stoppedBy, reason }) => [
      stopId,
      scope,
      stoppedAt.toISOString(),
      stoppedBy,
      reason,
    ]),
  );
  console.log(stops.length === 0 ? 'nothing is stopped' : `${stops.length} stopped`);
}
