import { chmod, copyFile, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replayRun } from '../src';
import { eachTestHasAWorld, goldenDay, ROOT, type World } from './world';

const DAY = '2026-07-14';
let world: World;
let runId: number;
eachTestHasAWorld((fresh) => {
  world = fresh;
});
beforeEach(async () => {
  const golden = await goldenDay();
  await world.addLegs(golden.legs);
  await world.put(golden.name, golden.file);
  await world.close('LPB01', DAY);
  const [run] = await world.db.database.rows<{ run_id: number }>('SELECT run_id FROM recon_run');
  runId = run!.run_id;
});

const replay = () => {
  const { home, formats, database: statements } = world.tools;
  return replayRun({ statements, home, formats, runId });
};

test('a run is made again from its two archives alone, whatever has become of its payments', async () => {
  await world.db.admin.run('DELETE FROM payment_leg');

  expect(await replay()).toMatchObject({ source: 'LPB01', run: 1, same: true, breaks: 6, difference: null });
  expect(await readdir(join(world.home, 'work', 'replay'))).toEqual([]);
});

test('a break that was changed by hand is the first difference', async () => {
  await world.db.admin.run("UPDATE recon_break SET their_amount = 98000 WHERE kind = 'amount'");

  const outcome = await replay();

  expect(outcome).toMatchObject({ same: false, difference: { where: 'break 1' } });
  expect(outcome.difference?.stored).toContain('|98000|98000|');
  expect(outcome.difference?.replayed).toContain('|98000|98500|');
});

test('a total that was changed by hand is a difference', async () => {
  await world.db.admin.run("UPDATE recon_run SET totals = REPLACE(totals, '1093500', '1093501')");

  expect(await replay()).toMatchObject({ same: false, difference: { where: 'totals' } });
});

test('an archive that is missing or was cut is told, not compared', async () => {
  const folder = join(world.home, 'archive', 'LPB01', DAY);
  const [snapshot = ''] = (await readdir(folder)).filter((name) => name.startsWith('ours-'));
  await truncate(join(folder, snapshot), 100);
  await expect(replay()).rejects.toThrow('holds other bytes than its SHA-256 says');

  await rm(join(folder, snapshot));
  await expect(replay()).rejects.toThrow('is not in the archive');
});

test('their file with another line than it came with is told, although it passes its gates', async () => {
  const folder = join(world.home, 'archive', 'LPB01', DAY);
  const [theirs = ''] = (await readdir(folder)).filter((name) => !name.startsWith('ours-'));
  const path = join(folder, theirs);
  const text = await readFile(path, 'utf8');
  expect(text).toContain('EB0714000001');
  await chmod(path, 0o600);
  await writeFile(path, text.replace('EB0714000001', 'EB0714000009'));

  await expect(replay()).rejects.toThrow('holds other bytes than its SHA-256 says');
});

test.each([
  ['AGP01', 'AGP01_20260714_001.csv', '.ctl'],
  ['SMS01', 'SMS01_20260714_001.csv', '.sha256'],
])('a run of %s, whose file has a companion, is made again with it', async (source, name, ending) => {
  for (const file of [name, `${name}${ending}`])
    await copyFile(
      join(ROOT, 'fixtures', 'formats', source.toLowerCase(), file),
      join(world.dropFolder, file),
    );
  await world.close(source, DAY);
  const [run] = await world.db.database.rows<{ run_id: number; companion: string }>(
    `SELECT r.run_id, f.companion FROM recon_run r JOIN recon_batch_file f ON f.batch_id = r.batch_id
     WHERE r.source = ? AND r.run_no = 1`,
    [source],
  );
  runId = run!.run_id;

  expect(await replay()).toMatchObject({ source, same: true, difference: null });

  await writeFile(join(world.home, 'archive', source, DAY, `${run!.companion}.txt`), 'count=0;amount=0');
  await expect(replay()).rejects.toThrow('the archived control file of');
});
