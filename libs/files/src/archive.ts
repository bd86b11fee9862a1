import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
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
  const hash = createHash('sha256');
  let size = 0;
  try {
    const handle = await open(part, 'wx', 0o600);
    try {
      for await (const chunk of drop.read(file.name) as AsyncIterable<Buffer>) {
        size += chunk.length;
        // It grows under our hands; the rest is of no use.
        if (size > file.size) return undefined;
        hash.update(chunk);
        await handle.appendFile(chunk);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    const now = (await drop.list()).find(({ name }) => name === file.name);
    if (size !== file.size || !isSame(file, now)) return undefined;
    const sha256 = hash.digest('hex');
    const path = join(folder, `${sha256}.txt`);
    await rename(part, path);
    await syncFolder(folder);
    return { sha256, path, size };
  } finally {
    await rm(part, { force: true });
  }
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
