import type { Command } from 'commander';
import { describeRefusal } from '#lib/audit';
import {
  approveRelease,
  openStops,
  proposeRelease,
  type PaymentStop,
  type ReleaseRefusal,
} from '#lib/catalog';
import { fail, ok, wibText, type Result } from '#lib/kernel';
import { clockFromEnvironment, Database } from '#lib/platform';
import { migrationUrl } from './books';
import { withDatabase } from './database';
import { asksMaker, proposedAs, type Agreement, type Maker } from './four-eyes';
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
    if (!done.ok) return refuse(inWords(done.error), json, { stopId });
    say(proposedAs(done.value), done.value, json);
  });
}

/** Agrees to release a stop, by the account that may. @returns what was done, or why nothing was. */
export async function agreeToRelease(agreement: Agreement): Promise<Result<string, string>> {
  const database = new Database(migrationUrl(), { connectionsMax: 1 });
  try {
    const done = await approveRelease(database, { ...agreement, at: clockFromEnvironment().now() });
    return done.ok
      ? ok(`${done.value.scope} takes payments again within seconds`)
      : fail(inWords(done.error));
  } finally {
    await database.close();
  }
}

function inWords(refused: ReleaseRefusal): string {
  switch (refused.kind) {
    case 'not stopped':
      return 'there is no such stop, or it is released; see simpul stop list';
    case 'proposal':
    case 'approval':
      return describeRefusal(refused.refusal);
  }
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
