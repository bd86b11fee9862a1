import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { archivePath, compressArchived, fetchFile, plainCopy } from './archive';
import { findFiles, type Drop } from './drop';
import { openFolderDrop } from './folder-drop';
import { formatOn, readFormats } from './format';

const DAY = '2026-07-14';
const NAME = 'LPB01_20260714_001.txt';
const format = formatOn(readFormats(join(__dirname, '..', '..', '..', 'config', 'formats')), 'LPB01', DAY)!;

let home: string;
let inbox: string;
let drop: Drop;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'folder-drop-'));
  inbox = join(home, 'inbox');
  mkdirSync(inbox);
  drop = openFolderDrop([inbox]);
});
afterEach(() => rmSync(home, { recursive: true }));

const put = (name: string, content: string | Buffer, folder = inbox) =>
  writeFileSync(join(folder, name), content);
const find = (change = {}) => findFiles(drop, { ...format, ...change }, DAY, 0);
const namesOf = async (change = {}) => {
  const found = await find(change);
  return found.kind === 'ready' ? found.files.map(({ file }) => file.name) : found;
};

test('links and folders in an inbox are not there for us, nor is a link that takes a file’s place', async () => {
  put('secret', 'secret', home);
  symlinkSync(join(home, 'secret'), join(inbox, NAME));
  mkdirSync(join(inbox, 'LPB01_20260714_002.txt'));
  expect(await find()).toEqual({ kind: 'nothing', near: [] });

  rmSync(join(inbox, NAME));
  put(NAME, 'settle');
  const [file] = await drop.list().then((all) => all.filter(({ name }) => name === NAME));
  rmSync(join(inbox, NAME));
  symlinkSync(join(home, 'secret'), join(inbox, NAME));

  await expect(fetchFile(drop, file!, join(home, 'archive'), 1_000)).rejects.toThrow(/ELOOP/);
});

test('names that lead elsewhere, hold control characters or are far too long are never looked at', async () => {
  for (const name of [
    `${NAME}\u0007`,
    `${NAME} `,
    `LPB01_20260714_${'1'.repeat(200)}.txt`,
    '..LPB01_20260714_001.txt',
    '-rf',
    'CON',
  ])
    put(name, 'content');

  // A name that only nearly fits is told of, and no more.
  expect(await find()).toEqual({ kind: 'nothing', near: [`${NAME} `] });
});

test('of several folders the newest sequence counts, wherever it lies', async () => {
  const corrections = join(home, 'corrections');
  mkdirSync(corrections);
  put(NAME, 'first');
  put('LPB01_20260714_002.txt', 'second', corrections);
  drop = openFolderDrop([inbox, corrections]);

  expect(await namesOf()).toEqual(['LPB01_20260714_002.txt']);
});

test('parts of a day come in their order, each once', async () => {
  for (const seq of ['003', '1', '002']) put(`LPB01_20260714_${seq}.txt`, seq);
  put('LPB01_20260713_001.txt', 'another day');

  expect(await namesOf({ seq: 'part' })).toEqual([
    'LPB01_20260714_1.txt',
    'LPB01_20260714_002.txt',
    'LPB01_20260714_003.txt',
  ]);
});

test('a file that has a companion is whole once that is there, and not before', async () => {
  const companion = { companion: '.ctl' };
  put(NAME, 'content');
  expect(await find(companion)).toEqual({ kind: 'growing', name: NAME, lacks: `${NAME}.ctl` });

  put('LPB01_20260714_001.txt.ctl', 'count=1');
  expect(await find(companion)).toMatchObject({
    kind: 'ready',
    files: [{ file: { name: NAME }, companion: { name: 'LPB01_20260714_001.txt.ctl' } }],
  });
});

test('a compressed file gives back the same bytes, and a spoiled one none', async () => {
  const content = Buffer.from('D|1|2607140000001001|EB0714000001|250000\n'.repeat(50_000));
  const sha256 = createHash('sha256').update(content).digest('hex');
  put(NAME, content);
  const [file] = await drop.list();
  const path = archivePath(home, 'LPB01', DAY, sha256);
  await fetchFile(drop, file!, join(path, '..'), content.length);

  expect([await compressArchived(path, sha256), await compressArchived(path, sha256)]).toEqual([true, false]);
  expect(readdirSync(join(path, '..'))).toEqual([`${sha256}.txt.gz`]);
  expect(readFileSync(`${path}.gz`).length).toBeLessThan(content.length / 50);
  expect(readFileSync(await plainCopy(home, 'LPB01', DAY, sha256)).equals(content)).toBe(true);

  await compressArchived(path, sha256);
  const spoiled = readFileSync(`${path}.gz`);
  spoiled[Math.floor(spoiled.length / 2)]! ^= 1;
  writeFileSync(`${path}.gz`, spoiled);
  await expect(plainCopy(home, 'LPB01', DAY, sha256)).rejects.toThrow(
    /gz holds other bytes|incorrect|invalid|unexpected/,
  );
  expect(readdirSync(join(path, '..'))).toEqual([`${sha256}.txt.gz`]);
});

test('a full disk leaves nothing half-copied', async () => {
  put(NAME, 'content');
  const [file] = await drop.list();
  const full: Drop = {
    ...drop,
    async *read() {
      yield Buffer.from('con');
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    },
  };

  await expect(fetchFile(full, file!, join(home, 'archive'), 1_000)).rejects.toThrow('no space left');
  expect(readdirSync(join(home, 'archive'))).toEqual([]);
});
