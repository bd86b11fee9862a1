import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import type { BusinessDate } from '#lib/kernel';
import { isSame, type Drop, type RemoteFile } from './drop';

/** Where the files of a source's day are kept, below the installation's home. */
export function archiveFolder(home: string, source: string, businessDate: BusinessDate): string {
  return join(home, 'archive', source, businessDate);
}

/** Where one content is kept. The name it came under is never a path of ours. */
export function archivePath(
  home: string,
  source: string,
  businessDate: BusinessDate,
  sha256: string,
): string {
  return join(archiveFolder(home, source, businessDate), `${sha256}.txt`);
}

/** A private copy of a remote file. */
export interface Fetched {
  sha256: string;
  path: string;
  /** Bytes. */
  size: number;
}

/**
 * Copies a remote file into the archive, named by its SHA-256. The copy appears whole and durable, or not at all.
 * Call it under the lease of the day's job: what a killed copy left behind is removed first.
 * @returns undefined when the file changed while it was read; look again later.
 * @throws Error when the file is larger than `sizeMaxBytes`, or when the drop or the disk fails.
 */
export async function fetchFile(
  drop: Drop,
  file: RemoteFile,
  folder: string,
  sizeMaxBytes: number,
): Promise<Fetched | undefined> {
  if (file.size > sizeMaxBytes)
    throw new Error(`${file.name} has ${file.size} bytes; file_size_max_bytes allows ${sizeMaxBytes}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const name of await readdir(folder)) if (name.endsWith('.part')) await rm(join(folder, name));

  const part = join(folder, `${randomUUID()}.part`);
  try {
    const copied = await copyTo(part, drop.read(file), file.size);
    const now = (await drop.list()).find(({ name, folder: at }) => name === file.name && at === file.folder);
    if (copied?.size !== file.size || !isSame(file, now)) return undefined;
    const path = join(folder, `${copied.sha256}.txt`);
    await rename(part, path);
    await syncFolder(folder);
    return { ...copied, path };
  } finally {
    await rm(part, { force: true });
  }
}

/**
 * Makes sure that the plain bytes of an archived content lie at its path, unpacking them where it was compressed.
 * @returns the path.
 * @throws Error when the content is not there, or is not what its name says.
 */
export async function plainCopy(
  home: string,
  source: string,
  businessDate: BusinessDate,
  sha256: string,
): Promise<string> {
  const path = archivePath(home, source, businessDate, sha256);
  if (await isThere(path)) return path;
  const packed = createReadStream(`${path}.gz`);
  await putInPlace(path, sha256, through(packed, createGunzip()));
  return path;
}

/**
 * Compresses an archived content, and removes its plain bytes once the compressed ones have been read back and are the
 * same. Safe to repeat, and to be killed at any point: one of both always holds the whole content.
 * @returns whether there was something to do.
 */
export async function compressArchived(path: string, sha256: string): Promise<boolean> {
  if (!(await isThere(path))) return false;
  const packed = `${path}.gz`;
  if (!(await isThere(packed))) {
    const part = join(dirname(path), `${randomUUID()}.gz.part`);
    try {
      await copyTo(part, through(createReadStream(path), createGzip()), Infinity);
      await requireContent(part, sha256);
      await rename(part, packed);
      await syncFolder(dirname(path));
    } finally {
      await rm(part, { force: true });
    }
  }
  await rm(path, { force: true });
  return true;
}

/** Writes a content beside its place and moves it there once it proves to be what its name says. */
async function putInPlace(path: string, sha256: string, bytes: AsyncIterable<Buffer>): Promise<void> {
  const part = join(dirname(path), `${randomUUID()}.part`);
  try {
    const copied = await copyTo(part, bytes, Infinity);
    if (copied?.sha256 !== sha256) throw new Error(`${path}.gz holds other bytes than its name says`);
    await rename(part, path);
  } finally {
    await rm(part, { force: true });
  }
}

async function requireContent(packed: string, sha256: string): Promise<void> {
  const hash = createHash('sha256');
  for await (const chunk of through(createReadStream(packed), createGunzip())) hash.update(chunk);
  if (hash.digest('hex') !== sha256) throw new Error(`${packed} does not unpack to what was packed`);
}

/** A failing source fails its reader too, and not only itself. */
function through(source: Readable, transform: Readable & Writable): AsyncIterable<Buffer> {
  source.once('error', (error) => transform.destroy(error));
  return source.pipe(transform) as AsyncIterable<Buffer>;
}

/**
 * Writes bytes to a new file and makes them durable.
 * @returns undefined when there are more of them than `sizeMax`: what was read is of no use then.
 */
async function copyTo(
  path: string,
  bytes: AsyncIterable<Buffer>,
  sizeMax: number,
): Promise<{ sha256: string; size: number } | undefined> {
  const hash = createHash('sha256');
  let size = 0;
  const handle = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of bytes) {
      size += chunk.length;
      if (size > sizeMax) return undefined;
      hash.update(chunk);
      await handle.appendFile(chunk);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { sha256: hash.digest('hex'), size };
}

async function isThere(path: string): Promise<boolean> {
  const status = await stat(path).catch(() => undefined);
  return status?.isFile() ?? false;
}

/** A new name is durable only once its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
