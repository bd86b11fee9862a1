import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { buildIfStale } from '../scripts/lib/build.mjs';
import { CannotRun } from '../scripts/lib/cannot-run.mjs';
import { freePorts, waitForAnswer } from '../scripts/lib/ports.mjs';
import { sshPrograms } from '../scripts/lib/programs.mjs';
import { median, rounded } from './lib/figures.mjs';

const FILE_BYTES = 100_000_000;
const ROUNDS = 5;
const NAME = 'BENCH_20260714_001.txt';

/**
 * Pulls one file of 100 MB over SFTP into the archive, whole and synced to the disk, and beside it with OpenSSH's own
 * client on the same server, by turns.
 * @param {{ signal: AbortSignal, log: (line: string) => void }} options
 */
export async function measure({ signal, log }) {
  await buildIfStale({ log, signal });
  const files = await import('#lib/files');
  const home = mkdtempSync(path.join(tmpdir(), 'simpul-bench-sftp-'));
  const server = await startServer(home, signal);
  try {
    const sha256 = writeSettlementLikeFile(path.join(server.drop, NAME));
    /** @type {Record<'ours' | 'theirs', number[]>} */
    const seconds = { ours: [], theirs: [] };
    let isSame = true;
    for (let round = 1; round <= ROUNDS; round += 1) {
      signal.throwIfAborted();
      const archive = path.join(home, `archive-${round}`);
      const started = performance.now();
      const drop = await files.openSftpDrop(server.settings);
      const [file] = await drop.list();
      const fetched = file && (await files.fetchFile(drop, file, archive, 2 * FILE_BYTES));
      await drop.close();
      seconds.ours.push((performance.now() - started) / 1_000);
      isSame &&= fetched?.sha256 === sha256;
      seconds.theirs.push(pullWithOpenSsh(server, path.join(home, 'theirs')));
      rmSync(archive, { recursive: true });
      log(
        `round ${round}: ours ${rounded(seconds.ours.at(-1) ?? 0)} s, OpenSSH ${rounded(seconds.theirs.at(-1) ?? 0)} s`,
      );
    }
    const [ours, theirs] = [median(seconds.ours), median(seconds.theirs)];
    return {
      bytes: FILE_BYTES,
      seconds: rounded(ours),
      limitSeconds: rounded(theirs),
      megabytesPerSecond: rounded(FILE_BYTES / 1e6 / ours, 0),
      limitMegabytesPerSecond: rounded(FILE_BYTES / 1e6 / theirs, 0),
      ratio: rounded(theirs / ours),
      reached: { ratio: theirs / ours >= 0.5, seconds: ours <= 5 },
      valid: isSame,
    };
  } finally {
    server.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

/**
 * Lines as settlement files have them: neither all alike nor random, should anybody compress on the way.
 * @param {string} file
 */
function writeSettlementLikeFile(file) {
  const hash = createHash('sha256');
  const descriptor = openSync(file, 'wx', 0o600);
  let written = 0;
  while (written < FILE_BYTES) {
    const lines = Array.from({ length: 10_000 }, (_, n) => {
      return `D|${n}|${randomBytes(8).toString('hex')}|EB${written + n}|531100012345|250000|2500|00|20260714081021\n`;
    });
    const text = Buffer.from(lines.join('')).subarray(0, FILE_BYTES - written);
    hash.update(text);
    writeSync(descriptor, text);
    written += text.length;
  }
  closeSync(descriptor);
  return hash.digest('hex');
}

/**
 * @param {Server} server
 * @param {string} to
 * @returns {number} seconds
 */
function pullWithOpenSsh({ settings, knownHosts, drop }, to) {
  const started = performance.now();
  const { status, stderr } = spawnSync(
    'sftp',
    [
      '-q',
      '-b',
      '-',
      '-P',
      String(settings.port),
      '-i',
      settings.privateKeyFile,
      '-o',
      `UserKnownHostsFile=${knownHosts}`,
      '-o',
      'StrictHostKeyChecking=yes',
      '-o',
      'IdentitiesOnly=yes',
      `${settings.user}@${settings.host}`,
    ],
    { input: `get -f ${path.join(drop, NAME)} ${to}\n`, encoding: 'utf8' },
  );
  const taken = (performance.now() - started) / 1_000;
  if (status !== 0 || statSync(to).size !== FILE_BYTES)
    throw new CannotRun(`OpenSSH's sftp could not pull the file: ${stderr}`);
  rmSync(to);
  return taken;
}

/**
 * @typedef {object} Server
 * @property {{ host: string, port: number, user: string, privateKeyFile: string, hostKeySha256: string, folders: string[] }} settings
 * @property {string} knownHosts
 * @property {string} drop
 * @property {() => void} stop
 */

/**
 * @param {string} home
 * @param {AbortSignal} signal
 * @returns {Promise<Server>}
 */
async function startServer(home, signal) {
  const programs = sshPrograms();
  if (programs === null) throw new CannotRun('No OpenSSH server is installed. Run: node scripts/setup.mjs');
  const at = (/** @type {string} */ name) => path.join(home, name);
  for (const name of ['host', 'client'])
    spawnSync(programs.keygen, ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)]);
  mkdirSync(at('drop'));
  const { sftp: port } = await freePorts(1);
  const config = {
    Port: port,
    ListenAddress: '127.0.0.1',
    HostKey: at('host'),
    PidFile: 'none',
    AuthorizedKeysFile: at('client.pub'),
    AuthenticationMethods: 'publickey',
    UsePAM: 'no',
    StrictModes: 'no',
    Subsystem: 'sftp internal-sftp',
    ForceCommand: 'internal-sftp',
  };
  const lines = Object.entries(config).map(([key, value]) => `${key} ${value}\n`);
  writeFileSync(at('sshd_config'), lines.join(''));
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const child = spawn(programs.server, ['-D', '-e', '-f', at('sshd_config')], { stdio: 'ignore' });
  await waitForAnswer(port, { greets: true, signal });
  const shown = spawnSync(programs.keygen, ['-lf', at('host.pub')], { encoding: 'utf8' }).stdout;
  const known = readFileSync(at('host.pub'), 'utf8').trim();
  writeFileSync(at('known_hosts'), `[127.0.0.1]:${port} ${known}\n`);
  return {
    settings: {
      host: '127.0.0.1',
      port,
      user: userInfo().username,
      privateKeyFile: at('client'),
      hostKeySha256: shown.split(' ')[1] ?? '',
      folders: [at('drop')],
    },
    knownHosts: at('known_hosts'),
    drop: at('drop'),
    stop: () => void child.kill(),
  };
}
