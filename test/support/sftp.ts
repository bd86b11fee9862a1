import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SftpLogin, SftpSettings } from '#lib/files';
import { freePort } from './ports';

/** A private OpenSSH server that serves one folder over SFTP to one key. */
export interface SftpServer extends SftpSettings {
  privateKeyFile: string;
  /** The one that it serves. */
  folder: string;
  stop(): Promise<void>;
}

const SSHD = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/usr/libexec/sshd'].find((path) => existsSync(path));

/** Starts the server on a free port of this machine. Call `stop()` in `afterAll`. */
export async function anSftpServer(): Promise<SftpServer> {
  if (!SSHD)
    throw new Error('OpenSSH server is missing; `npm test` installs it, or: apt-get install openssh-server');
  const home = mkdtempSync(join(tmpdir(), 'simpul-sshd-'));
  const folder = join(home, 'drop');
  mkdirSync(folder);
  const key = (name: string) => {
    const path = join(home, name);
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path]);
    return path;
  };
  const hostKey = key('host');
  const privateKeyFile = key('client');
  const port = await freePort();
  writeFileSync(
    join(home, 'sshd_config'),
    `Port ${port}
ListenAddress 127.0.0.1
HostKey ${hostKey}
PidFile none
AuthorizedKeysFile ${privateKeyFile}.pub
AuthenticationMethods publickey
UsePAM no
StrictModes no
Subsystem sftp internal-sftp
ForceCommand internal-sftp
`,
  );
  // As root it insists on this folder; as anybody else it needs none.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  const server = spawn(SSHD, ['-D', '-e', '-f', join(home, 'sshd_config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  server.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  while (!(await answers(port))) {
    if (server.exitCode !== null) throw new Error(`sshd did not start: ${said}`);
    await sleep(20);
  }
  const [, hostKeySha256 = ''] = spawnSync('ssh-keygen', ['-lf', `${hostKey}.pub`], {
    encoding: 'utf8',
  }).stdout.split(' ');
  return {
    host: '127.0.0.1',
    port,
    user: userInfo().username,
    privateKeyFile,
    hostKeySha256,
    folder,
    folders: [folder],
    async stop() {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill();
      await ended;
      rmSync(home, { recursive: true });
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Writes a login into the environment as an operator does, and returns it as it is to be read. */
export function loginIn(prefix: string): SftpLogin {
  const login = {
    host: 'sftp.example',
    port: 22,
    user: 'simpul',
    privateKeyFile: '/keys/simpul',
    hostKeySha256: 'SHA256:x',
  };
  Object.assign(process.env, {
    [`${prefix}_HOST`]: login.host,
    [`${prefix}_PORT`]: String(login.port),
    [`${prefix}_USER`]: login.user,
    [`${prefix}_PRIVATE_KEY_FILE`]: login.privateKeyFile,
    [`${prefix}_HOST_KEY_SHA256`]: login.hostKeySha256,
  });
  return login;
}
