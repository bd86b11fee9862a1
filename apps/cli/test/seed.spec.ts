import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { businessDateOf, JAKARTA_MIDNIGHT, SystemClock } from '#lib/kernel';
import { checkSettlementInvariants, fundsOn, takeStatement } from '#lib/settlement';
import { aDatabase, type TestDatabase } from '../../../test/support/database';
import { channelSecret, CHANNELS, INSTITUTION_CODES, setSnapCredentials } from '../../../test/support/seed';

const ROOT = join(__dirname, '..', '..', '..');
const MAIN = join(ROOT, 'dist', 'apps', 'cli', 'src', 'main.js');

let store: TestDatabase;
beforeAll(async () => {
  store = await aDatabase();
});
afterAll(() => store.drop());

/** Runs `simpul seed` as the launcher does. */
function seed(): void {
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
      DATABASE_URL: store.url,
      DATABASE_MIGRATION_URL: store.migrationUrl,
      SIMPUL_ENVIRONMENT: 'demo',
      SIMPUL_DATA_KEY: randomBytes(32).toString('base64'),
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
