import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { openFolderDrop, readFormat, type SettlementFormat } from '#lib/files';
import {
  approveCalendar,
  approveReopening,
  BadCalendar,
  calendarOf,
  checkReconciliationInvariants,
  jobHistory,
  listJobs,
  openAlerts,
  proposeCalendar,
  proposeReopening,
  readCalendarFile,
  releaseDay,
  rerunDay,
  sourcesWithoutJob,
  tick,
  watchDeadlines,
} from '../src';
import { join } from 'node:path';
import { compressOldFiles } from '../src/compress-archive';
import { aSale, eachTestHasAWorld, lpb01, ROOT, type World } from './world';

const DAY = '2026-07-14';
const HOUR_MS = 3_600_000;
const MAKER = 'ani@simpul.example';
const CHECKER = 'budi@simpul.example';

let world: World;
eachTestHasAWorld((fresh) => {
  world = fresh;
});

const put = (refs: string[], seq?: string, businessDate = DAY) => world.putSales(businessDate, refs, seq);

const ticked = async () =>
  (await tick(world.tools)).map(({ source, businessDate, state }) => `${source} ${businessDate} ${state}`);
const alerts = async () =>
  (await openAlerts(world.db.database))
    .map(({ source, kind }) => `${source} ${kind}`)
    .filter((one) => !one.startsWith('BANK'));
const history = async () =>
  (await jobHistory(world.db.database, 'LPB01', DAY)).map(({ event, by }) => ({ event, by }));

/** Another way to read the files of LPB01. */
function withFormat(change: Partial<SettlementFormat>): void {
  const format = { ...readFormat(join(ROOT, 'config', 'formats', 'lpb01.yaml')), ...change };
  world.tools.formats = new Map([...world.tools.formats, ['LPB01', [format]]]);
}

test('a missing file is told when it is expected, when it is missed and when it is long missed, once each', async () => {
  world.clock.advance(-4 * HOUR_MS); // 05:00 in Jakarta
  await world.addLegs([aSale(DAY, 'R1')]);
  const told: string[][] = [];
  for (const hours of [0, 1, 1.5, 1.5, 5]) {
    world.clock.advance(hours * HOUR_MS);
    await ticked();
    await watchDeadlines(world.tools);
    await watchDeadlines(world.tools);
    told.push(await alerts());
  }
  // One missing file is one matter, which grows graver.
  const [expected, warned, escalated] = ['LPB01 expected', 'LPB01 warn', 'LPB01 escalate'];
  expect(told).toEqual([[], [expected], [warned], [escalated], [escalated]]);
  const [first] = (await openAlerts(world.db.database)).filter(({ source }) => source === 'LPB01');
  expect(first).toMatchObject({ businessDate: DAY, owner: 'whoever answers for the source' });
  expect(first?.reason).toContain('1 payments of ours wait for it');

  await put(['R1']);
  world.clock.advance(HOUR_MS);
  expect(await ticked()).toEqual([`LPB01 ${DAY} closed`]);
  expect(await alerts()).toEqual([]);
});

test('the sources that nothing was sold over have no job, and are named', async () => {
  await world.addLegs([aSale(DAY, 'R1')]);
  await ticked();

  expect(await sourcesWithoutJob(world.db.database, ['TJ01', 'LPB01', 'BKS01'])).toEqual(['BKS01', 'TJ01']);
});

test('the sources that nothing was sold over have no job, and are named', async () => {
  await world.addLegs([aSale(DAY, 'R1')]);
  await ticked();

  expect(await sourcesWithoutJob(world.db.database, ['TJ01', 'LPB01', 'BKS01'])).toEqual(['BKS01', 'TJ01']);
});

