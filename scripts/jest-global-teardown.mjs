import { removeSchemaTemplate } from './lib/schema-template.mjs';
import { removeTestDatabase } from './lib/test-database.mjs';

/** Jest wants a file per hook; the work is in the library. */
export default async function globalTeardown() {
  await removeSchemaTemplate();
  await removeTestDatabase();
}
