import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import { CannotRun } from './cannot-run.mjs';
import { run, tail } from './commands.mjs';
import { DEMO_BILLERS, STORY_SOURCE } from './demo-billers.mjs';
import { LOOPBACK, waitForAnswer } from './ports.mjs';
import { launch } from './processes.mjs';
import { sshPrograms } from './programs.mjs';

/** Settlement sources that drop files here. STORY01 is the story's own; outsiders find clean days in the rest. */
export const SOURCES = DEMO_BILLERS.map(({ source }) => source);
export const DEMO_SOURCES = SOURCES.filter((source) => source !== STORY_SOURCE);

/** Our bank, which drops its statements here (config/settlement.yaml). */
export const BANK_SOURCE = 'BANKX';

/** Who takes files of ours here: the settings of the demo's contracts (config/outbound). */
export const RECEIVERS = ['OUT_BANK_NUSA', 'OUT_LPB01'];

const READY_MS = 20_000;

/**
 * A private SFTP server: the drop where the simulated partners leave their settlement files.
 * @typedef {object} Sftp
 * @property {import('./home.mjs').Home} home
 * @property {number} port
 * @property {string} user the account that started it; a private sshd knows no other
 * @property {string} privateKeyFile
 * @property {string} hostKeySha256 as `ssh-keygen -l` prints it
 * @property {string} drop the folder that holds one folder per source
 * @property {string} outbox the folder that holds one folder per receiver of our files
 * @property {string} program
 */

/**
 * The configuration file of an installation's server, which also marks its processes.
 * @param {import('./home.mjs').Home} home
 */
export function sshdConfigFile(home) {
  return path.join(home.sftp, 'sshd_config');
}

/**
 * Makes keys and folders at the first start, and the configuration at every one.
 * @param {{ home: import('./home.mjs').Home, port: number }} what
 * @returns {Promise<Sftp>}
 * @throws {CannotRun} if OpenSSH's server is not installed
 */
export async function prepareSftp({ home, port }) {
  const programs = sshPrograms();
  if (programs === null) throw new CannotRun('No OpenSSH server is installed. Run: node scripts/setup.mjs');
  const at = (/** @type {string} */ name) => path.join(home.sftp, name);
  mkdirSync(home.sftp, { recursive: true, mode: 0o700 });
  const hostKey = at('host_ed25519');
  const clientKey = at('client_ed25519');
  await makeKey(programs.keygen, hostKey);
  await makeKey(programs.keygen, clientKey);
  copyFileSync(`${clientKey}.pub`, at('authorized_keys'));

  const drop = at('drop');
  for (const source of [...SOURCES, BANK_SOURCE])
    mkdirSync(path.join(drop, source), { recursive: true, mode: 0o700 });

  const outbox = at('outbox');
  for (const receiver of RECEIVERS) mkdirSync(path.join(outbox, receiver), { recursive: true, mode: 0o700 });

  const user = userInfo().username;
  const config = {
    Port: port,
    ListenAddress: LOOPBACK,
    HostKey: quoted(hostKey),
    PidFile: 'none',
    AllowUsers: user,
    AuthorizedKeysFile: quoted(at('authorized_keys')),
    AuthenticationMethods: 'publickey',
    PasswordAuthentication: 'no',
    KbdInteractiveAuthentication: 'no',
    PermitRootLogin: 'prohibit-password',
    UsePAM: isPasswordLocked(user) ? 'yes' : 'no',
    // The keys lie in the checkout, whose parents may be writable by a group; only our own account logs in.
    StrictModes: 'no',
    DisableForwarding: 'yes',
    PermitTTY: 'no',
    PrintMotd: 'no',
    Subsystem: 'sftp internal-sftp',
    ForceCommand: 'internal-sftp',
  };
  const lines = Object.entries(config).map(([key, value]) => `${key} ${value}\n`);
  writeFileSync(sshdConfigFile(home), lines.join(''), { mode: 0o600 });
  return {
    home,
    port,
    user,
    privateKeyFile: clientKey,
    hostKeySha256: fingerprint(`${hostKey}.pub`),
    drop,
    outbox,
    program: programs.server,
  };
}

/**
 * @param {Sftp} sftp
 * @returns {import('./processes.mjs').Launched}
 */
export function launchSftp({ home, port, program }) {
  // Debian's sshd insists on this empty folder when root starts it; where no service did, it is not there.
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  return launch({
    name: 'sftp',
    home,
    command: program,
    args: ['-D', '-e', '-f', sshdConfigFile(home)],
    readyMs: READY_MS,
    whenReady: (_child, signal) => waitForAnswer(port, { greets: true, signal }),
  });
}

/**
 * @param {string} keygen
 * @param {string} file
 */
async function makeKey(keygen, file) {
  if (existsSync(file) && existsSync(`${file}.pub`)) return;
  rmSync(file, { force: true });
  const made = await run(keygen, ['-q', '-t', 'ed25519', '-N', '', '-C', 'simpul', '-f', file]);
  if (!made.ok) throw new CannotRun(`ssh-keygen could not make ${file}:\n${tail(made.output)}`);
  chmodSync(file, 0o600);
}

/** @param {string} publicKeyFile */
function fingerprint(publicKeyFile) {
  const [, key = ''] = readFileSync(publicKeyFile, 'utf8').split(' ');
  const digest = createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64');
  return `SHA256:${digest.replace(/=+$/, '')}`;
}

/**
 * Without PAM, sshd takes an account whose password is locked ("!") for closed, even to its key. Many systems
 * lock root's password this way. Only root can read the list, and only for root does sshd look.
 * @param {string} user
 */
function isPasswordLocked(user) {
  try {
    const row = readFileSync('/etc/shadow', 'utf8')
      .split('\n')
      .find((line) => line.startsWith(`${user}:`));
    return row?.split(':')[1]?.startsWith('!') ?? false;
  } catch {
    return false;
  }
}

/** @param {string} file */
function quoted(file) {
  return `"${file}"`;
}
