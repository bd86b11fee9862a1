import type { Statements } from '#lib/platform';
import { checkReconciliationInvariants, runReconciliation } from '../src';
import { dyingAfter, Killed } from './dying';
import { aWorld, goldenDay, type Golden, type World } from './world';

const DAY = '2026-07-14';
const TABLES = [
  'recon_job_event',
  'recon_batch_file',
  'recon_batch',
  'drop_sighting',
  'recon_alert',
  'recon_job',
  'settlement_file',
  'settlement_file_name',
  'recon_run',
  'recon_carry',
  'recon_break',
];

let world: World;
let golden: Golden;

beforeAll(async () => {
  world = await aWorld();
  golden = await goldenDay();
  await world.addLegs(golden.legs);
  await world.put(golden.name, golden.file);
});
afterAll(() => world.end());

async function forget(): Promise<void> {
  for (const table of TABLES) await world.db.admin.run(`DELETE FROM ${table}`);
}

/** What a killed process leaves: a lease that nobody renews any more. */
async function leaseRunsOut(): Promise<void> {
  await world.db.admin.run("UPDATE recon_job SET lease_until = '2000-01-01' WHERE lease_until IS NOT NULL");
}

test('a worker killed at any step is followed by one that closes the day with the same counts, once', async () => {
  let kills = 0;
  for (let steps = 1; ; steps += 1) {
    await forget();
    const { database, isDead } = dyingAfter(world.db.database, steps);
    await runReconciliation({
      ...world.tools,
      database,
      source: 'LPB01',
      businessDate: DAY,
    }).catch((error: unknown) => {
      if (!(error instanceof Killed)) throw error;
    });
    if (!isDead()) break;
    kills += 1;
    await leaseRunsOut();

    const outcome = await world.close('LPB01', DAY);

    expect([steps, outcome.counts, outcome.remainder, outcome.run]).toEqual([
      steps,
      golden.expected.counts,
      '0',
      1,
    ]);
    expect(outcome.breaks).toHaveLength(6);
    expect(outcome.reports).toEqual(['recap-1']);
    expect(await checkReconciliationInvariants(world.db.database)).toMatchObject([
      { ok: true, checked: 1 },
      { ok: true, checked: 1 },
      { ok: true, checked: 1 },
    ]);
    expect(await world.db.database.rows('SELECT 1 FROM settlement_file')).toHaveLength(1);
  }
  expect(kills).toBeGreaterThan(30);
}, 180_000);

test('a worker that overslept its lease closes nothing and leaves the other its work', async () => {
  await forget();
  const { database } = world.db;
  let sleeps = 0;
  const sleepy = (statements: Statements): Statements => ({
    rows: <T>(...query: Parameters<Statements['rows']>) => statements.rows<T>(...query),
    async run(sql, values) {
      if (sql.startsWith('INSERT INTO recon_run ')) {
        // Its lease runs out before it writes its first line, and another does the whole day.
        sleeps += 1;
        await leaseRunsOut();
        expect(await world.close('LPB01', DAY)).toMatchObject({ run: 1, counts: golden.expected.counts });
      }
      return statements.run(sql, values);
    },
  });
  const sleeper = new Proxy(database, {
    get(target, member) {
      if (member !== 'transaction') return Reflect.get(target, member).bind(target) as unknown;
      return <T>(work: (statements: Statements) => Promise<T>) =>
        target.transaction((statements) => work(sleepy(statements)));
    },
  });

  const outcome = await runReconciliation({
    ...world.tools,
    database: sleeper,
    source: 'LPB01',
    businessDate: DAY,
  });

  expect(sleeps).toBe(1);
  expect(outcome.state).toBe('busy');
  expect(await world.db.database.rows('SELECT 1 FROM recon_run')).toHaveLength(1);
  expect((await checkReconciliationInvariants(world.db.database)).map(({ ok }) => ok)).toEqual([
    true,
    true,
    true,
  ]);
});

test('reports that could not be written are written by the next run, and the day was closed all the same', async () => {
  await forget();
  const full = { ...world.tools, writeRecap: () => Promise.reject(new Error('no space left on device')) };

  await expect(runReconciliation({ ...full, source: 'LPB01', businessDate: DAY })).rejects.toThrow(
    'no space left',
  );

  expect(await world.close('LPB01', DAY)).toMatchObject({ run: 1, reports: ['recap-1'] });
});

test('a day that cannot be worked rests as failed after its retries, and a person may start it again', async () => {
  await forget();
  const broken = {
    ...world.tools,
    jobs: { ...world.tools.jobs, failuresMax: 2 },
    openDrop: () => Promise.reject(new Error('the drop is down')),
  };
  const states: unknown[] = [];
  for (let attempt = 0; attempt < 2; attempt += 1) {
    await expect(runReconciliation({ ...broken, source: 'LPB01', businessDate: DAY })).rejects.toThrow(
      'the drop is down',
    );
    states.push(...(await world.db.database.rows('SELECT state, failures FROM recon_job')));
  }

  expect(states).toEqual([
    { state: 'scheduled', failures: 1 },
    { state: 'failed', failures: 2 },
  ]);
  expect(await world.close('LPB01', DAY)).toMatchObject({ run: 1 });
});
