import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { numberSetting, setting } from '#lib/platform';
import type { Drop } from './drop';

/** Where a source's SFTP drop is and how we log in. */
export interface SftpSettings {
  host: string;
  port: number;
  user: string;
  /** A file, so that the key itself is in no environment. */
  privateKeyFile: string;
  /** `SHA256:…`, as `ssh-keygen -lf` prints it. */
  hostKeySha256: string;
  folder: string;
}

const CONNECT_MAX_MS = 10_000;
/** A drop that has gone silent is given up after three of these. */
const KEEPALIVE_MS = 10_000;

/**
 * Reads the settings of a source from the environment: `<prefix>_HOST`, `_PORT`, `_USER`, `_PRIVATE_KEY_FILE`,
 * `_HOST_KEY_SHA256` and `_FOLDER`.
 * @throws SettingError naming the one that is missing or wrong.
 */
export function sftpSettings(prefix: string): SftpSettings {
  return {
    host: setting(`${prefix}_HOST`, 'host of the SFTP drop'),
    port: numberSetting(`${prefix}_PORT`, 'port of the SFTP drop'),
    user: setting(`${prefix}_USER`, 'our account on the SFTP drop'),
    privateKeyFile: setting(`${prefix}_PRIVATE_KEY_FILE`, 'file with our private key for the SFTP drop'),
    hostKeySha256: setting(`${prefix}_HOST_KEY_SHA256`, "the drop's host key, as ssh-keygen -lf prints it"),
    folder: setting(`${prefix}_FOLDER`, 'folder of the SFTP drop that holds the settlement files'),
  };
}

/** The other side showed another host key than the pinned one: we say nothing more to it. */
export class HostKeyRefused extends Error {}

/**
 * Opens the drop of a source. One connection; the login is by key only, and only to the pinned host key.
 * @throws HostKeyRefused when the host key is another one; Error when the drop cannot be reached or refuses us.
 */
export async function openSftpDrop(settings: SftpSettings): Promise<Drop> {
  const { host, port, user, hostKeySha256, folder } = settings;
  const silent = { error: () => undefined, end: () => undefined, close: () => undefined };
  // Read only by who opens a drop: the online path uses the formats of this library, and memory better.
  const { default: Client } = await import('ssh2-sftp-client');
  const client = new Client('settlement-files', silent);
  const privateKey = await readFile(settings.privateKeyFile);
  let shownKey = '';
  try {
    await client.connect({
      // Without this, each read waits for the other side's delayed acknowledgement of a small packet: 45 ms for every
      // 64 KB, which made 20 MB take 14 s instead of 0.3 s.
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
  } catch (error) {
    if (shownKey !== '' && shownKey !== hostKeySha256)
      throw new HostKeyRefused(
        `${host}:${port} shows host key ${shownKey}, pinned is ${hostKeySha256}; ask its owner before you change the pin`,
        { cause: error },
      );
    throw new Error(`SFTP ${user}@${host}:${port}: ${(error as Error).message}`, { cause: error });
  }

  return {
    async list() {
      const entries = await client.list(folder);
      return entries
        .filter(({ type }) => type === '-')
        .map(({ name, size, modifyTime }) => ({ name, size, modifiedAt: modifyTime }));
    },
    read(name) {
      return client.createReadStream(`${folder}/${name}`);
    },
    async close() {
      await client.end();
    },
  };
}
