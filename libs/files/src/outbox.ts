import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { failPoint, setting } from '#lib/platform';
import { connectSftp, loginSettings, type SftpLogin } from './sftp-connection';

/** Where files for somebody are left, and how we log in. */
export interface OutboxSettings extends SftpLogin {
  folder: string;
}

/**
 * Reads the settings of an outbox from the environment: how we log in, and `<prefix>_FOLDER`.
 * @throws SettingError naming the one that is missing or wrong.
 */
export function outboxSettings(prefix: string): OutboxSettings {
  return {
    ...loginSettings(prefix, 'the SFTP folder that takes our files'),
    folder: setting(`${prefix}_FOLDER`, 'folder that takes our files'),
  };
}

/**
 * Opens the folder in which somebody takes our files, over one SFTP connection.
 * @throws HostKeyRefused when the host key is another one; Error when it cannot be reached or refuses us.
 */
export async function openSftpOutbox(settings: OutboxSettings) {
  const { client, close } = await connectSftp(settings);
  const at = (name: string) => `${settings.folder}/${name}`;
  const sizeOf = async (name: string) =>
    (await client.exists(at(name))) === '-' ? (await client.stat(at(name))).size : undefined;

  const digestThere = async (remote: string): Promise<string> => {
    const bytes = new PassThrough();
    const [digest] = await Promise.all([digestOf(bytes), client.get(remote, bytes)]);
    return digest;
  };

  return {
    /**
     * Leaves a file under a name: as `<name>.part` first, its size compared, then renamed, so that nobody ever sees half of
     * it. One of that name and content that is there already stays.
     * @throws Error when another file has the name, or the other side kept fewer bytes.
     */
    async put(path: string, name: string): Promise<void> {
      const { size } = await stat(path);
      const there = await sizeOf(name);
      if (there !== undefined && there !== size)
        throw new Error(
          `${name} is there with ${there} bytes, ours has ${size}; somebody must look before we send`,
        );
      if (there !== undefined) {
        if ((await digestThere(at(name))) === (await digestOf(createReadStream(path)))) return;
        throw new Error(`${name} is there with other content than ours; somebody must look before we send`);
      }
      const part = `${name}.part`;
      await client.put(path, at(part));
      const kept = await sizeOf(part);
      if (kept !== size) throw new Error(`${part} was sent with ${size} bytes, and ${kept ?? 0} are there`);
      failPoint('K11 part sent', name);
      // Where the server cannot, the plain rename does: nothing of that name is there.
      await client.posixRename(at(part), at(name)).catch(() => client.rename(at(part), at(name)));
      failPoint('K11 file renamed', name);
    },
    /** The content of a small regular file; undefined when there is none. @throws Error when it is larger. */
    async read(name: string, sizeMaxBytes: number): Promise<Buffer | undefined> {
      const size = await sizeOf(name);
      if (size === undefined) return undefined;
      if (size > sizeMaxBytes) throw new Error(`${name} has ${size} bytes; at most ${sizeMaxBytes} are read`);
      return (await client.get(at(name))) as Buffer;
    },
    close,
  };
}

async function digestOf(bytes: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of bytes) hash.update(chunk);
  return hash.digest('hex');
}
