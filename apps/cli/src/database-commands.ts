import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { catalogSource, seedCatalog, type SeedResult } from '#lib/catalog';
import { topUpFloat } from '#lib/floats';
import { seedDemoUsers } from '#lib/identity';
import { businessDateOf, JAKARTA_MIDNIGHT, type Clock } from '#lib/kernel';
import { SingleWriter, topUpDeposit } from '#lib/ledger';
import {
  checkDatabase,
  clockFromEnvironment,
  Database,
  grantApplication,
  isProduction,
  migrate,
  secretRingFromEnvironment,
  setting,
  type SecretBox,
  SettingError,
} from '#lib/platform';
import { migrationUrl, openAccounts } from './books';
import { begunByHand } from './by-hand';
import { MIGRATIONS } from './places';

const DAY_MS = 86_400_000;

/** `simpul migrate` and `simpul seed`. */
export function addDatabaseCommands(program: Command): void {
  program
    .command('migrate')
    .description('bring the schema up to date and give the application’s account its rights, table by table')
    .action(async () => {
      const applied = await migrate(migrationUrl(), MIGRATIONS);
      const granted = await grantApplication(
        migrationUrl(),
        setting('DATABASE_URL', 'the application’s account'),
        join(MIGRATIONS, 'grants.yaml'),
      );
      if (applied.length > 0) await tellMigrated(applied);
      console.log(applied.length === 0 ? 'schema: up to date' : `schema: ${applied.join(', ')}`);
      console.log(
        granted === undefined
          ? 'rights: left as they are, because migrations and application share one account'
          : `rights: ${granted} may not change history`,
      );
    });

  program
    .command('seed')
    .description(
      'write the demo’s billers, products, channels and users, and book each opening deposit once; run again, it brings them back to the file',
    )
    .argument('<folder>', 'for example fixtures/demo')
    .action(async (folder: string) => {
      if (isProduction()) throw new SettingError('seed writes demo partners; it does not run in production');
      const secrets = secretRingFromEnvironment();
      const seeded = await seedTables(join(resolve(folder), 'catalog.yaml'), secrets.current);
      const database = new Database(migrationUrl(), { connectionsMax: 2 });
      try {
        await checkDatabase(database);
        const clock = clockFromEnvironment();
        await openBooks(database, seeded, clock);
        await seedDemoUsers({ database, secrets }, join(resolve(folder), 'users.yaml'), clock.now());
      } finally {
        await database.close();
      }
      console.log(`seeded: ${seeded.deposits.map(({ channelId }) => channelId).join(', ')}`);
    });
}

/** A change of the schema commits by itself, so its row comes after it. */
async function tellMigrated(applied: readonly string[]): Promise<void> {
  const database = new Database(migrationUrl(), { connectionsMax: 1 });
  try {
    await begunByHand(
      database,
      'migrated',
      { kind: 'schema', id: applied.at(-1) ?? '' },
      { after: { applied } },
    );
  } finally {
    await database.close();
  }
}

async function seedTables(file: string, box: SecretBox): Promise<SeedResult> {
  const source = await catalogSource(migrationUrl()).initialize();
  try {
    return await seedCatalog(source, file, box);
  } finally {
    await source.destroy();
  }
}

/**
 * Opens what accounts are missing and books each channel's opening deposit, and each opening float, once. They are of the day
 * before: the bank's first statement opens with them, and none has a line of them.
 */
async function openBooks(database: Database, seeded: SeedResult, clock: Clock): Promise<void> {
  const at = new Date(clock.now().getTime() - DAY_MS);
  await openAccounts(database, seeded, at);
  const object = { kind: 'catalog', id: 'demo' };
  await begunByHand(database, 'opening money booked once', object, {
    after: { deposits: seeded.deposits, floats: seeded.floats },
  });
  const writer = new SingleWriter(database);
  for (const { channelId, topUp } of seeded.deposits)
    if (topUp > 0n)
      await topUpDeposit(writer, {
        topUpId: `opening:${channelId}`,
        channelId,
        amount: topUp,
        businessDate: businessDateOf(at, JAKARTA_MIDNIGHT),
        at,
      });
  for (const { billerId, opening } of seeded.floats)
    if (opening > 0n)
      await topUpFloat(
        { writer, statements: database },
        { reference: `opening:${billerId}`, billerId, amount: opening, at },
      );
}
