// Read before a program by `node --require`, where it lies copied beside what it keeps (lib/quick-start.mjs).
/* oxlint-disable no-underscore-dangle -- Node's loader has no other names. */
const { createHash } = require('node:crypto');
const { readFileSync, renameSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const v8 = require('node:v8');
const { Script } = require('node:vm');
const { isMainThread } = require('node:worker_threads');

/**
 * What the first start of a program in a test run leaves to the next ones: where its modules lie, and what V8 made of
 * them. A start is mostly looking for files and compiling them, and a run makes some hundred.
 * @typedef {{ found: Map<string, string>, compiled: Map<string, Buffer> }} Kept
 */

/** Node's own loader, as far as it is not in its types. */
const loader = /** @type {any} */ (Module);
const of = createHash('sha256')
  .update(JSON.stringify([process.argv[1], process.execArgv]))
  .digest('hex');
const file = path.join(__dirname, `${of}.bin`);

/** @returns {Kept | undefined} */
function read() {
  try {
    return v8.deserialize(readFileSync(file));
  } catch {
    return undefined;
  }
}

/** @param {Kept} kept */
function reuse({ found, compiled }) {
  const resolve = loader._resolveFilename;
  loader._resolveFilename = (/** @type {[string, any, ...unknown[]]} */ ...asked) =>
    found.get(placeOf(...asked) ?? '') ?? resolve.apply(loader, asked);
  compileBy((filename, text) => new Script(text, { filename, cachedData: compiled.get(filename) }));
}

/** Keeps what this start finds and compiles, once it is done: when the program says that it is ready, or ends. */
function keep() {
  /** @type {Map<string, string>} */
  const found = new Map();
  /** @type {Map<string, Script>} */
  const scripts = new Map();
  const resolve = loader._resolveFilename;
  loader._resolveFilename = (/** @type {[string, any, ...unknown[]]} */ ...asked) => {
    const filename = resolve.apply(loader, asked);
    const place = placeOf(...asked);
    if (place !== undefined) found.set(place, filename);
    return filename;
  };
  compileBy((filename, text) => {
    const script = new Script(text, { filename });
    scripts.set(filename, script);
    return script;
  });
  let isKept = false;
  const write = () => {
    if (isKept) return;
    isKept = true;
    const compiled = new Map([...scripts].map(([name, script]) => [name, script.createCachedData()]));
    scripts.clear();
    try {
      // Whole or not at all: others may read it meanwhile.
      writeFileSync(`${file}.${process.pid}`, v8.serialize({ found, compiled }));
      renameSync(`${file}.${process.pid}`, file);
    } catch {
      // The run is over; nobody will ask for it.
    }
  };
  process.once('exit', write);
  const send = process.send?.bind(process);
  if (send)
    process.send = (/** @type {any[]} */ ...message) => {
      process.send = send;
      setImmediate(write);
      return /** @type {any} */ (send)(...message);
    };
}

/**
 * @param {string} request
 * @param {{ filename?: string | null } | null | undefined} parent
 * @param {...unknown} more
 * @returns {string | undefined} what is asked for, and where; undefined where the answer may differ the next time
 */
function placeOf(request, parent, ...more) {
  if (!parent?.filename || more[1] !== undefined) return undefined;
  return `${path.dirname(parent.filename)}\n${request}`;
}

/**
 * Compiles CommonJS modules by what is given here, and leaves everything else to Node: also a module that imports
 * another one while it runs, since what V8 made of it forgets who may import for it.
 * @param {(filename: string, text: string) => Script} scriptOf
 */
function compileBy(scriptOf) {
  const compile = loader.prototype._compile;
  loader.prototype._compile = function (
    /** @type {string} */ content,
    /** @type {string} */ filename,
    /** @type {unknown[]} */ ...more
  ) {
    const script = isImporting(content, more[0])
      ? undefined
      : scriptUnlessWrong(() => scriptOf(filename, loader.wrap(content.replace(/^#!.*/, ''))));
    if (!script) return compile.call(this, content, filename, ...more);
    const run = script.runInThisContext();
    return run.call(this.exports, this.exports, requireOf(this), this, filename, path.dirname(filename));
  };
}

/**
 * @param {string} content
 * @param {unknown} format what Node says of the file
 */
function isImporting(content, format) {
  return format === 'module' || /\bimport\s*\(/.test(content);
}

/** @param {() => Script} make */
function scriptUnlessWrong(make) {
  try {
    return make();
  } catch {
    // An ECMAScript module, or a mistake that Node tells better.
    return undefined;
  }
}

/** @param {any} parent the module that will require by it */
function requireOf(parent) {
  const require = (/** @type {string} */ id) => parent.require(id);
  require.resolve = (/** @type {string} */ id, /** @type {unknown} */ options) =>
    loader._resolveFilename(id, parent, false, options);
  require.resolve.paths = (/** @type {string} */ id) => loader._resolveLookupPaths(id, parent);
  require.main = process.mainModule;
  require.extensions = loader._extensions;
  require.cache = loader._cache;
  return require;
}

if (isMainThread) {
  const kept = read();
  if (kept) reuse(kept);
  else keep();
}