test('a correction of a closed day is found and worked by itself, once; the same bytes again are not', async () => {
  await world.addLegs([aSale(DAY, 'R1'), aSale(DAY, 'R2')]);
  await put(['R1']);
  expect(await ticked()).toEqual([`LPB01 ${DAY} closed`]);
  expect(await ticked()).toEqual([]);

  await put(['R1', 'R2'], '002');
  const again = await tick(world.tools);
  await world.put(
    'LPB01_20260714_003.txt',
    lpb01(DAY, '002', [
      { ref: 'R1', amount: 100_000 },
      { ref: 'R2', amount: 100_000 },
    ]),
  );
  const renamed = await tick(world.tools);

  expect(again).toMatchObject([
    { state: 'closed', run: 2, supersedes: 1, counts: { matched: 2, only_ours: 0 } },
  ]);
  expect(renamed).toMatchObject([{ state: 'closed', run: 2, repeated: true }]);
  expect(await ticked()).toEqual([]);
  const names = await world.db.database.rows('SELECT file_id, name FROM settlement_file_name ORDER BY name');
  expect(names).toHaveLength(3);
});

test('a settled day is worked again only after two people have agreed, and then at once', async () => {
  await world.addLegs([aSale(DAY, 'R1'), aSale(DAY, 'R2')]);
  await put(['R1']);
  await ticked();
  world.tools.isDaySettled = async () => true;
  await put(['R1', 'R2'], '002');

  // No pause between two looks for corrections keeps back what people agreed to.
  const looks = new Map<string, number>();
  expect(await tick(world.tools, undefined, looks)).toMatchObject([
    { run: 1, repeated: true, undecided: expect.stringContaining('_002.txt') },
  ]);
  expect(await tick(world.tools, undefined, looks)).toEqual([]);
  expect(await ticked()).toEqual([]);
  expect(await alerts()).toEqual(['LPB01 reopen']);

  const now = world.clock.now();
  const order = { source: 'LPB01', businessDate: DAY, by: MAKER, reason: 'the source forgot a line' };
  const proposed = await proposeReopening(world.db.database, order, now);
  if (!proposed.ok) throw new Error(proposed.error.kind);
  const decision = { ...proposed.value, at: now };
  expect(await approveReopening(world.db.database, { ...decision, by: MAKER })).toMatchObject({
    ok: false,
    error: { kind: 'maker is checker' },
  });
  expect(await ticked()).toEqual([]);
  expect(await approveReopening(world.db.database, { ...decision, by: CHECKER })).toMatchObject({ ok: true });

  expect(await tick(world.tools, undefined, looks)).toMatchObject([
    { run: 2, supersedes: 1, counts: { matched: 2 } },
  ]);
  expect(await ticked()).toEqual([]);
  expect(await alerts()).toEqual([]);

  // They agreed to that file; another one needs them again.
  await put(['R2'], '003');
  expect(await tick(world.tools)).toMatchObject([
    { run: 2, repeated: true, undecided: expect.stringContaining('_003.txt') },
  ]);
});

test('of a settled day one file waits for people at a time, told with its name and content, also when it comes back', async () => {
  await world.addLegs([aSale(DAY, 'R1'), aSale(DAY, 'R2')]);
  await put(['R1']);
  await ticked();
  world.tools.isDaySettled = async () => true;
  const told = async () => (await openAlerts(world.db.database)).filter(({ kind }) => kind === 'reopen');

  await put(['R1', 'R2'], '002');
  await ticked();
  const [first] = await told();
  expect(first?.reason).toMatch(
    /^LPB01_20260714_002\.txt \(SHA-256 [0-9a-f]{16}…\) came after the day was settled/,
  );
  await put(['R2'], '003');
  await ticked();
  expect(await told()).toMatchObject([{ reason: expect.stringMatching(/_003\.txt/) }]);

  await reopened();
  expect(await ticked()).toEqual([`LPB01 ${DAY} closed`]);
  expect(await told()).toEqual([]);
});

test('a file that was put back in the place of another one is told anew', async () => {
  await world.addLegs([aSale(DAY, 'R1'), aSale(DAY, 'R2')]);
  await put(['R1']);
  await ticked();
  world.tools.isDaySettled = async () => true;
  const subjects = async () =>
    (await openAlerts(world.db.database))
      .filter(({ kind }) => kind === 'reopen')
      .map(({ subject }) => subject);

  await put(['R1', 'R2'], '002');
  await ticked();
  const [first] = await subjects();
  await put(['R2'], '003');
  await ticked();
  await rm(join(world.dropFolder, 'LPB01_20260714_003.txt'));
  await world.close('LPB01', DAY);
  expect(await subjects()).toEqual([first]);
});

