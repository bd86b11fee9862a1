import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addDays } from '#lib/kernel';
import { checkReconciliationInvariants } from '#lib/reconciliation';
import { lpb01 } from '../../../libs/reconciliation/test/world';
import {
  aDayInstallation,
  layOrder,
  struckAt,
  type DayInstallation,
} from '../../../test/support/day-installation';
import { anInstallation, until, type Installation } from '../../../test/support/processes';

const SALES = 40;
/** What the source forgot, and what it alone knows. */
const PLANTED = { only_ours: 2, only_theirs: 1 };

let world: Installation;
let day: DayInstallation;
let today: string;
beforeAll(async () => {
  world = await anInstallation();
  day = aDayInstallation(world, ['LPB01']);
  // In Jakarta, where a day begins for the files at six in the morning: until then yesterday's are not due.
  today = new Date(Date.now() + (7 - 6) * 3_600_000).toISOString().slice(0, 10);
});
afterAll(() => world.close());

/** Sells a day, and lays its file on the drop. */
async function sell(businessDate: string): Promise<void> {
  const compact = businessDate.replaceAll('-', '');
  const refs = Array.from({ length: SALES }, (_, n) => `${compact}${String(n).padStart(8, '0')}`);
  await world.store.admin.run(
    `INSERT INTO payment_leg (payment_id, leg_no, biller_id, leg_reference, product_id, customer_number, amount, state,
       source, source_business_date, sent_at) VALUES ?`,
    [
      refs.map((ref, n) => [
        `${compact.slice(2)}${String(n).padStart(6, '0')}`,
        1,
        'pln',
        ref,
        'pln-postpaid',
        '5311',
        100_000 + n,
        'PAID',
        'LPB01',
        businessDate,
        new Date(`${businessDate}T03:00:00Z`),
      ]),
    ],
  );
  const lines = refs.map((ref, n) => ({ ref, amount: 100_000 + n })).slice(PLANTED.only_ours);
  const file = lpb01(businessDate, '001', [...lines, { ref: '9999999999999999', amount: 5_000 }]);
  writeFileSync(join(day.folderOf('LPB01'), `LPB01_${compact}_001.txt`), file);
}

/** What a killed process leaves: a lease that nobody renews any more. */
const leaseRunsOut = () =>
  world.store.admin.run("UPDATE recon_job SET lease_until = '2000-01-01' WHERE lease_until IS NOT NULL");

async function closedOnce(businessDate: string): Promise<void> {
  const runs = await world.store.database.rows<{ run_no: number }>(
    'SELECT run_no FROM recon_run WHERE business_date = ? AND run_no IS NOT NULL',
    [businessDate],
  );
  expect(runs).toEqual([{ run_no: 1 }]);
  const kinds = await world.store.database.rows(
    `SELECT kind, COUNT(*) AS n FROM recon_break b JOIN recon_run r ON r.run_id = b.run_id AND r.effective_date = ?
     WHERE kind IN ('only_ours', 'only_theirs') GROUP BY kind ORDER BY kind`,
    [businessDate],
  );
  expect(kinds).toEqual(Object.entries(PLANTED).map(([kind, n]) => ({ kind, n: String(n) })));
  expect((await checkReconciliationInvariants(world.store.database)).filter(({ ok }) => !ok)).toEqual([]);
}

test('a process killed before and after every move of a day is followed by one that goes on: once, with the same counts', async () => {
  const date = addDays(today, -2);
  await sell(date);
  const points = ['K11 before step', 'K11 after step'];
  for (let killed = 0; (await stateOf(date)) !== 'archived'; killed += 1) {
    layOrder(day.failPoints, points[killed % 2] ?? '');
    expect(await day.command('recon', 'run', 'LPB01', date, '--json')).toMatchObject({ signal: 'SIGKILL' });
    await leaseRunsOut();
  }
  expect((await day.command('recon', 'run', 'LPB01', date, '--json')).output).toContain('"state":"closed"');

  const struck = struckAt(day.failPoints).map(({ subject }) => subject.replace(`LPB01 ${date} `, ''));
  const moves = [
    'file archived',
    'gates passed',
    'lines staged',
    'bridge proven',
    'reports written',
    'day sealed',
  ];
  expect(struck).toEqual(moves.flatMap((move) => [move, move]));
  await closedOnce(date);
}, 240_000);

test('a process that stands still past its lease finds the day taken over, and changes nothing', async () => {
  const date = addDays(today, -3);
  await sell(date);
  layOrder(day.failPoints, 'K11 before step', { signal: 'SIGSTOP' });
  const sleeper = day.command('recon', 'run', 'LPB01', date, '--json');
  const stopped = await until(
    async () => pidOfSleeper(date),
    (pid) => pid !== undefined,
  );
  await leaseRunsOut();

  expect((await day.command('recon', 'run', 'LPB01', date, '--json')).output).toContain('"state":"closed"');
  process.kill(stopped ?? 0, 'SIGCONT');

  expect(await sleeper).toMatchObject({
    code: 2,
    output: expect.stringContaining('"state":"busy"') as string,
  });
  await closedOnce(date);
}, 120_000);

test('two workers that wake up every second work each day once', async () => {
  const dates = [addDays(today, -5), addDays(today, -4), addDays(today, -1)];
  for (const date of dates) await sell(date);
  const workers = await Promise.all([
    world.startWorker('', day.settings),
    world.startWorker('', day.settings),
  ]);
  await until(
    () => world.store.database.rows("SELECT 1 FROM recon_job WHERE state = 'archived'"),
    (rows) => rows.length === 5,
  );
  for (const worker of workers) expect(await worker.end('SIGTERM')).toEqual({ code: 0, signal: null });

  for (const date of dates) await closedOnce(date);
}, 120_000);

async function stateOf(date: string): Promise<string | undefined> {
  const [job] = await world.store.database.rows<{ state: string }>(
    "SELECT state FROM recon_job WHERE source = 'LPB01' AND business_date = ?",
    [date],
  );
  return job?.state;
}

function pidOfSleeper(date: string): number | undefined {
  const struck = struckAt(day.failPoints);
  return struck.find(({ subject, signal }) => signal === 'SIGSTOP' && subject.includes(date))?.pid;
}
