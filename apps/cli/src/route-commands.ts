import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { wibText } from '#lib/kernel';
import { clockFromEnvironment, Database } from '#lib/platform';
import {
  explainRoute,
  listRoutes,
  orderRoute,
  type Candidate,
  type ListedRoute,
  type RouteDecision,
  type RouteStory,
} from '#lib/switching';
import { withDatabase } from './database';
import { JSON_HELP, printJson, refuse } from './output';
import { printTable } from './table';

/** `simpul route`: which routes there are, how they are, and why a payment went the way it went. */
export function addRouteCommands(program: Command): void {
  const route = program.command('route').description('routes from products to billers');
  route
    .command('list')
    .description('every route in force, whether it is on, and how each switch sees it')
    .option('--json', JSON_HELP)
    .action(({ json }: { json?: boolean }) => withDatabase((database) => list(database, json)));
  route
    .command('explain <paymentId>')
    .description('why a payment went the way it went: candidates, their health, what was tried')
    .option('--json', JSON_HELP)
    .action((paymentId: string, { json }: { json?: boolean }) =>
      withDatabase((database) => explain(database, paymentId, json)),
    );
  for (const [name, isEnabled] of [
    ['enable', true],
    ['disable', false],
  ] as const)
    route
      .command(`${name} <routeId>`)
      .description(`${name} a route for new requests; every switch sees it within seconds`)
      .requiredOption('--reason <text>', 'why, for those who look later')
      .action((routeId: string, { reason }: { reason: string }) =>
        withDatabase((database) => order(database, routeId, isEnabled, reason)),
      );
}

async function order(database: Database, routeId: string, isEnabled: boolean, reason: string): Promise<void> {
  const now = clockFromEnvironment().now();
  const known = (await listRoutes(database, now)).filter((one) => one.routeId === routeId);
  if (known.length === 0) {
    console.error(`simpul: no product has a route ${routeId} now; see npx simpul route list`);
    process.exitCode = 1;
    return;
  }
  await orderRoute(database, {
    routeId,
    isEnabled,
    reason,
    orderedBy: userInfo().username,
    orderedAt: now,
  });
  const products = known.map(({ productId }) => productId).join(', ');
  console.log(`${routeId} is ${isEnabled ? 'enabled' : 'disabled'} for ${products}`);
}

async function list(database: Database, json: boolean | undefined): Promise<void> {
  const routes = await listRoutes(database, clockFromEnvironment().now());
  if (json) {
    printJson({ ok: true, routes });
    return;
  }
  printTable(
    [
      'product',
      'route',
      'source',
      'priority',
      'cost',
      'share',
      'on',
      'seen by',
      'breaker',
      'calls',
      'failed',
      'ms',
      'in hand',
    ],
    routes.flatMap(rowsOf),
  );
  console.log(`${routes.length} routes`);
}

/** One line for each process that sees the route, or one alone. */
function rowsOf(route: ListedRoute): string[][] {
  const { productId, routeId, source, priority, cost, share, off, seen } = route;
  const own = [
    productId,
    routeId,
    source,
    String(priority),
    cost,
    String(share),
    off === null ? 'on' : `off: ${off}`,
  ];
  if (seen.length === 0) return [[...own, '', '', '', '', '', '']];
  return seen.map((one) => [
    ...own,
    one.process,
    one.breaker,
    String(one.calls),
    String(one.failed),
    String(one.averageMs),
    String(one.inHand),
  ]);
}

async function explain(database: Database, paymentId: string, json: boolean | undefined): Promise<void> {
  const story = await explainRoute(database, paymentId);
  if (!story) {
    refuse(`there is no payment ${paymentId}`, json);
    return;
  }
  if (json) printJson({ ok: true, ...story });
  else print(story);
}

function print({ paymentId, productId, state, inquiry, legs, rerouted }: RouteStory): void {
  console.log(`${paymentId}: ${productId}, ${state}`);
  if (inquiry) printDecision('inquiry', inquiry);
  for (const leg of legs) {
    console.log('');
    console.log(
      `leg ${leg.legNo}: ${leg.routeId ?? leg.billerId}, reference ${leg.legReference}, ${leg.state}, sent ${wibText(leg.sentAt)}`,
    );
    if (leg.decision) printDecision(leg.decision.for, leg.decision);
    const next = rerouted[leg.legNo - 1];
    if (next) console.log(`  given up at ${wibText(next.at)}: ${next.because}; next ${next.to}`);
  }
}

function printDecision(about: string, { at, chosen, why, draw, candidates }: RouteDecision): void {
  const drawn = draw === undefined ? '' : ` (drew ${draw} of 1000)`;
  console.log(`  ${about} at ${at}: ${chosen}, ${why}${drawn}`);
  printTable(
    ['  route', 'verdict', 'priority', 'cost', 'breaker', 'calls', 'failed', 'ms', 'in hand'],
    candidates.map((one) => [`  ${one.route}`, ...cellsOf(one)]),
  );
}

function cellsOf(one: Candidate): string[] {
  const verdict = one.because === undefined ? one.verdict : `${one.verdict}: ${one.because}`;
  return [
    verdict,
    String(one.priority),
    one.cost,
    one.breaker,
    String(one.calls),
    String(one.failed),
    String(one.averageMs),
    String(one.inHand),
  ];
}