test('a name on the drop that nearly fits is told of', async () => {
  await world.addLegs([aSale(DAY, 'R1')]);
  await world.put('lpb01_20260714_001.txt ', 'H');
  expect(await world.run('LPB01', DAY)).toMatchObject({
    state: 'waiting',
    reason: expect.stringContaining('; nearly fits: "lpb01_20260714_001.txt "; 1 payments of ours'),
  });
});

test('a day that two people re-opened is worked also where nobody looks for corrections', async () => {
  await world.addLegs([aSale(DAY, 'R1')]);
  await put(['R1']);
  await ticked();
  world.tools.isDaySettled = async () => true;
  await rerunDay(world.tools, { source: 'LPB01', businessDate: DAY, by: MAKER, reason: 'a late booking' });
  await reopened();
  world.tools.jobs = { ...world.tools.jobs, correctionDays: 0 };
  expect(await tick(world.tools)).toMatchObject([{ run: 2, supersedes: 1 }]);
});

test('a settled day is run again by hand only after two people have agreed, and once', async () => {
  await world.addLegs([aSale(DAY, 'R1')]);
  await put(['R1']);
  await ticked();
  world.tools.isDaySettled = async () => true;
  const order = { source: 'LPB01', businessDate: DAY, by: MAKER, reason: 'a late booking' };

  expect(await rerunDay(world.tools, order)).toMatchObject({
    ok: false,
    error: { kind: 'settled', reason: expect.stringContaining('once two people agree') },
  });
  expect(await alerts()).toEqual(['LPB01 reopen']);
  expect(await ticked()).toEqual([]);
  expect(await listJobs(world.db.database, { businessDate: DAY })).toMatchObject([{ run: 1 }]);

  await reopened();
  expect(await tick(world.tools)).toMatchObject([{ run: 2, supersedes: 1 }]);
  expect(await ticked()).toEqual([]);
  expect(await rerunDay(world.tools, order)).toMatchObject({ ok: false, error: { kind: 'settled' } });
});

test.each([
  [
    'run again by hand',
    () => rerunDay(world.tools, { source: 'LPB01', businessDate: DAY, by: MAKER, reason: 'a late booking' }),
  ],
  [
    'closed by another file',
    async () => {
      await put(['R1', 'R2'], '002');
      return world.close('LPB01', DAY);
    },
  ],
])('a day that is settled while it is about to be %s stays as it is settled', async (_, begin) => {
  await world.addLegs([aSale(DAY, 'R1'), aSale(DAY, 'R2')]);
  await put(['R1']);
  await ticked();
  let looks = 0;
  world.tools.isDaySettled = async () => (looks += 1) > 1;

  await begin();

  expect(await listJobs(world.db.database, { businessDate: DAY })).toMatchObject([
    { run: 1, state: 'archived' },
  ]);
  expect(await ticked()).toEqual([]);
  expect(await alerts()).toEqual(['LPB01 reopen']);
});

test('a settled day is not run again because an earlier day was closed after it, before two people have agreed', async () => {
  await world.addLegs([aSale(DAY, 'R1', { at: `${DAY} 23:45:00` })]);
  await put(['R1'], '001', '2026-07-15');
  world.clock.advance(24 * HOUR_MS);
  await world.close('LPB01', '2026-07-15');
  await put([]);
  await world.close('LPB01', DAY);
  world.tools.isDaySettled = async () => true;

  expect(await world.close('LPB01', '2026-07-15')).toMatchObject({
    run: 1,
    repeated: true,
    undecided: expect.stringContaining('once two people agree'),
  });
  await reopened('2026-07-15');
  expect(await world.close('LPB01', '2026-07-15')).toMatchObject({ run: 2, counts: { matched: 1 } });
});

/** Two people agree to re-open a day for what waits. */
async function reopened(businessDate = DAY): Promise<void> {
  const now = world.clock.now();
  const order = { source: 'LPB01', businessDate, by: MAKER, reason: 'agreed in the morning round' };
  const proposed = await proposeReopening(world.db.database, order, now);
  if (!proposed.ok) throw new Error(proposed.error.kind);
  const approved = await approveReopening(world.db.database, { ...proposed.value, by: CHECKER, at: now });
  if (!approved.ok) throw new Error(approved.error.kind);
}

