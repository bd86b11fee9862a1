import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import {
  applyCatalog,
  catalogSource,
  exportCatalog,
  openingsOf,
  type Applied,
  type CatalogChange,
} from '#lib/catalog';
import { checkDatabase, clockFromEnvironment, Database, SecretBox, setting } from '#lib/platform';
import { migrationUrl, openAccounts } from './books';
import { operator } from './by-hand';
import { JSON_HELP, printJson } from './output';

/** `simpul catalog apply` and `simpul catalog export`. */
export function addCatalogCommands(program: Command): void {
  const catalog = program.command('catalog').description('what is sold, as a file: docs/catalog.md');

  catalog
    .command('apply')
    .description(
      'bring billers, products, prices and channels to a file, all of it or, at any mistake, nothing; what the file does not name stays',
    )
    .argument('<file>', 'for example fixtures/demo/catalog.yaml')
    .option('--dry-run', 'only print what would change')
    .option('--json', JSON_HELP)
    .action(async (file: string, { dryRun = false, json }: { dryRun?: boolean; json?: boolean }) => {
      const applied = await apply(resolve(file), dryRun);
      if (json) printJson({ ok: true, dryRun, changes: applied.changes });
      else print(applied.changes, dryRun);
    });

  catalog
    .command('export')
    .description('write the catalog as a file that `apply` reads; secrets are left out')
    .argument('<file>')
    .action(async (file: string) => {
      const source = await catalogSource(migrationUrl()).initialize();
      try {
        writeFileSync(resolve(file), await exportCatalog(source));
      } finally {
        await source.destroy();
      }
      console.log(`written: ${file}`);
    });
}

async function apply(file: string, dryRun: boolean): Promise<Applied> {
  const box = new SecretBox(setting('SIMPUL_DATA_KEY', 'the key under which partner secrets are sealed'));
  const database = new Database(migrationUrl(), { connectionsMax: 2 });
  try {
    await checkDatabase(database);
    const source = await catalogSource(migrationUrl()).initialize();
    try {
      const applied = await applyCatalog(source, file, box, {
        dryRun,
        by: operator(),
        at: clockFromEnvironment().now(),
      });
      // A payment of a new biller or channel needs its accounts; those that are there already are left alone.
      if (!dryRun) await openAccounts(database, openingsOf(applied.file), clockFromEnvironment().now());
      return applied;
    } finally {
      await source.destroy();
    }
  } finally {
    await database.close();
  }
}

const SIGNS = { add: '+', change: '~', remove: '-' } as const;

/** The difference as a person reads it: a line for each row, and under it what of it changes. */
function print(changes: readonly CatalogChange[], dryRun: boolean): void {
  for (const { kind, table, key, columns } of changes) {
    console.log(`${SIGNS[kind]} ${table} ${key}`);
    if (kind === 'change')
      for (const { name, from, to } of columns)
        console.log(`    ${name}: ${from ?? 'none'} -> ${to ?? 'none'}`);
  }
  const count = (wanted: CatalogChange['kind']) => changes.filter(({ kind }) => kind === wanted).length;
  const sum = `${count('add')} added, ${count('change')} changed, ${count('remove')} removed`;
  console.log(dryRun ? `nothing is written; it would be ${sum}` : sum);
}
