import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import type { ConnectOptions } from 'ssh2-sftp-client';
import { numberSetting, setting, SettingError } from '#lib/platform';

/** An SFTP server, and how we log in there. */
export interface SftpLogin {
  host: string;
  port: number;
  user: string;
  /** One of both. A file, so that neither key nor password is in any environment. */
  privateKeyFile?: string;
  passwordFile?: string;
  /** `SHA256:…`, as `ssh-keygen -lf` prints it. */
  hostKeySha256: string;
}

const CONNECT_MAX_MS = 10_000;
/** A server that has gone silent is given up after three of these. */
const KEEPALIVE_MS = 10_000;

/**
 * Reads how we log in from the environment: `<prefix>_HOST`, `_PORT`, `_USER`, `_PRIVATE_KEY_FILE` or `_PASSWORD_FILE`, and
 * `_HOST_KEY_SHA256`.
 * @param place what the settings are about, for who reads that one is missing.
 * @throws SettingError naming the one that is missing or wrong.
 */
export function loginSettings(prefix: string, place: string): SftpLogin {
  const passwordFile = process.env[`${prefix}_PASSWORD_FILE`] ?? '';
  return {
    host: setting(`${prefix}_HOST`, `host of ${place}`),
    port: numberSetting(`${prefix}_PORT`, `port of ${place}`),
    user: setting(`${prefix}_USER`, `our account on ${place}`),
    ...(passwordFile === ''
      ? {
          privateKeyFile: setting(
            `${prefix}_PRIVATE_KEY_FILE`,
            `file with our private key for ${place}; or ${prefix}_PASSWORD_FILE, where its owner gives passwords only`,
          ),
        }
      : { passwordFile }),
    hostKeySha256: setting(
      `${prefix}_HOST_KEY_SHA256`,
      `the host key of ${place}, as ssh-keygen -lf prints it`,
    ),
  };
}

/** The other side showed another host key than the pinned one: we say nothing more to it. */
export class HostKeyRefused extends Error {}

/**
 * Opens one SFTP connection, and only to the pinned host key; no word is said to another.
 * @throws HostKeyRefused when the host key is another one; Error when the server cannot be reached or refuses us.
 */
export async function connectSftp(login: SftpLogin) {
  const { host, port, user, hostKeySha256 } = login;
  const silent = { error: () => undefined, end: () => undefined, close: () => undefined };
  // Read only by who opens a connection: the online path uses the formats of this library, and memory better.
  const { default: Client } = await import('ssh2-sftp-client');
  const client = new Client('settlement-files', silent);
  const proof = await proofOf(login);
  let shownKey = '';
  try {
    await client.connect({
      ...howToSpeak(login),
      ...proof,
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

  let isGone = false;
  const gone = new Promise<never>((_, reject) => {
    const cut = () => {
      isGone = true;
      reject(new Error(`SFTP ${user}@${host}:${port}: the connection was cut`));
    };
    client.on('end', cut);
    client.on('close', cut);
  });
  gone.catch(() => undefined);
  return {
    client,
    /** Fails once the line is cut. */
    gone,
    close: async (): Promise<void> => {
      if (!isGone) await client.end();
    },
  };
}

function howToSpeak({ host, port, user }: SftpLogin): ConnectOptions {
  return {
    // Without this, each read waits for the other side's delayed acknowledgement of a small packet: 45 ms for every
    // 64 KB, which made 20 MB take 14 s instead of 0.3 s.
    sock: connect({ host, port, noDelay: true }),
    username: user,
    readyTimeout: CONNECT_MAX_MS,
    // Deciphering is most of what a pull costs, and processors have instructions for this one.
    algorithms: {
      cipher: { prepend: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com'], append: [], remove: [] },
    },
    keepaliveInterval: KEEPALIVE_MS,
  };
}

async function proofOf({ privateKeyFile, passwordFile }: SftpLogin) {
  if (privateKeyFile !== undefined) return { privateKey: await readFile(privateKeyFile) };
  if (passwordFile === undefined) throw new SettingError('an SFTP login needs a key or a password');
  return { password: (await readFile(passwordFile, 'utf8')).replace(/\r?\n$/, '') };
}
