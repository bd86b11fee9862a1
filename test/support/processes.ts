import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { credentialPlace } from '#lib/catalog';
import { BILLERS, variableOf } from '../../apps/simulator/src/billers/biller';
import { checkLedgerInvariants } from '#lib/ledger';
import { SecretBox } from '#lib/platform';
import { checkPaymentInvariants, type BillerTruth } from '#lib/switching';
import { aDatabase, type TestDatabase } from './database';
import { freePort } from './ports';
import { QUICK_START } from './quick-start';
import { channelSecret, seedDemo } from './seed';
import { rsaPair } from './rsa-pair';

const BUILT_APPS = join(__dirname, '..', '..', 'dist', 'apps');
const CONFIG = join(__dirname, '..', '..', 'config');
/** What Node is told for each program, as everywhere else. */
const NODE_OPTIONS = JSON.parse(readFileSync(join(CONFIG, 'node-options.json'), 'utf8')) as Record<
  string,
  string[]
>;
/** A busy machine takes its time. */
const READY_WITHIN_MS = 120_000;
const POLL_MS = 50;

/** We, as the simulator's bank knows us. */
export const HOST_BANK = {
  clientKey: 'client-of-bank-graha',
  clientSecret: 'test-bank-graha',
  ...rsaPair(1),
};

/** One line of the simulator's record of what its billers did. */
export interface TruthRow extends BillerTruth {
  customerNumber: string;
  at: string;
}

