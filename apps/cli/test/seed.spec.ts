import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { businessDateOf, JAKARTA_MIDNIGHT, SystemClock } from '#lib/kernel';
import { authenticate, listUsers, readPasswordRules, seedDemoUsers, signIn } from '#lib/identity';
import { SecretBox, SecretRing } from '#lib/platform';
import { checkSettlementInvariants, fundsOn, takeStatement } from '#lib/settlement';
import { aDatabase, type TestDatabase } from '../../../test/support/database';
import { codeAt } from '../../../test/support/people';
import { channelSecret, CHANNELS, INSTITUTION_CODES, setSnapCredentials } from '../../../test/support/seed';

const ROOT = join(__dirname, '..', '..', '..');
const MAIN = join(ROOT, 'dist', 'apps', 'cli', 'src', 'main.js');

let store: TestDatabase;
beforeAll(async () => {
  store = await aDatabase();
});
afterAll(() => store.drop());

const DATA_KEY = randomBytes(32).toString('base64');

/** What the launcher's scripts say, as JSON. */
function scripts(script: string): unknown {
  const word = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return JSON.parse(word);
}

const USERS = scripts(
  `import { DEMO_USERS, newUserSecrets, userEnvironment } from './scripts/lib/demo-users.mjs';
   const secrets = Object.fromEntries(DEMO_USERS.map(({ login }) => [login, newUserSecrets(() => 'gopher turbine staple')]));
   console.log(JSON.stringify({ list: DEMO_USERS, secrets, environment: userEnvironment(secrets) }));`,
) as {
  list: { login: string; roles: string[]; channel?: string }[];
  secrets: Record<string, { password: string; totpSecret: string }>;
  environment: Record<string, string>;
};

/** Runs `simpul seed` as the launcher does. */
function seed(more: Record<string, string> = {}): void {
  setSnapCredentials();
  const constantCase = (name: string) => name.toUpperCase().replaceAll('-', '_');
  const channels = CHANNELS.flatMap((id) =>
    (['SECRET', 'SECOND_SECRET'] as const).map((which) => [
      `CHANNEL_${constantCase(id)}_${which}`,
      channelSecret(id, which),
    ]),
  );
  const codes = Object.entries(INSTITUTION_CODES).map(([id, code]) => [
    `CHANNEL_${constantCase(id)}_INSTITUTION_CODE`,
    code,
  ]);
  execFileSync(process.execPath, [MAIN, 'seed', 'fixtures/demo'], {
    cwd: ROOT,
    env: {
      ...process.env,
      ...Object.fromEntries([...channels, ...codes]),
      ...USERS.environment,
      DATABASE_URL: store.url,
      DATABASE_MIGRATION_URL: store.migrationUrl,
      SIMPUL_ENVIRONMENT: 'demo',
      SIMPUL_DATA_KEY: DATA_KEY,
      ...more,
    },
  });
}

/** What the launcher tells the simulated bank. */
function openingAtBank(): bigint {
  const script =
    "import('./scripts/lib/bank-opening.mjs').then(({ openingAtBank }) => console.log(openingAtBank()))";
  return BigInt(execFileSync(process.execPath, ['-e', script], { cwd: ROOT, encoding: 'utf8' }).trim());
}

test('the simulated bank opens with what the seed booked, so that the demo’s funds leave nothing unexplained', async () => {
  seed();
  const { database } = store;
  const now = new SystemClock().now();
  const date = businessDateOf(now, JAKARTA_MIDNIGHT);
  const opening = openingAtBank();
  const statement = { account: 'BANKX/1', number: 1, date, opening, closing: opening, lines: [] };
  expect(await takeStatement(database, statement, now)).toMatchObject({ ok: true });

  expect(await fundsOn(database, date)).toMatchObject({ bankTotal: opening, inTransit: 0n, remainder: 0n });
  expect((await checkSettlementInvariants(database)).filter(({ ok }) => !ok)).toEqual([]);
});

const tools = () => ({
  database: store.database,
  clock: new SystemClock(),
  secrets: new SecretRing(new SecretBox(DATA_KEY)),
  passwords: readPasswordRules(join(ROOT, 'config', 'passwords.yaml')),
});

async function signsIn(login: string): Promise<string | undefined> {
  const { password = '', totpSecret = '' } = USERS.secrets[login] ?? {};
  const code = await codeAt(totpSecret, new Date());
  const answer = await signIn(tools(), { login, password, code, source: '192.0.2.1', agent: 'x' });
  return answer.ok ? answer.value.session.token : undefined;
}

test('everybody of the demo signs in with what run.json tells, and has the role that it tells', async () => {
  for (const { login, roles, channel } of USERS.list) {
    const principal = await authenticate(tools(), (await signsIn(login)) ?? '');
    expect(principal).toMatchObject({
      login,
      roles: roles.map((role) => role.replace('-', '_')),
      scope: channel === undefined ? 'house' : { channelId: channel },
    });
  }
  const now = new Date();
  const known = await listUsers(store.database, { now });
  expect(known.map(({ login }) => login).sort()).toEqual(USERS.list.map(({ login }) => login).sort());
});

test('seeded again, whoever is as they should be stays signed in, and who is not is brought back', async () => {
  const live = await store.admin.rows('SELECT 1 FROM console_session WHERE ended_at IS NULL');
  await store.admin.run("UPDATE console_user SET state = 'disabled' WHERE login = 'maker@simpul.test'");
  seed();
  expect(await store.admin.rows('SELECT 1 FROM console_session WHERE ended_at IS NULL')).toHaveLength(
    live.length - 1,
  );
  const [maker] = await listUsers(store.database, { now: new Date(), login: 'maker@simpul.test' });
  expect(maker).toMatchObject({ state: 'active', roles: ['finance_maker'] });
});

test('nothing of it is written in production', async () => {
  expect(() => seed({ SIMPUL_ENVIRONMENT: 'production' })).toThrow('does not run in production');
  const before = process.env['SIMPUL_ENVIRONMENT'];
  process.env['SIMPUL_ENVIRONMENT'] = 'production';
  try {
    const file = join(ROOT, 'fixtures', 'demo', 'users.yaml');
    await expect(seedDemoUsers(tools(), file, new Date())).rejects.toThrow('not written in production');
  } finally {
    process.env['SIMPUL_ENVIRONMENT'] = before;
  }
});
