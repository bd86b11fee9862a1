import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import type { SFTPWrapper } from 'ssh2';
import { numberSetting, setting, SettingError } from '#lib/platform';
import type { Drop } from './drop';
import { readAhead } from './read-ahead';

/** Where a source's SFTP drop is and how we log in. */
export interface SftpSettings {
  host: string;
  port: number;
  user: string;
  /** One of both. A file, so that neither key nor password is in any environment. */
  privateKeyFile?: string;
  passwordFile?: string;
  /** `SHA256:…`, as `ssh-keygen -lf` prints it. */
  hostKeySha256: string;
  folders: readonly string[];
}

const CONNECT_MAX_MS = 10_000;
/** A drop that has gone silent is given up after three of these. */
const KEEPALIVE_MS = 10_000;

/**
 * Reads the settings of a source from the environment: `<prefix>_HOST`, `_PORT`, `_USER`, `_PRIVATE_KEY_FILE` or
 * `_PASSWORD_FILE`, `_HOST_KEY_SHA256` and `_FOLDER`, which may name several, parted by commas.
 * @throws SettingError naming the one that is missing or wrong.
 */
export function sftpSettings(prefix: string): SftpSettings {
  const passwordFile = process.env[`${prefix}_PASSWORD_FILE`] ?? '';
  return {
    host: setting(`${prefix}_HOST`, 'host of the SFTP drop'),
    port: numberSetting(`${prefix}_PORT`, 'port of the SFTP drop'),
    user: setting(`${prefix}_USER`, 'our account on the SFTP drop'),
    ...(passwordFile === ''
      ? {
          privateKeyFile: setting(
            `${prefix}_PRIVATE_KEY_FILE`,
            `file with our private key for the SFTP drop; or ${prefix}_PASSWORD_FILE, where its owner gives passwords only`,
          ),
        }
      : { passwordFile }),
    hostKeySha256: setting(`${prefix}_HOST_KEY_SHA256`, "the drop's host key, as ssh-keygen -lf prints it"),
    folders: folderSettings(prefix),
  };
}

/**
 * Reads `<prefix>_FOLDER`: the folders of a drop, parted by commas.
 * @throws SettingError when it is missing or names an empty one.
 */
export function folderSettings(prefix: string): string[] {
  const name = `${prefix}_FOLDER`;
  const folders = setting(
    name,
    'folder of the drop that holds the settlement files; several parted by commas',
  )
    .split(',')
    .map((folder) => folder.trim());
  if (folders.includes('')) throw new SettingError(`${name} names an empty folder between its commas`);
  return folders;
}

/** The other side showed another host key than the pinned one: we say nothing more to it. */
export class HostKeyRefused extends Error {}

/**
 * Opens the drop of a source. One connection, and only to the pinned host key; no word is said to another.
 * @throws HostKeyRefused when the host key is another one; Error when the drop cannot be reached or refuses us.
 */
export async function openSftpDrop(settings: SftpSettings): Promise<Drop> {
  const { host, port, user, hostKeySha256, folders } = settings;
  const silent = { error: () => undefined, end: () => undefined, close: () => undefined };
  // Read only by who opens a drop: the online path uses the formats of this library, and memory better.
  const { default: Client } = await import('ssh2-sftp-client');
  const client = new Client('settlement-files', silent);
  const login = await loginOf(settings);
  let shownKey = '';
  try {
    await client.connect({
      // Without this, each read waits for the other side's delayed acknowledgement of a small packet: 45 ms for every
      // 64 KB, which made 20 MB take 14 s instead of 0.3 s.
      sock: connect({ host, port, noDelay: true }),
      username: user,
      ...login,
      readyTimeout: CONNECT_MAX_MS,
      // Deciphering is most of what a pull costs, and processors have instructions for this one.
      algorithms: {
        cipher: { prepend: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com'], append: [], remove: [] },
      },
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

  // The library wraps only reads that ask for one chunk at a time.
  const { sftp } = client as unknown as { sftp: SFTPWrapper };
  return {
    async list() {
      const files = [];
      for (const folder of folders)
        for (const { type, name, size, modifyTime } of await client.list(folder))
          if (type === '-') files.push({ name, folder, size, modifiedAt: modifyTime });
      return files;
    },
    read({ folder, name, size }) {
      return readAhead(sftp, `${folder}/${name}`, size);
    },
    async close() {
      await client.end();
    },
  };
}

async function loginOf({ privateKeyFile, passwordFile }: SftpSettings) {
  if (privateKeyFile !== undefined) return { privateKey: await readFile(privateKeyFile) };
  if (passwordFile === undefined) throw new SettingError('an SFTP drop needs a key or a password');
  return { password: (await readFile(passwordFile, 'utf8')).replace(/\r?\n$/, '') };
}
