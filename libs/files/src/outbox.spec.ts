import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { anSftpServer, loginIn, type SftpServer } from '../../../test/support/sftp';
import { aTcpProxy } from '../../../test/support/tcp-proxy';
import { openSftpOutbox, outboxSettings } from './outbox';
import { HostKeyRefused } from './sftp-connection';

const NAME = 'SIMPUL_BANKNUSA_20260714_001.txt';

let server: SftpServer;
let ours: string;
let outbox: Awaited<ReturnType<typeof openSftpOutbox>>;

beforeAll(async () => {
  server = await anSftpServer();
  mkdirSync(join(server.folder, '..', 'ours'));
  ours = join(server.folder, '..', 'ours', 'made.txt');
});
afterAll(() => server.stop());
beforeEach(async () => {
  for (const name of readdirSync(server.folder)) rmSync(join(server.folder, name));
  outbox = await openSftpOutbox(server);
});
afterEach(() => outbox.close());

const there = (name = NAME) => readFileSync(join(server.folder, name), 'utf8');

test('a file is left whole under its name; sent again it stays the file that was taken', async () => {
  writeFileSync(ours, 'H|BANKNUSA\nT|0\n');

  await outbox.put(ours, NAME);
  await outbox.put(ours, NAME);

  expect([there(), readdirSync(server.folder)]).toEqual(['H|BANKNUSA\nT|0\n', [NAME]]);
});

test('another file of our name is never written over, whatever its size', async () => {
  writeFileSync(ours, 'D|1|100000');
  for (const [others, why] of [
    ['D|1|999999', 'is there with other content than ours'],
    ['D|1|9', 'is there with 5 bytes, ours has 10'],
  ] as const) {
    writeFileSync(join(server.folder, NAME), others);

    await expect(outbox.put(ours, NAME)).rejects.toThrow(why);

    expect(there()).toBe(others);
  }
});

test('a line that is cut in the middle leaves no file of the name, and the next sending has it whole', async () => {
  const content = 'D|1|2607140000001001|250000\n'.repeat(100_000);
  writeFileSync(ours, content);
  // Answers come so late that the sending lasts.
  const proxy = await aTcpProxy(`http://127.0.0.1:${server.port}`, 20);
  const away = await openSftpOutbox({ ...server, port: Number(new URL(proxy.url).port) });

  const cutOnceBegun = async () => {
    while (!existsSync(join(server.folder, `${NAME}.part`))) await new Promise((next) => setImmediate(next));
    await proxy.inject('cut');
  };

  await Promise.all([
    expect(away.put(ours, NAME)).rejects.toThrow(/ECONNRESET|No response|connection/),
    cutOnceBegun(),
  ]);
  await away.close();
  proxy.close();

  expect(existsSync(join(server.folder, NAME))).toBe(false);
  await outbox.put(ours, NAME);
  expect(there()).toBe(content);
});

test('an answer is read when it is there, and not when it is too large to be one', async () => {
  expect(await outbox.read(`${NAME}.ack`, 100)).toBeUndefined();
  writeFileSync(join(server.folder, `${NAME}.ack`), 'OK 42 rows');

  expect((await outbox.read(`${NAME}.ack`, 10))?.toString()).toBe('OK 42 rows');
  await expect(outbox.read(`${NAME}.ack`, 9)).rejects.toThrow('has 10 bytes; at most 9 are read');
});

test('nothing is sent to a server with another host key than the pinned one', async () => {
  const other = { ...server, hostKeySha256: `SHA256:${'A'.repeat(43)}` };

  await expect(openSftpOutbox(other)).rejects.toThrow(HostKeyRefused);
});

test('settings come from the environment by name, and a missing one is named', () => {
  const login = loginIn('OUTBOX_TEST');
  expect(() => outboxSettings('OUTBOX_TEST')).toThrow('OUTBOX_TEST_FOLDER is missing');
  process.env.OUTBOX_TEST_FOLDER = '/in';
  expect(outboxSettings('OUTBOX_TEST')).toEqual({ ...login, folder: '/in' });
});
