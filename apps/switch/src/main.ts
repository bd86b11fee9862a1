import 'reflect-metadata';
import { join } from 'node:path';
import { actFrom } from '#lib/audit';
import {
  clockFromEnvironment,
  createLogger,
  isProduction,
  liveUntilStopped,
  numberSetting,
  runMain,
  setting,
} from '#lib/platform';
import { iso8583FromEnvironment, transportFromEnvironment } from '#lib/channels';
import { openSwitch } from './switch';

const ROOT = join(__dirname, '..', '..', '..', '..');
const logger = createLogger('switch');

runMain(logger, async () => {
  actFrom({ process: `switch ${process.pid}` });
  const clock = clockFromEnvironment();
  const host = process.env.HTTP_HOST ?? '127.0.0.1';
  const where = { host, isProduction: isProduction() };
  const running = await openSwitch({
    databaseUrl: setting('DATABASE_URL', 'the application account of the payment database'),
    dataKey: setting('SIMPUL_DATA_KEY', 'the key under which partner secrets are sealed, 32 bytes in Base64'),
    paymentIdKey: Buffer.from(setting('SIMPUL_PAYMENT_ID_KEY', 'hides the count in Payment IDs, hex'), 'hex'),
    paymentIdPrefix: isProduction() ? 'P' : 'T',
    configDirectory: process.env.SIMPUL_CONFIG ?? join(ROOT, 'config'),
    port: numberSetting('HTTP_PORT', 'the port of the H2H API'),
    host,
    iso8583ListeningOf: (name) => iso8583FromEnvironment(name, where, clock.now()),
    transport: transportFromEnvironment(where, clock.now()),
    clock,
    logger,
  });
  logger.info({ url: running.url }, 'switch is open');
  liveUntilStopped(logger, () => running.close());
});
