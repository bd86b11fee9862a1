import { join } from 'node:path';

/** The checkout: the built file stands in dist/apps/cli/src. */
export const ROOT = join(__dirname, '..', '..', '..', '..');
export const CONFIG = join(ROOT, 'config');
export const MIGRATIONS = join(ROOT, 'migrations');
