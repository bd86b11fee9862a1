import { appendFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { anSftpServer, type SftpServer } from '../../../test/support/sftp';
import { aWorld, goldenDay, type Golden, type World } from './world';

const DAY = '2026-07-14';
let server: SftpServer;
let world: World;
let golden: Golden;

beforeAll(async () => {
  server = await anSftpServer();
  world = await aWorld();
  golden = await goldenDay();
  await world.addLegs(golden.legs);
  delete world.tools.openDrop;
  process.env.SFTP_LPB01_HOST = server.host;
  process.env.SFTP_LPB01_PORT = String(server.port);
  process.env.SFTP_LPB01_USER = server.user;
  process.env.SFTP_LPB01_PRIVATE_KEY_FILE = server.privateKeyFile;
  process.env.SFTP_LPB01_FOLDER = server.folder;
});
afterAll(async () => {
  await world.end();
  await server.stop();
});

test('a drop with another host key is not asked for anything, and the job remembers why', async () => {
  process.env.SFTP_LPB01_HOST_KEY_SHA256 = `SHA256:${'A'.repeat(43)}`;
  writeFileSync(join(server.folder, golden.name), golden.file);

  await expect(world.run('LPB01', DAY)).rejects.toThrow('shows host key');

  const [job] = await world.db.database.rows<{ state: string; failures: number; evidence: string }>(
    'SELECT state, failures, evidence FROM recon_job',
  );
  expect(job).toMatchObject({ state: 'scheduled', failures: 1 });
  expect(JSON.stringify(job)).toContain('pinned is SHA256:AAAA');
});

test('a file that is still being written is waited for, and worked when it is whole', async () => {
  process.env.SFTP_LPB01_HOST_KEY_SHA256 = server.hostKeySha256;
  const path = join(server.folder, golden.name);
  writeFileSync(path, golden.file.subarray(0, 100));
  // The sender goes on writing as long as anybody looks.
  const sender = setInterval(() => appendFileSync(path, 'D|'), 5);
  world.tools.jobs = { ...world.tools.jobs, stableMs: 300 };

  const waiting = await world.run('LPB01', DAY);
  clearInterval(sender);
  writeFileSync(path, golden.file);
  const closed = await world.close('LPB01', DAY);

  expect(waiting).toMatchObject({ state: 'waiting', reason: `${golden.name} is still being written` });
  expect(closed.counts).toEqual(golden.expected.counts);
  const archived = join(world.home, 'archive', 'LPB01', DAY, `${closed.sha256}.txt`);
  expect((await readFile(archived)).equals(golden.file)).toBe(true);
});
