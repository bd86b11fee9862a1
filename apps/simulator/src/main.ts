import 'reflect-metadata';

import { SystemClock } from '#lib/kernel';

import { readSettings } from './settings';
import { createSimulator } from './simulator';

const HOST = '127.0.0.1';

/** Serves until it is told to stop: by SIGTERM, or by the end of the launcher that started it. */
async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const simulator = await createSimulator(settings, new SystemClock(settings.clockOffsetMs));
  await simulator.listen(settings.port, HOST);

  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    simulator.close().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.on('SIGTERM', stop);
  process.on('disconnect', stop);
  // Ctrl-C reaches the whole group; under a launcher, the launcher says when it is our turn.
  process.on('SIGINT', () => {
    if (!process.connected) stop();
  });
  process.send?.('ready');
}

function fail(error: unknown): void {
  process.stderr.write(`simulator: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

main().catch(fail);
