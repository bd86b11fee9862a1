import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { customer, expectProblem, H2hClient } from '../../../test/support/h2h-client';
import { anInstallation, until, type Installation, type RunningApp } from '../../../test/support/processes';
import { QUICK_START } from '../../../test/support/quick-start';

const PAGE = join(__dirname, '..', '..', '..', 'docs', 'open-payments.md');
const CLI = join(__dirname, '..', '..', '..', 'dist', 'apps', 'cli', 'src', 'main.js');

let world: Installation;
let app: RunningApp;
let victim: H2hClient;
let other: H2hClient;
beforeAll(async () => {
  world = await anInstallation();
  app = await world.startSwitch();
  victim = new H2hClient(() => app.url, 'ppob-nusantara');
  other = new H2hClient(() => app.url, 'warung-kecil');
});
afterAll(() => world.close());

/** Runs the operator's command line on this installation. */
function simpul(...args: string[]): Promise<{ code: number; stdout: string }> {
  return new Promise((resolve) => {
    const { url: DATABASE_URL, migrationUrl: DATABASE_MIGRATION_URL } = world.store;
    const environment = {
      PATH: process.env.PATH,
      SIMPUL_ENVIRONMENT: 'test',
      DATABASE_URL,
      DATABASE_MIGRATION_URL,
    };
    execFile(process.execPath, [...QUICK_START, CLI, ...args], { env: environment }, (error, stdout) =>
      resolve({ code: Number(error?.code ?? 0), stdout }),
    );
  });
}

/** A command line as a shell splits it. */
const wordsOf = (text: string) =>
  [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');

interface Verified {
  ok: boolean;
  invariants: { id: string; ok: boolean; firstCounterExample: string | null }[];
  stops: { scope: string }[];
}
const verify = async () => {
  const { code, stdout } = await simpul('verify', '--json');
  return { code, ...(JSON.parse(stdout) as Verified) };
};
const open = async () => {
  const { stdout } = await simpul('payments', 'open', '--json');
  return JSON.parse(stdout) as {
    count: number;
    payments: { paymentId: string; owner: string; reason: string }[];
  };
};

test('while the books hold, nothing is stopped', async () => {
  expect(await verify()).toMatchObject({ code: 0, ok: true, stops: [] });
  expect((await simpul('stops')).stdout).toBe('nothing is stopped\n');
});

test('a deposit whose books do not hold takes no new payment; another deposit goes on', async () => {
  const offer = await victim.offer('pln-postpaid', customer('pln-postpaid'));
  const paid = await victim.pay(offer, 'BEFORE');
  expect(paid.body.status).toBe('PAID');
  const next = await victim.offer('pln-postpaid', customer('pln-postpaid'));
  await world.store.admin.run("UPDATE deposit SET posted = posted + 1 WHERE channel_id = 'ppob-nusantara'");

  const verified = await verify();
  expect(verified).toMatchObject({ code: 1, ok: false, stops: [{ scope: 'deposit:ppob-nusantara' }] });
  expect(verified.invariants.filter(({ ok }) => !ok).map(({ id }) => id)).toEqual(['I3']);

  // Switches look at the catalog every few seconds.
  await until(
    () => victim.ask({ product: 'pln-postpaid', customerNumber: '531100010000' }),
    ({ status }) => status === 503,
  );
  const refused = await victim.pay(next, 'AFTER');
  expectProblem(refused, 503, 'NOT_NOW');
  expect(refused.body).toMatchObject({ final: false, formed: false });
  expectProblem(await victim.get('/v1/payments?reference=AFTER'), 404, 'PAYMENT_UNKNOWN');

  const repeat = await victim.pay(offer, 'BEFORE');
  expect([repeat.status, repeat.body]).toEqual([200, paid.body]);
  const elsewhere = await other.offer('pln-postpaid', customer('pln-postpaid'));
  expect((await other.pay(elsewhere, 'ELSEWHERE')).body.status).toBe('PAID');
});

test('the stop is listed once, however often the books are checked', async () => {
  await verify();
  const { stdout } = await simpul('stops', '--json');
  const { stops } = JSON.parse(stdout) as { stops: object[] };
  expect(stops).toMatchObject([
    {
      scope: 'deposit:ppob-nusantara',
      stoppedBy: 'simpul verify',
      reason: expect.stringContaining('I3') as string,
    },
  ]);
});

test('once the books are right and people have released it, payments are taken again', async () => {
  await world.store.admin.run("UPDATE deposit SET posted = posted - 1 WHERE channel_id = 'ppob-nusantara'");
  // By the very commands that the operator's page shows.
  const [stop] = (JSON.parse((await simpul('stops', '--json')).stdout) as { stops: { stopId: string }[] })
    .stops;
  const [, release = ''] = /npx simpul (stop release .*)/.exec(readFileSync(PAGE, 'utf8')) ?? [];
  const asked = wordsOf(release.replace('<stop>', stop?.stopId ?? ''));
  const said = (await simpul(...asked)).stdout;
  const [, approve = ''] = /simpul (approval approve .*)/.exec(said) ?? [];
  const agreed = (as: string) => simpul(...wordsOf(approve.replace('<checker>', as)));
  expect(await agreed('ani@simpul.example')).toMatchObject({ code: 1 });
  expect(await agreed('budi@simpul.example')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('deposit:ppob-nusantara takes payments again') as string,
  });
  await expect(
    world.store.database.run("INSERT INTO payment_stop_release VALUES (99, 'x', 'x', UTC_TIMESTAMP(3))"),
  ).rejects.toThrow(/INSERT command denied/);
  expect(await verify()).toMatchObject({ code: 0, ok: true, stops: [] });
  const order = await until(
    () => victim.ask({ product: 'pln-postpaid', customerNumber: '531100010000' }),
    ({ status }) => status === 200,
  );
  expect(order.status).toBe(200);
});

test('a worker that starts on broken books stops them too, and a payment that is open is on the list', async () => {
  const offer = await victim.offer('pln-postpaid', customer('pln-postpaid', '1070'));
  const { body } = await victim.pay(offer, 'OPEN');
  await world.store.admin.run("UPDATE deposit SET held = held + 5 WHERE channel_id = 'ppob-nusantara'");
  const worker = await world.startWorker();
  await until(
    () => world.store.database.rows<{ scope: string }>('SELECT scope FROM payment_stop ORDER BY stop_id'),
    ({ length }) => length === 2,
  );
  await worker.end('SIGTERM');
  await world.store.admin.run("UPDATE deposit SET held = held - 5 WHERE channel_id = 'ppob-nusantara'");
  expect(await open()).toMatchObject({
    count: 1,
    payments: [{ paymentId: body.paymentId, owner: 'worker' }],
  });
});
