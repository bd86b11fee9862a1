import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { deserialize } from 'node:v8';
import { makeQuickStart, removeQuickStart } from '../lib/quick-start.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'quick-start-test-'));
const program = path.join(folder, 'main.js');
const FILES = {
  'main.js': `#!/usr/bin/env node
const { join } = require('./part');
console.log(require.main === module, join(__dirname, 'x') === __dirname + '/x', require.resolve('./part'));
try { require('./nowhere'); } catch (error) { console.log(error.code); }
require('./made')();
import('./late.mjs').then(({ late }) => console.log(late));`,
  'part.js': "exports.join = require('node:path').join; exports.deep = require('deep');",
  'made.js': 'module.exports = () => console.log(module.children.length, __filename);',
  'late.mjs': "export const late = 'an ECMAScript module is left to Node';",
  'node_modules/deep/package.json': '{ "name": "deep", "main": "inside.js" }',
  'node_modules/deep/inside.js': 'exports.inside = true;',
};
for (const [name, text] of Object.entries(FILES)) {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), text);
}
after(() => rmSync(folder, { recursive: true }));

/** @param {...string} options */
function run(...options) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...options, program], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

await test('a program that is started by what its first start left does the same', (t) => {
  const file = makeQuickStart();
  t.after(removeQuickStart);
  const plain = run();
  assert.deepEqual([plain.status, plain.stderr], [0, '']);
  assert.deepEqual(run('--require', file), plain);

  const left = readdirSync(path.dirname(file)).filter((name) => name.endsWith('.bin'));
  assert.equal(left.length, 1);
  const kept = path.join(path.dirname(file), left[0] ?? '');
  const { found, compiled } = deserialize(readFileSync(kept));
  assert.ok([...found.values()].includes(path.join(folder, 'node_modules/deep/inside.js')));
  assert.deepEqual(
    [...compiled.keys()].map((name) => path.relative(folder, name)),
    ['part.js', 'node_modules/deep/inside.js', 'made.js'],
  );
  const keptAt = statSync(kept).mtimeMs;
  assert.deepEqual(run('--require', file), plain);
  assert.equal(statSync(kept).mtimeMs, keptAt);
});

await test('what was left serves one program under its options only, and is no obstacle where it is spoilt', (t) => {
  const file = makeQuickStart();
  t.after(removeQuickStart);
  const plain = run();
  run('--require', file);
  assert.deepEqual(run('--require', file, '--max-semi-space-size=8'), plain);
  const left = readdirSync(path.dirname(file)).filter((name) => name.endsWith('.bin'));
  assert.equal(left.length, 2);
  for (const name of left) writeFileSync(path.join(path.dirname(file), name), 'spoilt');
  assert.deepEqual(run('--require', file), plain);
});
