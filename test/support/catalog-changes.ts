import type { TestDatabase } from './database';

/** Takes every calendar's closed times away: what is sold then does not depend on the hour of the test. */
export async function openAtAnyHour({ admin }: Pick<TestDatabase, 'admin'>): Promise<void> {
  await admin.run(
    "UPDATE calendar SET opens_at = NULL, closes_at = NULL, maintenance = '[]', closures = '[]'",
  );
}
