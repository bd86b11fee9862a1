import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import { CHECKOUT } from '../lib/home.mjs';

const SEQUENCER = path.join(CHECKOUT, 'scripts/jest-sequencer.cjs');

/**
 * The order in which files are begun.
 * @param {Record<string, { size: number, tookMs?: number, failed?: boolean }>} files
 */
async function order(files) {
  const Sequencer = createRequire(import.meta.url)(SEQUENCER);
  const sequencer = new Sequencer({});
  const of = (/** @type {{ path: string }} */ { path: file }) => files[file] ?? { size: 0 };
  sequencer.time = (/** @type {{ path: string }} */ one) => of(one).tookMs;
  sequencer.hasFailed = (/** @type {{ path: string }} */ one) => of(one).failed === true;
  const context = {
    config: { cache: false },
    hasteFS: { getSize: (/** @type {string} */ file) => of({ path: file }).size },
  };
  const tests = Object.keys(files).map((file) => ({ path: file, context }));
  return (await sequencer.sort(tests)).map((/** @type {{ path: string }} */ one) => one.path);
}

await test('a checkout that has measured nothing begins with what is known to take long, then with what is large', async () => {
  const [iso, contract] = ['/x/apps/switch/test/iso8583.spec.ts', '/x/libs/billers/src/contract.spec.ts'];
  assert.deepEqual(
    await order({
      '/x/small.spec.ts': { size: 1 },
      [contract]: { size: 2 },
      '/x/large.spec.ts': { size: 9 },
      [iso]: { size: 3 },
    }),
    [iso, contract, '/x/large.spec.ts', '/x/small.spec.ts'],
  );
});

await test('a checkout that has measured goes by what it has measured, and by what failed', async () => {
  const contract = '/x/libs/billers/src/contract.spec.ts';
  assert.deepEqual(
    await order({
      [contract]: { size: 2, tookMs: 20 },
      '/x/long.spec.ts': { size: 1, tookMs: 900 },
      '/x/failed.spec.ts': { size: 1, tookMs: 1, failed: true },
    }),
    ['/x/failed.spec.ts', '/x/long.spec.ts', contract],
  );
});

await test('every file that is known to take long is there', () => {
  const named = [...readFileSync(SEQUENCER, 'utf8').matchAll(/'((?:apps|libs)\/[^']+)'/g)].map(
    ([, name]) => name,
  );
  assert.ok(named.length > 10);
  for (const name of named) assert.ok(existsSync(path.join(CHECKOUT, `${name}.ts`)), name);
});
