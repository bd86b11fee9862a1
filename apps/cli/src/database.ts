import { checkDatabase, Database, setting } from '#lib/platform';

/** One reads the moment while others keep what came of it; they are opened when they are needed. */
const CONNECTIONS_MAX = 4;

/** Does something with the payment database, and lets go of it. */
export async function withDatabase<T>(work: (database: Database) => Promise<T>): Promise<T> {
  const database = new Database(setting('DATABASE_URL', 'the payment database'), {
    connectionsMax: CONNECTIONS_MAX,
  });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** The same, on a database that has proved first to be safe for money. */
export function withCheckedDatabase<T>(work: (database: Database) => Promise<T>): Promise<T> {
  return withDatabase(async (database) => {
    await checkDatabase(database);
    return work(database);
  });
}
