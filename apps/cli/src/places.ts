import { join } from 'node:path';

/** The checkout: the built file stands in dist/apps/cli/src. */
export const ROOT = join(__dirname, '..', '..', '..', '..');
/** The folder that switch and worker read too. */
export const CONFIG = process.env.SIMPUL_CONFIG ?? join(ROOT, 'config');
export const MIGRATIONS = join(ROOT, 'migrations');
