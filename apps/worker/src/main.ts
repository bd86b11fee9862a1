import 'reflect-metadata';
import { join } from 'node:path';
import { actFrom } from '#lib/audit';
import { clockFromEnvironment, createLogger, liveUntilStopped, runMain, setting } from '#lib/platform';
import { openWorker } from './worker';

const ROOT = join(__dirname, '..', '..', '..', '..');
const logger = createLogger('worker');

runMain(logger, async () => {
  actFrom({ process: `worker ${process.pid}` });
  const worker = await openWorker({
    databaseUrl: setting('DATABASE_URL', 'the application account of the payment database'),
    dataKey: setting('SIMPUL_DATA_KEY', 'the key under which partner secrets are sealed, 32 bytes in Base64'),
    configDirectory: process.env.SIMPUL_CONFIG ?? join(ROOT, 'config'),
    home: setting('SIMPUL_HOME', 'the folder of this installation, for archived files and reports'),
    clock: clockFromEnvironment(),
    logger,
  });
  logger.info('worker is at work');
  liveUntilStopped(logger, () => worker.close());
});
