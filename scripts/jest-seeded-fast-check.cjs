// By its path, for its name is mapped to this file.
const fastCheck = require('../node_modules/fast-check/lib/cjs/fast-check.js');

/**
 * fast-check with one seed for every run: the same commit gets the same verdict everywhere. Who looks for new cases gives
 * SIMPUL_TEST_SEED=random, or a number; a property that fails prints the seed it failed with.
 */
const seed = process.env.SIMPUL_TEST_SEED ?? '20260714';
if (seed !== 'random') {
  if (!/^\d{1,9}$/.test(seed)) throw new Error('SIMPUL_TEST_SEED is a number, or "random"');
  fastCheck.configureGlobal({ seed: Number(seed) });
}

module.exports = fastCheck;
