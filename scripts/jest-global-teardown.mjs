/** Jest wants a file per hook; the work is in the library. */
export { removeTestDatabase as default } from './lib/test-database.mjs';
