import { setTimeout as sleep } from 'node:timers/promises';
import { startReconciliationSchedule, tick } from '../src';
import { aSale, eachTestHasAWorld, type World } from './world';

let world: World;
eachTestHasAWorld((fresh) => {
  world = fresh;
});

const DAY_MS = 86_400_000;

const ticked = async () =>
  (await tick(world.tools)).map(({ source, businessDate, state }) => `${source} ${businessDate} ${state}`);

const jobs = () =>
  world.db.database.rows('SELECT source, business_date, state FROM recon_job ORDER BY business_date, source');

test('a day is owed from the hour its file is expected, and not before', async () => {
  await world.addLegs([aSale('2026-07-14', 'R1')]);
  await world.putSales('2026-07-14', ['R1']);
  world.clock.advance(-4 * 3_600_000); // 15 July, 05:00 in Jakarta

  expect(await ticked()).toEqual([]);
  world.clock.advance(3_600_000);

  expect(await ticked()).toEqual(['LPB01 2026-07-14 closed']);
  expect(await ticked()).toEqual([]);
});

test('days that were missed are caught up, the oldest first, also those without a sale', async () => {
  await world.addLegs([aSale('2026-07-14', 'R1'), aSale('2026-07-16', 'R3')]);
  world.clock.advance(2 * DAY_MS);
  await world.putSales('2026-07-14', ['R1']);
  await world.putSales('2026-07-15', []);
  await world.putSales('2026-07-16', ['R3']);

  expect(await ticked()).toEqual([
    'LPB01 2026-07-14 closed',
    'LPB01 2026-07-15 closed',
    'LPB01 2026-07-16 closed',
  ]);
});

test('a file that is not there yet is looked for again, not at every wake-up, and worked when it comes', async () => {
  await world.addLegs([aSale('2026-07-14', 'R1')]);
  expect(await ticked()).toEqual(['LPB01 2026-07-14 waiting']);
  await world.putSales('2026-07-14', ['R1']);

  expect(await ticked()).toEqual([]);
  world.clock.advance(3 * 60_000);

  expect(await ticked()).toEqual(['LPB01 2026-07-14 closed']);
});

test('a refused file rests until a person starts the day again', async () => {
  await world.addLegs([aSale('2026-07-14', 'R1')]);
  await world.put('LPB01_20260714_001.txt', 'H|LPB01|SETTLE|20260714|20260714235000|001|2\n');
  expect(await ticked()).toEqual(['LPB01 2026-07-14 quarantined']);
  await world.putSales('2026-07-14', ['R1'], '002');
  world.clock.advance(3_600_000);

  expect(await ticked()).toEqual([]);
  expect(await world.close('LPB01', '2026-07-14')).toMatchObject({ run: 1, counts: { matched: 1 } });
});

test('a day that waits lets the next one go, unless it could still hand a late sale on to it', async () => {
  await world.addLegs([aSale('2026-07-14', 'R1'), aSale('2026-07-15', 'R2')]);
  world.clock.advance(DAY_MS);
  await world.putSales('2026-07-15', ['R2']);
  expect(await ticked()).toEqual(['LPB01 2026-07-14 waiting', 'LPB01 2026-07-15 closed']);

  await world.addLegs([aSale('2026-07-16', 'R3', { at: '2026-07-16 23:20:00' }), aSale('2026-07-17', 'R4')]);
  world.clock.advance(2 * DAY_MS);
  await world.putSales('2026-07-17', ['R3', 'R4']);
  expect(await ticked()).toEqual(['LPB01 2026-07-14 waiting', 'LPB01 2026-07-16 waiting']);

  await world.putSales('2026-07-16', []);
  world.clock.advance(3_600_000);
  expect(await ticked()).toEqual([
    'LPB01 2026-07-14 waiting',
    'LPB01 2026-07-16 closed',
    'LPB01 2026-07-17 closed',
  ]);
  expect((await world.close('LPB01', '2026-07-17')).counts).toMatchObject({ matched: 2, only_theirs: 0 });
});

