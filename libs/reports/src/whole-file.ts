import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A name beside a file under which it is written until it is whole. */
export function partOf(path: string): string {
  return `${path}.${randomUUID()}.part`;
}

/** Gives a file that was written its name, and makes both durable. */
export async function makeWhole(part: string, path: string): Promise<void> {
  await sync(part);
  await rename(part, path);
  await sync(dirname(path));
}

/** Writes a file that appears whole under its name or not at all. */
export async function wholeFile(path: string, write: (part: string) => Promise<void>): Promise<string> {
  const part = partOf(path);
  try {
    await write(part);
    await makeWhole(part, path);
    return path;
  } finally {
    await rm(part, { force: true });
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** What a file holds, for whoever must know it again: its size in bytes and its SHA-256 in hex. */
export async function contentOf(path: string): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  return { size: (await stat(path)).size, sha256: hash.digest('hex') };
}
