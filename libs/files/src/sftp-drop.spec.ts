import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { anSftpServer, loginIn, type SftpServer } from '../../../test/support/sftp';
import { aTcpProxy } from '../../../test/support/tcp-proxy';
import { fetchFile } from './archive';
import { findFiles, type Drop, type RemoteFile } from './drop';
import { formatOn, readFormats } from './format';
import { HostKeyRefused } from './sftp-connection';
import { openSftpDrop, sftpSettings } from './sftp-drop';

const DAY = '2026-07-14';
const NAME = 'LPB01_20260714_001.txt';
const format = formatOn(readFormats(join(__dirname, '..', '..', '..', 'config', 'formats')), 'LPB01', DAY)!;

let server: SftpServer;
let drop: Drop;

beforeAll(async () => {
  server = await anSftpServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  for (const name of readdirSync(server.folder)) rmSync(join(server.folder, name), { recursive: true });
  drop = await openSftpDrop(server);
});
afterEach(() => drop.close());

const put = (name: string, content: string | Buffer) => writeFileSync(join(server.folder, name), content);
const archive = () => join(server.folder, '..', 'archive');
const find = () => findFiles(drop, format, DAY, 0);
async function ready(): Promise<RemoteFile> {
  const found = await find();
  if (found.kind !== 'ready') throw new Error(found.kind);
  return found.files[0]!.file;
}
const take = (file: Parameters<typeof fetchFile>[1]) => fetchFile(drop, file, archive(), 10_000_000);

test('a file is copied byte for byte under its SHA-256, and its own name is never a path of ours', async () => {
  const content = Buffer.alloc(3_000_000, 'settlement ');
  put(NAME, content);
  const file = await ready();

  const fetched = await take(file);

  const sha256 = createHash('sha256').update(content).digest('hex');
  expect(fetched).toEqual({ sha256, path: join(archive(), `${sha256}.txt`), size: content.length });
  expect(readFileSync(fetched?.path ?? '').equals(content)).toBe(true);
  expect(readdirSync(archive())).toEqual([`${sha256}.txt`]);
});

test('the highest sequence is the file of the day', async () => {
  for (const seq of ['9', '010', '002']) put(`LPB01_20260714_${seq}.txt`, seq);

  expect(await find()).toMatchObject({
    kind: 'ready',
    files: [{ seq: 10, file: { name: 'LPB01_20260714_010.txt' } }],
  });
});

test('links, folders, half-written and foreign names are not looked at', async () => {
  writeFileSync(join(server.folder, '..', 'outside'), 'secret');
  symlinkSync(join(server.folder, '..', 'outside'), join(server.folder, NAME));
  mkdirSync(join(server.folder, 'LPB01_20260714_002.txt'));
  for (const name of [
    `${NAME}.part`,
    `${NAME}.filepart`,
    `.${NAME}`,
    `${NAME}\n`,
    `LPB01_20260714_..001.txt`,
    'LPB01_20260714_0000000001.txt',
    'lpb01_20260714_003.txt',
    'LPB01_20260713_001.txt',
  ])
    put(name, 'content');

  expect(await find()).toEqual({
    kind: 'nothing',
    near: ['LPB01_20260714_0000000001.txt', `${NAME}\n`, 'lpb01_20260714_003.txt'],
  });
});

test('a file that still grows is not taken, neither at its two looks nor while it is copied', async () => {
  put(NAME, 'H|LPB01');
  const growing: Drop = {
    ...drop,
    async list() {
      const files = await drop.list();
      appendFileSync(join(server.folder, NAME), '|more');
      return files;
    },
  };
  expect(await findFiles(growing, format, DAY, 0)).toEqual({ kind: 'growing', name: NAME });

  const file = await ready();
  appendFileSync(join(server.folder, NAME), '|and more');

  expect(await take(file)).toBeUndefined();
  expect(readdirSync(archive()).filter((name) => name.endsWith('.part'))).toEqual([]);
});

test('a file larger than the limit is refused by name, and what a killed copy left is removed', async () => {
  put(NAME, 'content');
  const file = await ready();
  mkdirSync(archive(), { recursive: true });
  writeFileSync(join(archive(), 'left.part'), 'half');

  await expect(fetchFile(drop, file, archive(), 6)).rejects.toThrow(
    `${NAME} has 7 bytes; file_size_max_bytes allows 6`,
  );
  await take(file);

  expect(readdirSync(archive())).not.toContain('left.part');
});

test('a line that is cut in the middle of a file leaves nothing, and the next pull has it whole', async () => {
  const content = Buffer.alloc(8_000_000, 'settlement ');
  put(NAME, content);
  const file = await ready();
  const proxy = await aTcpProxy(`http://127.0.0.1:${server.port}`);
  const away = await openSftpDrop({ ...server, port: Number(new URL(proxy.url).port) });
  const cutting: Drop = {
    ...away,
    async *read(one) {
      let chunks = 0;
      for await (const chunk of away.read(one)) {
        if ((chunks += 1) === 10) await proxy.inject('cut');
        yield chunk;
      }
    },
  };

  await expect(fetchFile(cutting, file, archive(), 10_000_000)).rejects.toThrow(
    /the connection was cut|No response from server/,
  );
  expect(readdirSync(archive()).filter((name) => name.endsWith('.part'))).toEqual([]);
  proxy.close();
  expect((await take(file))?.size).toBe(content.length);
});

test('another host key than the pinned one is refused before we log in', async () => {
  const pinned = { ...server, hostKeySha256: `SHA256:${'A'.repeat(43)}` };

  const refused = openSftpDrop(pinned);

  await expect(refused).rejects.toThrow(HostKeyRefused);
  await expect(refused).rejects.toThrow(`shows host key ${server.hostKeySha256}, pinned is SHA256:AAAA`);
});

test('a key that the drop does not know, and a drop that is away, are told by address', async () => {
  const other = await anSftpServer();
  const asStranger = openSftpDrop({ ...server, privateKeyFile: other.privateKeyFile });
  await expect(asStranger).rejects.toThrow(`127.0.0.1:${server.port}: `);
  await expect(asStranger).rejects.toThrow('All configured authentication methods failed');
  const { privateKeyFile } = server;
  await other.stop();

  await expect(openSftpDrop({ ...other, privateKeyFile })).rejects.toThrow(`127.0.0.1:${other.port}: `);
});

test('settings come from the environment by name, and a missing one is named', () => {
  const login = loginIn('SFTP_TEST');
  expect(() => sftpSettings('SFTP_TEST')).toThrow('SFTP_TEST_FOLDER is missing');
  process.env.SFTP_TEST_FOLDER = '/out, /out/corrections';
  expect(sftpSettings('SFTP_TEST')).toEqual({ ...login, folders: ['/out', '/out/corrections'] });
  process.env.SFTP_TEST_FOLDER = '/out,';
  expect(() => sftpSettings('SFTP_TEST')).toThrow('names an empty folder');
});
