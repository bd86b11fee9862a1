import { copyFile, readdir, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { eachTestHasAWorld, goldenDay, lpb01, type Golden, type World } from './world';
import {
  approveReopening,
  checkReconciliationInvariants,
  proposeReopening,
  reconExitCode,
  runReconciliation,
} from '../src';
import { reopenedDays } from '../src/reopened-days';

const DAY = '2026-07-14';
let world: World;
let golden: Golden;
eachTestHasAWorld((fresh) => {
  world = fresh;
});
beforeEach(async () => {
  golden = await goldenDay();
  await world.addLegs(golden.legs);
});

/** A file that agrees with our golden day in everything. */
const corrected = (seq: string) =>
  lpb01(
    DAY,
    seq,
    golden.legs
      .filter(({ state, ref }) => state !== 'F' && ref !== '2607140000001007')
      .map(({ ref, amount }) => ({ ref, amount })),
  );

async function stagedRuns(): Promise<number> {
  const rows = await world.db.database.rows('SELECT run_id FROM recon_run');
  return rows.length;
}

test('a day without a file waits, however many payments we have', async () => {
  const outcome = await world.run('LPB01', DAY);

  expect(outcome).toMatchObject({ state: 'waiting', source: 'LPB01', businessDate: DAY });
  expect(reconExitCode(outcome)).toBe(0);
  expect(await stagedRuns()).toBe(0);
});

test('half-written names and files of other days are not looked at', async () => {
  await world.put(`${golden.name}.part`, golden.file);
  await world.put(`${golden.name}.tmp`, golden.file);
  await world.put(`${golden.name}.filepart`, golden.file);
  await world.put('LPB01_20260715_001.txt', golden.file);

  expect(await world.run('LPB01', DAY)).toMatchObject({ state: 'waiting' });
});

test('a closed day that is run again without a new file is the same run, printed again', async () => {
  await world.put(golden.name, golden.file);
  const first = await world.close('LPB01', DAY);

  const second = await world.close('LPB01', DAY);

  expect(second).toEqual({ ...first, repeated: true });
  expect(await stagedRuns()).toBe(1);
  expect(world.recaps).toHaveLength(1);
});

test('a closed day stays closed when its drop has been emptied', async () => {
  await world.put(golden.name, golden.file);
  const first = await world.close('LPB01', DAY);
  await rm(join(world.dropFolder, golden.name));

  expect(await world.close('LPB01', DAY)).toEqual({ ...first, repeated: true });
});

test('the same content under a new name is listed and not worked again', async () => {
  await world.put(golden.name, golden.file);
  await world.close('LPB01', DAY);
  await copyFile(join(world.dropFolder, golden.name), join(world.dropFolder, 'LPB01_20260714_002.txt'));

  const outcome = await world.close('LPB01', DAY);

  expect(outcome).toMatchObject({ run: 1, repeated: true, file: golden.name });
  const names = await world.db.database.rows<{ file_id: number; name: string }>(
    'SELECT file_id, name FROM settlement_file_name ORDER BY name',
  );
  expect(names.map(({ name }) => name)).toEqual([golden.name, 'LPB01_20260714_002.txt']);
  expect(new Set(names.map(({ file_id }) => file_id)).size).toBe(1);
  expect(await stagedRuns()).toBe(1);
});

test.each([
  ['the next sequence', 'LPB01_20260714_002.txt'],
  ['other bytes under its own name', 'LPB01_20260714_001.txt'],
])('%s replaces the file: a new run names the one it supersedes', async (_, name) => {
  await world.put(golden.name, golden.file);
  await world.close('LPB01', DAY);
  await world.put(name, corrected('002'));

  const second = await world.close('LPB01', DAY);
  const third = await world.close('LPB01', DAY);

  expect(second).toMatchObject({
    run: 2,
    supersedes: 1,
    file: name,
    counts: { matched: 4, status: 1, late: 1 },
  });
  expect(second.repeated).toBeUndefined();
  expect(third).toEqual({ ...second, repeated: true });
  const runs = await world.db.database.rows(
    'SELECT run_no, state, effective_date FROM recon_run ORDER BY run_no',
  );
  expect(runs).toEqual([
    { run_no: 1, state: 'superseded', effective_date: null },
    { run_no: 2, state: 'closed', effective_date: DAY },
  ]);
});

test.each([
  ['under a higher sequence', 'LPB01_20260714_002.txt', 'LPB01_20260714_003.txt'],
  ['under the name of what replaced it', 'LPB01_20260714_002.txt', 'LPB01_20260714_002.txt'],
  ['under its own name all along', 'LPB01_20260714_001.txt', 'LPB01_20260714_001.txt'],
])('a replaced file that is sent again %s counts again, once', async (_, second, third) => {
  await world.put(golden.name, golden.file);
  const first = await world.close('LPB01', DAY);
  world.clock.advance(60_000);
  await world.put(second, corrected('002'));
  await world.close('LPB01', DAY);
  world.clock.advance(60_000);
  await world.put(third, golden.file);
  await utimes(join(world.dropFolder, third), 1_890_000_000, 1_890_000_000);

  const back = await world.close('LPB01', DAY);
  expect(back).toMatchObject({ run: 3, supersedes: 2, sha256: first.sha256, counts: first.counts });
  expect(back.file).toBe(third);
  expect(await world.close('LPB01', DAY)).toEqual({ ...back, repeated: true });
  const files = await world.db.database.rows('SELECT 1 FROM settlement_file');
  expect(files).toHaveLength(2);
  const checks = await checkReconciliationInvariants(world.db.database);
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
});

test('a drop that shows an older file once more, because the newer one was taken away, changes nothing', async () => {
  await world.put(golden.name, golden.file);
  await world.close('LPB01', DAY);
  await world.put('LPB01_20260714_002.txt', corrected('002'));
  const second = await world.close('LPB01', DAY);
  await rm(join(world.dropFolder, 'LPB01_20260714_002.txt'));

  expect(await world.close('LPB01', DAY)).toEqual({ ...second, repeated: true });
});

test('of a settled day each way back to earlier content needs two people of its own', async () => {
  await world.put(golden.name, golden.file);
  await world.close('LPB01', DAY);
  world.tools.isDaySettled = async () => true;
  const sent = [
    ['LPB01_20260714_002.txt', corrected('002')],
    ['LPB01_20260714_003.txt', golden.file],
    ['LPB01_20260714_004.txt', corrected('002')],
    ['LPB01_20260714_005.txt', golden.file],
  ] as const;
  for (const [at, [name, content]] of sent.entries()) {
    world.clock.advance(60_000);
    await world.put(name, content);
    expect(await world.close('LPB01', DAY)).toMatchObject({
      run: at + 1,
      undecided: expect.stringContaining(name),
    });
    await reopen();
    expect(await world.close('LPB01', DAY)).toMatchObject({ run: at + 2, file: name });
  }
  expect(await reopenedDays(world.tools.database, 'LPB01')).toEqual([]);
});

test('a way back that two people agreed to is worked by itself, also from an empty drop', async () => {
  await world.put(golden.name, golden.file);
  const first = await world.close('LPB01', DAY);
  await world.put('LPB01_20260714_002.txt', corrected('002'));
  await world.close('LPB01', DAY);
  world.tools.isDaySettled = async () => true;
  await world.put('LPB01_20260714_003.txt', golden.file);
  await world.close('LPB01', DAY);
  await reopen();
  for (const name of await readdir(world.dropFolder)) await rm(join(world.dropFolder, name));

  expect(await reopenedDays(world.tools.database, 'LPB01')).toEqual([DAY]);
  expect(await world.close('LPB01', DAY)).toMatchObject({ run: 3, sha256: first.sha256 });
  expect(await reopenedDays(world.tools.database, 'LPB01')).toEqual([]);
});

/** Two people agree to what waits. */
async function reopen(): Promise<void> {
  const { database } = world.tools;
  const order = { source: 'LPB01', businessDate: DAY, reason: 'they corrected it' };
  const now = world.clock.now();
  const proposed = await proposeReopening(database, { ...order, by: 'ani@simpul.example' }, now);
  if (!proposed.ok) throw new Error(proposed.error.kind);
  const decision = { ...proposed.value, by: 'budi@simpul.example', at: now };
  expect(await approveReopening(database, decision)).toMatchObject({ ok: true });
}

test('a bad replacing file is refused and the closed run goes on counting', async () => {
  await world.put(golden.name, golden.file);
  const first = await world.close('LPB01', DAY);
  await world.put('LPB01_20260714_002.txt', corrected('002').replace(/^T\|.*\n/m, ''));

  const refused = await world.run('LPB01', DAY);

  expect(refused).toMatchObject({ state: 'quarantined', gate: 'trailer_missing' });
  expect(reconExitCode(refused)).toBe(1);
  const runs = await world.db.database.rows('SELECT run_no FROM recon_run WHERE effective_date = ?', [DAY]);
  expect(runs).toEqual([{ run_no: first.run }]);

  await world.put('LPB01_20260714_003.txt', corrected('003'));
  expect(await world.close('LPB01', DAY)).toMatchObject({ run: 2, supersedes: 1 });
});

test('a refused file is refused again until another comes, and closes the day when it is mended', async () => {
  await world.put(golden.name, golden.file.subarray(0, 300));
  const refused = await world.run('LPB01', DAY);

  expect(await world.run('LPB01', DAY)).toEqual(refused);
  await world.put(golden.name, golden.file);

  expect(await world.close('LPB01', DAY)).toMatchObject({ run: 1, counts: golden.expected.counts });
});

test("another day's content under this day's name is refused by its date and stays worked for its own day", async () => {
  await world.put(golden.name, golden.file);
  await world.close('LPB01', DAY);
  await world.put('LPB01_20260715_001.txt', golden.file);

  expect(await world.run('LPB01', '2026-07-15')).toMatchObject({
    state: 'quarantined',
    gate: 'date_wrong',
    file: 'LPB01_20260715_001.txt',
    stated: '2026-07-14',
    computed: '2026-07-15',
  });
  expect((await checkReconciliationInvariants(world.db.database)).map(({ ok }) => ok)).toEqual([
    true,
    true,
    true,
  ]);
});

test('of two at once one works and the other is told that it is busy', async () => {
  await world.put(golden.name, golden.file);

  const outcomes = await Promise.all([
    world.run('LPB01', DAY),
    world.run('LPB01', DAY),
    world.run('LPB01', DAY),
  ]);

  expect(outcomes.map(({ state }) => state).toSorted()).toEqual(['busy', 'busy', 'closed']);
  expect(outcomes.map(reconExitCode).toSorted((a, b) => a - b)).toEqual([0, 2, 2]);
  expect(await stagedRuns()).toBe(1);
});

test.each([
  ['between two looks', 2],
  ['while it is read', 3],
])('a file that changes %s is waited for and leaves nothing behind', async (_, changesAtLook) => {
  const { openDrop } = world.tools;
  await world.put(golden.name, golden.file);
  let looks = 0;
  world.tools.openDrop = async (schedule) => {
    const drop = await openDrop!(schedule);
    return {
      ...drop,
      async list() {
        looks += 1;
        const grown = looks >= changesAtLook ? 1 : 0;
        return (await drop.list()).map((file) => ({ ...file, size: file.size + grown }));
      },
    };
  };

  const outcome = await world.run('LPB01', DAY);

  expect(outcome).toMatchObject({ state: 'waiting', reason: `${golden.name} is still being written` });
  expect(await world.db.database.rows('SELECT 1 FROM settlement_file')).toEqual([]);
  const archived = await readdir(join(world.home, 'archive'), { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  expect(archived.filter((entry) => entry.isFile())).toEqual([]);
});

test('a date or a source that does not exist is refused with what to write instead', async () => {
  const request = { ...world.tools, source: 'LPB01', businessDate: '2026-02-30' };

  await expect(runReconciliation(request)).rejects.toThrow('"2026-02-30" is not a business date');
  await expect(runReconciliation({ ...request, source: 'PDM07', businessDate: DAY })).rejects.toThrow(
    'source "PDM07" is not in config/jobs.yaml; known: LPB01, TJ01, STORY01,',
  );
});

test('the checks find a total, a line and a day that was tampered with', async () => {
  await world.put(golden.name, golden.file);
  await world.close('LPB01', DAY);
  const failing = async () =>
    (await checkReconciliationInvariants(world.db.database)).filter(({ ok }) => !ok).map(({ id }) => id);
  expect(await failing()).toEqual([]);

  await world.db.admin.run("UPDATE recon_break SET their_amount = their_amount + 1 WHERE kind = 'amount'");
  expect(await failing()).toEqual(['I10']);
  await world.db.admin.run("UPDATE recon_break SET their_amount = their_amount - 1 WHERE kind = 'amount'");

  await world.db.admin.run("UPDATE recon_break SET line_no = 2 WHERE kind = 'only_theirs'");
  await world.db.admin.run("UPDATE recon_break SET line_no = 2 WHERE kind = 'amount'");
  expect(await failing()).toEqual(['I11']);

  await world.db.admin.run('UPDATE recon_run SET effective_date = NULL');
  expect(await failing()).toEqual(['I12']);
});