test('a refused day rests until somebody releases it by name, and its history says who and why', async () => {
  await world.addLegs([aSale(DAY, 'R1')]);
  await world.put('LPB01_20260714_001.txt', 'H|LPB01|SETTLE|20260714|20260714235000|001|2\n');
  await ticked();
  expect(await alerts()).toEqual(['LPB01 quarantined']);
  await put(['R1'], '002');
  world.clock.advance(HOUR_MS);
  expect(await ticked()).toEqual([]);

  const order = { source: 'LPB01', businessDate: DAY, by: MAKER, reason: 'the source sent a whole file' };
  expect(await releaseDay(world.tools, order)).toEqual({ ok: true, value: 'waiting' });
  expect(await alerts()).toEqual([]);
  expect(await ticked()).toEqual([`LPB01 ${DAY} closed`]);
  expect(await releaseDay(world.tools, order)).toMatchObject({
    ok: false,
    error: { kind: 'not in this state', state: 'archived' },
  });
  expect((await history()).filter(({ event }) => event === 'released')).toEqual([
    { event: 'released', by: MAKER },
  ]);
});

test('a closed day that is run again by hand is a new run of the same files', async () => {
  await world.addLegs([aSale(DAY, 'R1')]);
  await put(['R1']);
  await ticked();
  await world.addLegs([aSale(DAY, 'R9')]);

  const rerun = await rerunDay(world.tools, {
    source: 'LPB01',
    businessDate: DAY,
    by: MAKER,
    reason: 'a late booking',
  });

  expect(rerun).toMatchObject({
    ok: true,
    value: { run: 2, supersedes: 1, counts: { matched: 1, only_ours: 1 } },
  });
  expect(await listJobs(world.db.database, { businessDate: DAY })).toMatchObject([
    { state: 'archived', run: 2 },
  ]);
  expect(await listJobs(world.db.database, {})).toEqual([]);
});

test('the parts of a day are one batch, a part that comes later makes a new run, and one that is gone is still part', async () => {
  withFormat({ seq: 'part' });
  await world.addLegs([aSale(DAY, 'R1'), aSale(DAY, 'R2')]);
  await put(['R1'], '001');
  expect(await tick(world.tools)).toMatchObject([{ run: 1, counts: { matched: 1, only_ours: 1 } }]);

  await put(['R2'], '002');
  expect(await tick(world.tools)).toMatchObject([
    { run: 2, supersedes: 1, counts: { matched: 2, only_ours: 0 } },
  ]);
  world.tools.openDrop = async () => {
    const drop = openFolderDrop([world.dropFolder]);
    return { ...drop, list: async () => (await drop.list()).filter(({ name }) => name.includes('_002')) };
  };
  expect(await world.close('LPB01', DAY)).toMatchObject({ run: 2, repeated: true });
  const files = await world.db.database.rows(
    'SELECT file_no, file_name FROM recon_batch_file ORDER BY batch_id, file_no',
  );
  expect(files).toHaveLength(3);
});

test('a day that hangs is given up in its time, told, and what it still does is fenced out', async () => {
  await world.addLegs([aSale(DAY, 'R1')]);
  await put(['R1']);
  const { writeRecap, jobs } = world.tools;
  let goOn = (): void => undefined;
  const stuck = new Promise<void>((resolve) => (goOn = resolve));
  const hanging = {
    ...world.tools,
    jobs: { ...jobs, timeLimitMs: 1_500 },
    writeRecap: async (recap: Parameters<typeof writeRecap>[0]) => {
      await stuck;
      return writeRecap(recap);
    },
  };

  expect(await tick(hanging)).toEqual([]);
  expect(await alerts()).toEqual(['LPB01 hanging']);
  goOn();
  await sleep(200);
  world.clock.advance(HOUR_MS);
  expect(await ticked()).toEqual([`LPB01 ${DAY} closed`]);

  expect(
    (await history()).map(({ event }) => event).filter((event) => event === 'reports written'),
  ).toHaveLength(1);
  expect(await alerts()).toEqual([]);
});

