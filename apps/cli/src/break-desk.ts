import { join } from 'node:path';
import { Catalog } from '#lib/catalog';
import {
  clockFromEnvironment,
  SecretBox,
  setting,
  warnOfStale,
  type Database,
  type Logger,
} from '#lib/platform';
import { breakDesks, type ApprovingDesk } from '#lib/proposals';
import { Receipts } from '#lib/receipts';
import { withDatabase } from './database';
import { commandLogger } from './output';
import { CONFIG } from './places';

export type { ApprovingDesk };

/** Opens what breaks are worked with, on a database of the caller's. Close it again. */
export async function openBreakDesk(
  database: Database,
  logger: Logger = commandLogger(),
): Promise<{ desk: ApprovingDesk; close: () => Promise<void> }> {
  const box = new SecretBox(setting('SIMPUL_DATA_KEY', 'the key under which partner secrets are sealed'));
  const home = setting('SIMPUL_HOME', 'the folder of the installation, for the proofs of breaks');
  const catalog = await Catalog.open(
    setting('DATABASE_URL', 'the payment database'),
    box,
    warnOfStale(logger, 'the catalog could not be reloaded'),
  );
  try {
    const openDesk = breakDesks({
      database,
      clock: clockFromEnvironment(),
      logger,
      configDirectory: CONFIG,
      home,
      catalog,
      receipts: Receipts.read(join(CONFIG, 'receipts')),
    });
    return { desk: await openDesk(), close: () => catalog.close() };
  } catch (error) {
    await catalog.close();
    throw error;
  }
}

/** Works at a desk of its own, and clears it away. */
export function atBreakDesk<T>(work: (desk: ApprovingDesk) => Promise<T>): Promise<T> {
  return withDatabase(async (database) => {
    const { desk, close } = await openBreakDesk(database);
    try {
      return await work(desk);
    } finally {
      await close();
    }
  });
}
