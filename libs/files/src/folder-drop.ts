import { constants } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Drop, RemoteFile } from './drop';

/**
 * A drop that is folders of this machine: an inbox that a source pushes into, or a mounted share. Links and everything
 * else that is no regular file are not there for us.
 * @throws Error (when listing) where a folder cannot be read.
 */
export function openFolderDrop(folders: readonly string[]): Drop {
  return {
    async list() {
      const listings = await Promise.all(folders.map(listFolder));
      return listings.flat();
    },
    async *read({ folder, name }) {
      // Not through a link, also not through one that has come since the listing.
      const handle = await open(join(folder, name), constants.O_RDONLY | constants.O_NOFOLLOW);
      try {
        if (!(await handle.stat()).isFile()) throw new Error(`${name} is no regular file any more`);
        yield* handle.createReadStream({ autoClose: false }) as AsyncIterable<Buffer>;
      } finally {
        await handle.close();
      }
    },
    close: async () => undefined,
  };
}

async function listFolder(folder: string): Promise<RemoteFile[]> {
  const files: RemoteFile[] = [];
  for (const name of await readdir(folder)) {
    // What has been taken away since the folder was read is not there.
    const status = await lstat(join(folder, name)).catch(() => undefined);
    if (status?.isFile())
      files.push({ name, folder, size: status.size, modifiedAt: Math.floor(status.mtimeMs) });
  }
  return files;
}
