import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { aDatabase } from '../../../test/support/database';
import { migrate } from './migrations';

const MIGRATIONS = join(__dirname, '..', '..', '..', 'migrations');
/** From here on every statement may be run again. */
const FIRST = 100;

test('a migration that was killed after any of its statements is run again from its first', async () => {
  const files = readdirSync(MIGRATIONS).filter(
    (file) => /^\d{4}-/.test(file) && Number(file.slice(0, 4)) >= FIRST,
  );
  const store = await aDatabase();
  try {
    const names = files.map((file) => file.replace(/\.sql$/, '-%'));
    for (const name of names) await store.admin.run('DELETE FROM migration WHERE name LIKE ?', [name]);

    expect(await migrate(store.migrationUrl, MIGRATIONS)).toHaveLength(files.length);
  } finally {
    await store.drop();
  }
});