test('a day closed by hand before its end is not taken for whole: its later sales wait for a replacing file', async () => {
  world.clock.advance(-15 * 3_600_000); // 14 July, 18:00 in Jakarta
  await world.addLegs([aSale('2026-07-14', 'R1')]);
  await world.putSales('2026-07-14', ['R1']);
  await world.close('LPB01', '2026-07-14');
  await world.addLegs([aSale('2026-07-14', 'R2', { at: '2026-07-14 20:00:00' })]);
  world.clock.advance(15 * 3_600_000);

  expect(await ticked()).toEqual(['LPB01 2026-07-14 closed']);
  expect(await jobs()).toEqual([{ source: 'LPB01', business_date: '2026-07-14', state: 'waiting' }]);
  await world.putSales('2026-07-14', ['R1', 'R2'], '002');
  world.clock.advance(3_600_000);

  expect(await ticked()).toEqual(['LPB01 2026-07-14 closed']);
  expect(await world.close('LPB01', '2026-07-14')).toMatchObject({
    run: 2,
    repeated: true,
    counts: { matched: 2 },
  });
  expect(await jobs()).toEqual([{ source: 'LPB01', business_date: '2026-07-14', state: 'archived' }]);
});

test('two workers that wake up at once work each day once', async () => {
  await world.addLegs([aSale('2026-07-14', 'R1'), aSale('2026-07-15', 'R2')]);
  world.clock.advance(DAY_MS);
  await world.putSales('2026-07-14', ['R1']);
  await world.putSales('2026-07-15', ['R2']);

  await Promise.all([tick(world.tools), tick(world.tools)]);
  await tick(world.tools);

  expect(
    await world.db.database.rows('SELECT business_date, run_no FROM recon_run ORDER BY business_date'),
  ).toEqual([
    { business_date: '2026-07-14', run_no: 1 },
    { business_date: '2026-07-15', run_no: 1 },
  ]);
});

test('a source whose drop is down does not stop the others', async () => {
  await world.addLegs([aSale('2026-07-14', 'R1'), aSale('2026-07-14', 'R2', { source: 'TJ01' })]);
  await world.put(
    'TJ01_20260714_1.txt',
    'H;TJ01;20260714;1\nD;R2;B2;77;100000;00;20260714100001\nT;1;100000\n',
  );
  const { openDrop } = world.tools;
  world.tools.openDrop = async (schedule) => {
    if (schedule.settings === 'SFTP_LPB01') throw new Error('connection refused');
    return openDrop!(schedule);
  };

  expect(await ticked()).toEqual(['TJ01 2026-07-14 closed']);
  world.tools.openDrop = openDrop;
  await world.putSales('2026-07-14', ['R1']);
  expect(await ticked()).toEqual([]);
  world.clock.advance(60_000);
  expect(await ticked()).toEqual(['LPB01 2026-07-14 closed']);
});

test('a worker that is told to stop finishes the day in hand and begins no other', async () => {
  await world.addLegs([aSale('2026-07-14', 'R1'), aSale('2026-07-15', 'R2')]);
  world.clock.advance(DAY_MS);
  await world.putSales('2026-07-14', ['R1']);
  await world.putSales('2026-07-15', ['R2']);
  const stop = new AbortController();
  const { writeRecap } = world.tools;
  world.tools.writeRecap = (recap) => {
    stop.abort();
    return writeRecap(recap);
  };

  await tick(world.tools, stop.signal);

  expect(await jobs()).toEqual([
    { source: 'LPB01', business_date: '2026-07-14', state: 'archived' },
    { source: 'LPB01', business_date: '2026-07-15', state: 'scheduled' },
  ]);
});

test('the schedule wakes up by itself, and stops', async () => {
  await world.addLegs([aSale('2026-07-14', 'R1')]);
  await world.putSales('2026-07-14', ['R1']);

  const stop = startReconciliationSchedule({
    ...world.tools,
    jobs: { ...world.tools.jobs, wakeUp: '* * * * * *' },
  });
  while (world.recaps.length === 0) await sleep(50);
  await stop();

  expect(await jobs()).toEqual([{ source: 'LPB01', business_date: '2026-07-14', state: 'archived' }]);
});
