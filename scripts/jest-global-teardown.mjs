import { removeQuickStart } from './lib/quick-start.mjs';
import { removeSchemaTemplate } from './lib/schema-template.mjs';
import { removeTestDatabase } from './lib/test-database.mjs';
import { removeTestKeys } from './lib/test-keys.mjs';

/** Jest wants a file per hook; the work is in the library. */
export default async function globalTeardown() {
  removeTestKeys();
  removeQuickStart();
  await removeSchemaTemplate();
  await removeTestDatabase();
}
