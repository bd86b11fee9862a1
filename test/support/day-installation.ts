import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { until, type Installation, type RunningApp } from './processes';
import { QUICK_START } from './quick-start';
import type { SftpServer } from './sftp';

const ROOT = join(__dirname, '..', '..');
const CLI = join(ROOT, 'dist', 'apps', 'cli', 'src', 'main.js');

/** An installation whose sources leave their files on drops, and whose worker wakes up every second. */
export interface DayInstallation {
  /** What its processes are given besides their own environment. */
  settings: Record<string, string>;
  /** Where orders to die are laid. */
  failPoints: string;
  folderOf(source: string): string;
  /** Runs a command of an operator. */
  command(...args: string[]): Promise<{ code: number | null; signal: string | null; output: string }>;
}

/** Sources whose files are fetched from a server. */
export interface OverSftp {
  server: SftpServer;
  sources: readonly string[];
}

/**
 * Gives an installation its own configuration of the day: only these sources, each with a folder.
 * @param change what else of `jobs.yaml` is not as usual.
 * @param more `overSftp`: whose folders lie on a server instead; `billers`: whom its workers ask, by default nobody.
 */
export function aDayInstallation(
  world: Installation,
  sources: readonly string[],
  change: Record<string, unknown> = {},
  { overSftp, billers = [] }: { overSftp?: OverSftp; billers?: readonly string[] } = {},
): DayInstallation {
  const home = world.environment['SIMPUL_HOME'] ?? '';
  const config = join(home, 'config');
  const failPoints = join(home, 'fail-points');
  mkdirSync(failPoints, { recursive: true });
  cpSync(join(ROOT, 'config'), config, { recursive: true });
  const path = join(config, 'jobs.yaml');
  const jobs = parse(readFileSync(path, 'utf8')) as { sources: Record<string, object> };
  const isOverSftp = (source: string) => overSftp?.sources.includes(source) === true;
  const dropOf = (source: string) => (isOverSftp(source) ? 'sftp' : 'folder');
  const kept = sources.map((source) => [source, { ...jobs.sources[source], drop: dropOf(source) }]);
  const quick = { wake_up: '* * * * * *', stable_seconds: 0, correction_look_minutes: 1 };
  writeFileSync(path, stringify({ ...jobs, ...quick, ...change, sources: Object.fromEntries(kept) }));

  // Its many processes would read all of them anew each time.
  for (const name of readdirSync(join(config, 'billers')))
    if (!billers.includes(name.replace(/\.yaml$/, ''))) rmSync(join(config, 'billers', name));

  const folderOf = (source: string) =>
    join(overSftp && isOverSftp(source) ? overSftp.server.folder : join(home, 'drops'), source);
  for (const source of sources) mkdirSync(folderOf(source), { recursive: true });
  const settings = {
    SIMPUL_CONFIG: config,
    SIMPUL_FAIL_POINTS: failPoints,
    ...Object.fromEntries(sources.map((source) => [`SFTP_${source}_FOLDER`, folderOf(source)])),
    ...(overSftp ? serverSettings(overSftp) : {}),
  };
  return {
    settings,
    failPoints,
    folderOf,
    async command(...args) {
      const child = spawn(process.execPath, [...QUICK_START, CLI, ...args], {
        env: { ...world.environment, ...settings },
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
      const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
      return { code, signal, output };
    },
  };
}

function serverSettings({ server, sources }: OverSftp): Record<string, string> {
  return Object.fromEntries(
    sources.flatMap((source) => [
      [`SFTP_${source}_HOST`, server.host],
      [`SFTP_${source}_PORT`, String(server.port)],
      [`SFTP_${source}_USER`, server.user],
      [`SFTP_${source}_PRIVATE_KEY_FILE`, server.privateKeyFile],
      [`SFTP_${source}_HOST_KEY_SHA256`, server.hostKeySha256],
    ]),
  );
}

/** Lays an order to die at a step, or to be signalled otherwise. */
export function layOrder(failPoints: string, point: string, order: { signal?: NodeJS.Signals } = {}): void {
  const file = join(failPoints, point.replaceAll(' ', '-'));
  // Whole from the first moment: a process that passes takes what it finds.
  writeFileSync(`${file}.new`, JSON.stringify(order));
  renameSync(`${file}.new`, file);
}

/** An order that was met. */
export interface Struck {
  point: string;
  subject: string;
  pid: number;
  signal: string;
}

/** The orders that were met so far, in their order. */
export function struckAt(failPoints: string): Struck[] {
  const path = join(failPoints, 'struck.jsonl');
  if (!existsSync(path)) return [];
  // What stands after the last end of a line is being written.
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Struck);
}

/** A process that is started now meets the point, and is killed there. It may die before it says that it is there. */
export async function killAt(
  failPoints: string,
  point: string,
  start: () => Promise<RunningApp>,
): Promise<void> {
  const before = struckAt(failPoints).length;
  layOrder(failPoints, point);
  const app = await start().catch(() => undefined);
  await until(
    async () => struckAt(failPoints).length,
    (n) => n > before,
  );
  if (app) expect((await app.end('SIGKILL')).signal).toBe('SIGKILL');
}