/** A built process of ours that serves. */
export interface RunningApp {
  /** Where it listens; empty for the worker. */
  url: string;
  /** Everything it has written so far. */
  log(): string;
  /** Stops the process where it stands, or lets it go on. */
  pause(signal: 'SIGSTOP' | 'SIGCONT'): void;
  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** A whole installation on a schema of its own: the simulator, and the switches and workers a test starts. */
export interface Installation {
  store: TestDatabase;
  /** What its processes are given, for a command of an operator too. */
  environment: Readonly<Record<string, string>>;
  simulatorUrl: () => string;
  /** Gives a channel a credential of its protocol, sealed as the console does. */
  addCredential(channelId: string, name: string, value: string): Promise<void>;
  /**
   * @param databaseUrl another way to the same database.
   * @param settings what of its environment is not as usual.
   */
  startSwitch(databaseUrl?: string, settings?: Record<string, string>): Promise<RunningApp>;
  /**
   * @param clockOffset moves the process's clock, for example `+2m`.
   * @param settings what of its environment is not as usual.
   */
  startWorker(clockOffset?: string, settings?: Record<string, string>): Promise<RunningApp>;
  /** Ends the simulator and starts it again with its memory, its clock moved; its port stays. */
  restartSimulator(clockOffset: string): Promise<void>;
  truth(): Promise<TruthRow[]>;
  /** What the billers did for one customer. */
  truthOf(customerNumber: string): Promise<TruthRow[]>;
  /** What all processes of one name have written so far. */
  logsOf(name: 'switch' | 'worker'): string;
  /** Ends whatever still runs and forgets the schema. */
  close(): Promise<void>;
}

/** Opens an installation: a migrated and seeded schema, and the simulator. Call `close()` in `afterAll`. */
export async function anInstallation(): Promise<Installation> {
  const home = mkdtempSync(join(tmpdir(), 'installation-'));
  const store = await aDatabase();
  const dataKey = randomBytes(32).toString('base64');
  await seedDemo(store, new SecretBox(dataKey), new Date());
  const simulatorPort = await freePort();
  const lines = {
    'pln-switch': { HOST: '127.0.0.1', PORT: String(await freePort()) },
    kawan: { HOST: '127.0.0.1', PORT: String(await freePort()) },
  };
  const environment = environmentOf({ home, store, dataKey, simulatorPort, lines });
  mkdirSync(environment['SIMULATOR_DROP'] ?? home, { recursive: true });
  const patient = aPatientConfig(home);
  const apps: { name: string; app: RunningApp }[] = [];
  const start = async (name: string, more: Record<string, string> = {}): Promise<RunningApp> => {
    const app = await startApp(name, { ...environment, ...more });
    apps.push({ name, app });
    return app;
  };
  let simulator = await start('simulator', { HTTP_PORT: String(simulatorPort) });
  const truth = async (): Promise<TruthRow[]> => {
    const answer = await fetch(`${simulator.url}/truth`);
    return (await answer.json()) as TruthRow[];
  };
  const logsOf = (name: string) =>
    apps
      .filter((one) => one.name === name)
      .map(({ app }) => app.log())
      .join('');

  return {
    store,
    environment,
    simulatorUrl: () => simulator.url,
    async addCredential(channelId, name, value) {
      const sealed = new SecretBox(dataKey).seal(value, credentialPlace(channelId, name));
      await store.admin.run('INSERT INTO channel_credential (channel_id, name, value) VALUES (?, ?, ?)', [
        channelId,
        name,
        sealed,
      ]);
    },
    startSwitch: async (databaseUrl = store.url, settings = {}) =>
      start('switch', {
        HTTP_PORT: String(await freePort()),
        DATABASE_URL: databaseUrl,
        SIMPUL_CONFIG: patient,
        ...settings,
      }),
    startWorker: (clockOffset = '', settings = {}) =>
      start('worker', { SIMPUL_CLOCK_OFFSET: clockOffset, ...settings }),
    async restartSimulator(clockOffset) {
      await simulator.end('SIGTERM');
      const moved = { HTTP_PORT: String(simulatorPort), SIMPUL_CLOCK_OFFSET: clockOffset };
      simulator = await start('simulator', moved);
    },
    truth,
    truthOf: async (customerNumber) => (await truth()).filter((row) => row.customerNumber === customerNumber),
    logsOf,
    async close() {
      for (const { app } of apps) await app.end('SIGKILL');
      await store.drop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/**
 * The configuration as it ships, but for a machine that other tests keep busy: there whoever waits at a door would soon be one
 * of a crowd (ADR 44), which is the matter of one test that has a configuration of its own.
 */
function aPatientConfig(home: string): string {
  const folder = join(home, 'patient-config');
  cpSync(CONFIG, folder, { recursive: true });
  const limits = join(folder, 'limits.yaml');
  const shipped = readFileSync(limits, 'utf8');
  const patient = shipped.replace(/^( +lateAfterMs:) \d+/m, '$1 10000');
  if (patient === shipped) throw new Error('config/limits.yaml does not say lateAfterMs');
  writeFileSync(limits, patient);
  return folder;
}

const LOG_PORTION_MS = 700;

/** Fails unless every invariant holds against the simulator's record and the logs are clean. */
export async function expectSound(world: Installation): Promise<void> {
  const around = { before: await world.truth(), after: () => world.truth() };
  const verdicts = [
    ...(await checkLedgerInvariants(world.store.database)),
    ...(await checkPaymentInvariants(world.store.database, around, new Date())),
  ];
  expect(verdicts.filter(({ ok }) => !ok)).toEqual([]);
  // Logs are written in portions, at most half a second apart: what is written now must be in them.
  await sleep(LOG_PORTION_MS);
  expect(faultsIn(world.logsOf('switch'))).toEqual([]);
  expect(secretsIn(world.logsOf('switch') + world.logsOf('worker'))).toEqual([]);
}

/** Asks again and again until the answer is the one waited for. The test's own time limit ends a wait in vain. */
export async function until<T>(ask: () => Promise<T>, isIt: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (isIt(answer)) return answer;
    await sleep(POLL_MS);
  }
}

/** What the launcher gives its processes (scripts/lib/environment.mjs), with names and keys of this test. */
function environmentOf(what: {
  home: string;
  store: TestDatabase;
  dataKey: string;
  simulatorPort: number;
  lines: Record<string, Record<string, string>>;
}): Record<string, string> {
  const { home, store, dataKey, simulatorPort, lines } = what;
  const simulator = `http://127.0.0.1:${simulatorPort}`;
  const perBiller = BILLERS.flatMap((biller) => {
    const settings = {
      URL: `${simulator}/billers/${biller.id}`,
      SECRET: billerSecret(biller.id),
      USER: 'simpul',
      CLIENT_KEY: HOST_BANK.clientKey,
      PRIVATE_KEY: HOST_BANK.privateKey,
      PUBLIC_KEY: HOST_BANK.publicKey,
      ...lines[biller.id],
    };
    return Object.entries(settings).map(([name, value]) => [variableOf(biller, name), value]);
  });
  const played = new Set<string>(BILLERS.map(({ id }) => id));
  const elsewhere = billersConfigured().filter((id) => !played.has(id));
  // No drop is served: these tests end before the day does.
  const perSource = BILLERS.flatMap(({ source }) => [
    [`SFTP_${source}_HOST`, '127.0.0.1'],
    [`SFTP_${source}_PORT`, '9'],
    [`SFTP_${source}_USER`, 'nobody'],
    [`SFTP_${source}_PRIVATE_KEY_FILE`, join(home, 'no-key')],
    [`SFTP_${source}_HOST_KEY_SHA256`, 'SHA256:none'],
    [`SFTP_${source}_FOLDER`, '/'],
  ]);
  return {
    PATH: process.env.PATH ?? '',
    ...(process.env.TZ === undefined ? {} : { TZ: process.env.TZ }),
    SIMPUL_ENVIRONMENT: 'test',
    SIMPUL_HOME: home,
    DATABASE_URL: store.url,
    SIMPUL_DATA_KEY: dataKey,
    SIMPUL_PAYMENT_ID_KEY: randomBytes(32).toString('hex'),
    SIMULATOR_URL: simulator,
    BANK_GRAHA_CLIENT_KEY: HOST_BANK.clientKey,
    BANK_GRAHA_SECRET: HOST_BANK.clientSecret,
    BANK_GRAHA_PUBLIC_KEY: HOST_BANK.publicKey,
    SIMULATOR_DROP: join(home, 'drop'),
    ...Object.fromEntries(elsewhere.flatMap(nobodyAnswersFor)),
    ...(Object.fromEntries([...perBiller, ...perSource]) as Record<string, string>),
  };
}

const CONFIGURED = join(__dirname, '..', '..', 'config', 'billers');

function billersConfigured(): string[] {
  return readdirSync(CONFIGURED).flatMap((file) => (file.endsWith('.yaml') ? [file.slice(0, -5)] : []));
}

/** Settings by which nobody is reached: a biller may be configured that the simulator does not play. */
function nobodyAnswersFor(id: string): [name: string, value: string][] {
  const own = new RegExp(`\\bBILLER_${id.toUpperCase().replaceAll('-', '_')}_[A-Z0-9_]+`, 'g');
  const names = readFileSync(join(CONFIGURED, `${id}.yaml`), 'utf8').match(own) ?? [];
  const values: Record<string, string> = {
    URL: 'http://127.0.0.1:9',
    HOST: '127.0.0.1',
    PORT: '9',
    PRIVATE_KEY: HOST_BANK.privateKey,
    PUBLIC_KEY: HOST_BANK.publicKey,
  };
  return names.map((name) => {
    const what = Object.keys(values).find((ending) => name.endsWith(`_${ending}`));
    return [name, (what && values[what]) ?? `test-biller-${id}`];
  });
}

/** Whether the simulator plays this biller, so that its products can be sold in a test. */
export function isPlayed(biller: string): boolean {
  return BILLERS.some(({ id }) => id === biller);
}

function billerSecret(biller: string): string {
  return `test-biller-${biller}`;
}

async function startApp(name: string, environment: Record<string, string>): Promise<RunningApp> {
  const main = join(BUILT_APPS, name, 'src', 'main.js');
  if (!existsSync(main)) throw new Error(`the ${name} is not built; run npm run build first`);
  const child = fork(main, {
    silent: true,
    env: environment,
    execArgv: [...QUICK_START, ...(NODE_OPTIONS[name] ?? [])],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (chunk: string) => (log += chunk));
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const isReady = await Promise.race([
    once(child, 'message').then(([message]) => message === 'ready'),
    closed.then(() => false),
    sleep(READY_WITHIN_MS, false, { ref: false }),
  ]);
  if (!isReady) {
    child.kill('SIGKILL');
    throw new Error(`the ${name} did not come up:\n${log.slice(-2_000)}`);
  }
  const port = environment['HTTP_PORT'];
  return {
    url:
      port === undefined ? '' : `${environment['HTTP_TLS_KEY_FILE'] ? 'https' : 'http'}://127.0.0.1:${port}`,
    log: () => log,
    pause: (signal) => void child.kill(signal),
    async end(signal) {
      sendSignal(child, signal);
      const [code, by] = await closed;
      return { code, signal: by };
    },
  };
}

function sendSignal(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
}

/** Lines that tell of a fault of our own; whatever is not one of our structured lines is one too. */
function faultsIn(log: string): string[] {
  return log.split('\n').filter((line) => line !== '' && !/^\{"level":[1-4]\d,.*\}$/.test(line));
}

/** Secrets that have leaked into a log, by name. */
function secretsIn(log: string): string[] {
  const channels = ['ppob-nusantara', 'warung-kecil', 'simpul-story', 'bank-nusa'];
  const secrets = [
    ...channels.flatMap((id) => [channelSecret(id), channelSecret(id, 'SECOND_SECRET')]),
    ...BILLERS.map(({ id }) => billerSecret(id)),
  ];
  return secrets.filter((secret) => log.includes(secret));
}
