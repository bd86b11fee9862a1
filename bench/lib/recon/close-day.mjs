import { readFileSync } from 'node:fs';
import path from 'node:path';
import pino from 'pino';
import { DAY, SOURCE } from './planted.mjs';

/** A worker that closes one day and tells how long each state of the job took and how large it grew. */
const { readFormats } = await import('#lib/files');
const { Database } = await import('#lib/platform');
const { readJobs, runReconciliation } = await import('#lib/reconciliation');

const config = path.join(import.meta.dirname, '../../../config');
const startedAt = performance.now();
/** @type {Record<string, number>} */
const reachedMs = {};
const database = new Database(process.env['DATABASE_URL'] ?? '', { connectionsMax: 4 });
const outcome = await runReconciliation({
  database: watched(database),
  clock: { now: () => new Date() },
  home: process.env['SIMPUL_HOME'] ?? '',
  formats: readFormats(path.join(config, 'formats')),
  // What waits for a slow sender is not work.
  jobs: { ...readJobs(path.join(config, 'jobs.yaml')), stableMs: 0 },
  logger: pino({ level: 'silent' }),
  writeRecap: async () => [],
  source: SOURCE,
  businessDate: DAY,
});
await database.close();
const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
if (outcome.state === 'closed') outcome.breaks = [];
process.send?.({ outcome, reachedMs, totalMs: performance.now() - startedAt, peakMb: Number(peak) / 1024 });

/**
 * The same database, which remembers when the job's state was changed.
 * @param {import('#lib/platform').Database} inner
 */
function watched(inner) {
  return new Proxy(inner, {
    get(target, member) {
      const value = Reflect.get(target, member);
      if (typeof value !== 'function') return value;
      if (member !== 'transaction') return value.bind(target);
      return async (/** @type {(statements: any) => Promise<unknown>} */ work) => {
        let state = '';
        const result = await target.transaction((statements) =>
          work({
            rows: (/** @type {string} */ sql, /** @type {any[]} */ values) => statements.rows(sql, values),
            run: (/** @type {string} */ sql, /** @type {any[]} */ values) => {
              if (/^\s*UPDATE recon_job\s+SET state = \?/.test(sql)) state = String(values[0]);
              return statements.run(sql, values);
            },
          }),
        );
        if (state !== '') reachedMs[state] = performance.now() - startedAt;
        return result;
      };
    },
  });
}
