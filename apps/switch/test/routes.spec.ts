import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { customer, expectProblem, H2hClient } from '../../../test/support/h2h-client';
import {
  anInstallation,
  expectSound,
  until,
  type Installation,
  type RunningApp,
} from '../../../test/support/processes';
import { QUICK_START } from '../../../test/support/quick-start';

const CLI = join(__dirname, '..', '..', '..', 'dist', 'apps', 'cli', 'src', 'main.js');
/** Each order of the command line is a process of its own. */
jest.setTimeout(180_000);

const TOKEN = { product: 'pln-prepaid', amount: '50000' };

let world: Installation;
let app: RunningApp;
let client: H2hClient;
beforeAll(async () => {
  world = await anInstallation();
  // The second way of this test speaks the first one's language.
  await world.store.admin.run("DELETE FROM route WHERE route_id = 'pln-switch/prepaid'");
  await world.store.admin.run(
    'INSERT INTO route (product_id, route_id, valid_from, biller_id, biller_product, source, priority) ' +
      "VALUES ('pln-prepaid', 'story/prepaid', '2000-01-01', 'story', 'prepaid', 'STORY01', 9)",
  );
  app = await world.startSwitch();
  client = new H2hClient(() => app.url);
});
afterAll(() => world.close());

/** Runs the operator's command line on this installation. */
function simpul(...args: string[]): Promise<{ code: number; stdout: string }> {
  return new Promise((resolve) => {
    const environment = { PATH: process.env.PATH, SIMPUL_ENVIRONMENT: 'test', DATABASE_URL: world.store.url };
    execFile(process.execPath, [...QUICK_START, CLI, ...args], { env: environment }, (error, stdout) =>
      resolve({ code: Number(error?.code ?? 0), stdout }),
    );
  });
}

interface Explained {
  inquiry: {
    chosen: string;
    why: string;
    candidates: { route: string; verdict: string; because?: string }[];
  };
  legs: { routeId: string; state: string; legReference: string }[];
}

async function payToken(reference: string): Promise<Explained> {
  const offer = await client.offer('pln-prepaid', customer('pln-prepaid'), { amount: TOKEN.amount });
  const paid = await client.pay(offer, reference);
  expect(paid.body.status).toBe('PAID');
  return JSON.parse((await simpul('route', 'explain', paid.body.paymentId, '--json')).stdout) as Explained;
}

async function routeOfNextInquiry(): Promise<string | undefined> {
  const offer = await client.offer('pln-prepaid', customer('pln-prepaid'), { amount: TOKEN.amount });
  const [row] = await world.store.database.rows<{ route: unknown }>(
    'SELECT route FROM inquiry WHERE inquiry_id = ?',
    [offer.inquiryId],
  );
  const asked = typeof row?.route === 'string' ? (JSON.parse(row.route) as unknown) : row?.route;
  return (asked as { routeId?: string } | undefined)?.routeId;
}

test('a payment tells by which route it went and why', async () => {
  const story = await payToken('BY-THE-FIRST');
  expect(story.inquiry).toMatchObject({
    chosen: 'pln/prepaid',
    why: 'the best route',
    candidates: [
      { route: 'pln/prepaid', verdict: 'chosen' },
      { route: 'story/prepaid', verdict: 'fit' },
    ],
  });
  expect(story.legs).toMatchObject([{ routeId: 'pln/prepaid', state: 'PAID' }]);
});

test('a route that is disabled sells nothing within seconds, and the next one does; its own offers are refused', async () => {
  const offer = await client.offer('pln-prepaid', customer('pln-prepaid'), { amount: TOKEN.amount });
  expect(await simpul('route', 'disable', 'pln/prepaid', '--reason', 'agreed pause')).toMatchObject({
    code: 0,
  });
  await until(routeOfNextInquiry, (routeId) => routeId === 'story/prepaid');

  const refused = await client.pay(offer, 'ITS-OWN');
  expectProblem(refused, 503, 'BILLER_UNAVAILABLE');
  expect(refused.body).toMatchObject({ formed: false });
  const story = await payToken('BY-THE-SECOND');
  expect(story.inquiry).toMatchObject({
    chosen: 'story/prepaid',
    why: 'the best that is fit',
    candidates: [
      { route: 'pln/prepaid', verdict: 'switched off', because: 'agreed pause' },
      { route: 'story/prepaid', verdict: 'chosen' },
    ],
  });
});

test('the list shows which routes are off, and how a switch sees them', async () => {
  const listed = async () => (await simpul('route', 'list')).stdout;
  const shown = await until(listed, (text) => /story\/prepaid .*closed/.test(text));
  expect(shown).toMatch(/pln\/prepaid .*off: agreed pause/);
});

test('a route that is enabled again sells again', async () => {
  await simpul('route', 'enable', 'pln/prepaid', '--reason', 'the pause is over');
  expect(await until(routeOfNextInquiry, (routeId) => routeId === 'pln/prepaid')).toBe('pln/prepaid');
});

test('an order about a route that nobody has, or a payment that is not there, is an error', async () => {
  expect(await simpul('route', 'disable', 'nobody/nothing', '--reason', 'x')).toMatchObject({ code: 1 });
  expect(await simpul('route', 'explain', 'T0TBR00615QG')).toMatchObject({ code: 1 });
  expect(await simpul('route', 'disable', 'pln/prepaid')).toMatchObject({ code: 2 });
});

test('the books are sound', () => expectSound(world));