test('a day without a sale of a source that writes no file then is over without one', async () => {
  withFormat({ emptyDay: 'no_file' });
  await world.addLegs([aSale(DAY, 'R1'), aSale('2026-07-16', 'R3')]);
  world.clock.advance(48 * HOUR_MS);
  await put(['R1']);
  await put(['R3'], '001', '2026-07-16');

  expect(await ticked()).toEqual([
    `LPB01 ${DAY} closed`,
    'LPB01 2026-07-15 empty',
    'LPB01 2026-07-16 closed',
  ]);
  await watchDeadlines(world.tools);
  expect(await alerts()).toEqual([]);
  expect((await checkReconciliationInvariants(world.db.database)).map(({ ok }) => ok)).toEqual([
    true,
    true,
    true,
  ]);
});

test('a holiday that two people have entered moves the hour a file is expected; a year nobody entered is told', async () => {
  const schedule = world.tools.jobs.sources.get('LPB01')!;
  world.tools.jobs = {
    ...world.tools.jobs,
    sources: new Map([['LPB01', { ...schedule, week: 'weekdays' }]]),
  };
  await watchDeadlines(world.tools);
  expect(await alerts()).toEqual(['LPB01 calendar']);
  const text =
    'source,date,is_business_day,note\n*,2026-07-15,no,Cuti bersama, SKB 3 menteri\n*,2026-07-18,yes,Sabtu kerja\n';
  const rows = readCalendarFile(text, new Set());
  const at = world.clock.now();
  const proposed = await proposeCalendar(world.db.database, { rows, by: MAKER, reason: 'decree', at });
  if (!proposed.ok) throw new Error(proposed.error.kind);
  const { approvalId, version } = proposed.value;
  const next = async () => (await calendarOf(world.tools)).nextBusinessDay('LPB01', DAY);
  expect(await next()).toBe('2026-07-15');
  expect(await approveCalendar(world.db.database, { approvalId, version, by: MAKER, at })).toMatchObject({
    ok: false,
  });
  expect(await approveCalendar(world.db.database, { approvalId, version, by: CHECKER, at })).toEqual({
    ok: true,
    value: 2,
  });

  expect(await next()).toBe('2026-07-16');
  await watchDeadlines(world.tools);
  expect(await alerts()).toEqual([]);
  const calendar = await calendarOf(world.tools);
  expect(calendar.nextBusinessDay('LPB01', '2026-07-17')).toBe('2026-07-18');
  await world.addLegs([aSale(DAY, 'R1')]);
  expect(await ticked()).toEqual([]);
  world.clock.advance(24 * HOUR_MS);
  // The holiday's own sales are due with it.
  expect(await ticked()).toEqual([`LPB01 ${DAY} waiting`, 'LPB01 2026-07-15 waiting']);
});

test('a calendar with a line that cannot be read is refused whole, every line named', () => {
  const text =
    'source,date,is_business_day,note\nXX01,2026-02-30,maybe,\nBANK,2026-12-25,no,Natal\nBANK,2026-12-25,no,Natal\n';
  expect(() => readCalendarFile(text, new Set(['LPB01']))).toThrow(BadCalendar);
  expect(() => readCalendarFile(text, new Set(['LPB01']))).toThrow(
    /line 2: source "XX01" is not known[^]*line 4: the same day as line 3/,
  );
});

test('files of days long closed are compressed, and a day that is run again reads the same bytes', async () => {
  await world.addLegs([aSale(DAY, 'R1')]);
  await put(['R1']);
  await ticked();
  expect(await compressOldFiles(world.tools)).toBe(0);
  world.clock.advance(5 * 24 * HOUR_MS);
  expect(await compressOldFiles(world.tools)).toBe(1);
  expect(await compressOldFiles(world.tools)).toBe(0);

  const rerun = await rerunDay(world.tools, {
    source: 'LPB01',
    businessDate: DAY,
    by: MAKER,
    reason: 'proof',
  });
  expect(rerun).toMatchObject({ ok: true, value: { run: 2, counts: { matched: 1 } } });
});
