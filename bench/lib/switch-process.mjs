import path from 'node:path';
import { createRequire } from 'node:module';
import { CHECKOUT } from '../../scripts/lib/home.mjs';

/**
 * A switch for measurements: the product's own wiring with one part exchanged. WRITER says which: `batch` is the
 * product, `textbook` one transaction per step, `stub` answers at once and writes nothing.
 */
const require = createRequire(import.meta.url);
const { openSwitch } = require(path.join(CHECKOUT, 'dist/apps/switch/src/switch.js'));
const { SingleWriter } = require(path.join(CHECKOUT, 'dist/libs/ledger/src/index.js'));
const platform = require(path.join(CHECKOUT, 'dist/libs/platform/src/index.js'));
const { SystemClock } = require(path.join(CHECKOUT, 'dist/libs/kernel/src/index.js'));

const env = /** @type {Record<string, string>} */ (process.env);

const STUB = {
  commit: async () => ({ kind: 'committed', deposit: { posted: 1_000_000_000n, held: 0n, limit: 0n } }),
  close: async () => {},
};

/** @type {Record<string, ((database: unknown) => unknown) | undefined>} */
const WRITERS = { batch: undefined, textbook: (database) => new SingleWriter(database), stub: () => STUB };

const running = await openSwitch({
  databaseUrl: env['DATABASE_URL'],
  dataKey: env['SIMPUL_DATA_KEY'],
  paymentIdKey: Buffer.from(env['SIMPUL_PAYMENT_ID_KEY'] ?? '', 'hex'),
  paymentIdPrefix: 'T',
  configDirectory: env['SIMPUL_BENCH_CONFIG'] ?? path.join(CHECKOUT, 'config'),
  port: Number(env['HTTP_PORT']),
  host: '127.0.0.1',
  iso8583ListeningOf: (/** @type {string} */ name) =>
    env[name] === undefined ? undefined : { port: Number(env[name]), tls: undefined },
  clock: new SystemClock(),
  logger: platform.createLogger('switch'),
  writerOf: WRITERS[env['WRITER'] ?? 'batch'],
});
platform.liveUntilStopped(platform.createLogger('switch'), () => running.close());
