import type { Command } from 'commander';
import { openStops, proposeRelease, type PaymentStop } from '#lib/catalog';
import { wibText } from '#lib/kernel';
import { clockFromEnvironment } from '#lib/platform';
import { releaseInWords } from '#lib/proposals';
import { withDatabase } from './database';
import { asksMaker, proposedAs, type Maker } from './four-eyes';
import { JSON_HELP, printJson, refuse, say } from './output';
import { printTable } from './table';

/** `simpul stop`: whose new payments are stopped, and how they go on. */
export function addStopCommands(program: Command): void {
  const stop = program
    .command('stop')
    .alias('stops')
    .description('whose new payments are stopped, and how they go on: docs/open-payments.md');
  stop
    .command('list', { isDefault: true })
    .description('whose new payments are stopped, since when and why')
    .option('--json', JSON_HELP)
    .action(async ({ json }: { json?: boolean }) => {
      const stops = await withDatabase(openStops);
      if (json) printJson({ ok: true, stops });
      else print(stops);
    });
  asksMaker(
    stop
      .command('release')
      .description('propose that a stopped scope takes new payments again (the maker); another person agrees')
      .argument('<stop>', 'its number, as simpul stop list shows it')
      .requiredOption(
        '--reason <text>',
        'what happened and how it was put right, with the number of its ticket',
      ),
  ).action(async (stopId: string, { as, reason, json }: Maker & { reason: string }) => {
    const at = clockFromEnvironment().now();
    const done = await withDatabase((database) => proposeRelease(database, { stopId, by: as, reason, at }));
    if (!done.ok) return refuse(releaseInWords(done.error).en, json, { stopId });
    say(proposedAs(done.value), done.value, json);
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
