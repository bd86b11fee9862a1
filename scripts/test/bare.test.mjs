import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { CHECKOUT } from '../lib/home.mjs';

/** The commands that install what they need, and so must be readable before any package is there. */
const COMMANDS = [
  'scripts/start.mjs',
  'scripts/demo.mjs',
  'scripts/test.mjs',
  'scripts/chaos.mjs',
  'bench/run.mjs',
];

await test('a checkout without node_modules reads every command', async (t) => {
  // Outside the checkout: Node looks for packages in every folder above.
  const bare = mkdtempSync(path.join(tmpdir(), 'simpul-bare-'));
  try {
    for (const part of ['scripts', 'bench', 'package.json'])
      cpSync(path.join(CHECKOUT, part), path.join(bare, part), { recursive: true });
    const run = (/** @type {string[]} */ ...args) =>
      spawnSync(process.execPath, args, { cwd: bare, encoding: 'utf8' });
    for (const command of COMMANDS)
      await t.test(command, () => {
        const { stdout, stderr, status } = run(command, '--help');
        assert.equal(stderr, '');
        assert.match(stdout, /^npm (?:start|test|run)/);
        assert.equal(status, 0);
      });
    await t.test('scripts/simulate.mjs, which sets up first', () => {
      assert.match(run('scripts/simulate.mjs', '--help').stderr, /^package-lock\.json is missing/);
    });
    await t.test('scripts/simpul.mjs, which wants a build', () => {
      assert.match(run('scripts/simpul.mjs', '--help').stderr, /^The npm packages are not installed/);
    });
  } finally {
    rmSync(bare, { recursive: true, force: true });
  }
});
