import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { numberSetting, setting } from '#lib/platform';
import { HostKeyRefused } from './sftp-drop';

/** Where files for somebody are left, and how we log in. */
export interface OutboxSettings {
  host: string;
  port: number;
  user: string;
  privateKeyFile: string;
  /** `SHA256:…`, as `ssh-keygen -lf` prints it. */
  hostKeySha256: string;
  folder: string;
}

const CONNECT_MAX_MS = 10_000;
const KEEPALIVE_MS = 10_000;

/**
 * Reads the settings of an outbox from the environment: `<prefix>_HOST`, `_PORT`, `_USER`, `_PRIVATE_KEY_FILE`,
 * `_HOST_KEY_SHA256` and `_FOLDER`.
 * @throws SettingError naming the one that is missing or wrong.
 */
export function outboxSettings(prefix: string): OutboxSettings {
  return {
    host: setting(`${prefix}_HOST`, 'host of the SFTP folder that takes our files'),
    port: numberSetting(`${prefix}_PORT`, 'port of the SFTP folder that takes our files'),
    user: setting(`${prefix}_USER`, 'our account there'),
    privateKeyFile: setting(`${prefix}_PRIVATE_KEY_FILE`, 'file with our private key for it'),
    hostKeySha256: setting(`${prefix}_HOST_KEY_SHA256`, 'its host key, as ssh-keygen -lf prints it'),
    folder: setting(`${prefix}_FOLDER`, 'folder that takes our files'),
  };
}

/**
 * Opens the folder in which somebody takes our files, over SFTP: only to the pinned host key, by key.
 * @throws HostKeyRefused when the host key is another one; Error when it cannot be reached or refuses us.
 */
export async function openSftpOutbox(settings: OutboxSettings) {
  const client = await connected(settings);
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
      // Where the server cannot, the plain rename does: nothing of that name is there.
      await client.posixRename(at(part), at(name)).catch(() => client.rename(at(part), at(name)));
    },
    /** The content of a small regular file; undefined when there is none. @throws Error when it is larger. */
    async read(name: string, sizeMaxBytes: number): Promise<Buffer | undefined> {
      const size = await sizeOf(name);
      if (size === undefined) return undefined;
      if (size > sizeMaxBytes) throw new Error(`${name} has ${size} bytes; at most ${sizeMaxBytes} are read`);
      return (await client.get(at(name))) as Buffer;
    },
    async close(): Promise<void> {
      await client.end();
    },
  };
}

async function digestOf(bytes: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of bytes) hash.update(chunk);
  return hash.digest('hex');
}

async function connected({ host, port, user, privateKeyFile, hostKeySha256 }: OutboxSettings) {
  const silent = { error: () => undefined, end: () => undefined, close: () => undefined };
  const { default: Client } = await import('ssh2-sftp-client');
  const client = new Client('files-for-others', silent);
  const privateKey = await readFile(privateKeyFile);
  let shownKey = '';
  try {
    await client.connect({
      sock: connect({ host, port, noDelay: true }),
      username: user,
      privateKey,
      readyTimeout: CONNECT_MAX_MS,
      keepaliveInterval: KEEPALIVE_MS,
      hostVerifier: (key: Buffer) => {
        shownKey = `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
        return shownKey === hostKeySha256;
      },
    });
    return client;
  } catch (error) {
    if (shownKey !== '' && shownKey !== hostKeySha256)
      throw new HostKeyRefused(
        `${host}:${port} shows host key ${shownKey}, pinned is ${hostKeySha256}; ask its owner before you change the pin`,
        { cause: error },
      );
    throw new Error(`SFTP ${user}@${host}:${port}: ${(error as Error).message}`, { cause: error });
  }
}
