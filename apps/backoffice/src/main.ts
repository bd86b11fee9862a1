import 'reflect-metadata';
import { join } from 'node:path';
import {
  clockFromEnvironment,
  createLogger,
  isProduction,
  liveUntilStopped,
  numberSetting,
  runMain,
  secretRingFromEnvironment,
  setting,
} from '#lib/platform';
import { transportFromEnvironment } from '#lib/channels';
import { openBackoffice } from './backoffice';

const ROOT = join(__dirname, '..', '..', '..', '..');
const logger = createLogger('backoffice');

runMain(logger, async () => {
  const clock = clockFromEnvironment();
  const host = process.env.HTTP_HOST ?? '127.0.0.1';
  const running = await openBackoffice({
    databaseUrl: setting('DATABASE_URL', 'the application account of the payment database'),
    secrets: secretRingFromEnvironment(),
    configDirectory: process.env.SIMPUL_CONFIG ?? join(ROOT, 'config'),
    home: setting('SIMPUL_HOME', 'the folder of the installation, for archived files'),
    consoleDirectory: join(ROOT, 'dist', 'console'),
    port: numberSetting('HTTP_PORT', 'the port of the console'),
    host,
    transport: transportFromEnvironment({ host, isProduction: isProduction() }, clock.now()),
    clock,
    logger,
  });
  logger.info({ url: running.url }, 'back office is open');
  liveUntilStopped(logger, () => running.close());
});
