import { refuseTestHooks } from './fail-point';
import type { Logger } from './logging';

const DRAIN_MAX_MS = 30_000;

/**
 * Ties a process to its launcher: says it is ready, and ends in order on SIGTERM, SIGINT, or when the launcher
 * has gone. What is in flight has 30 s; whatever remains then is found again by its own rows.
 */
export function liveUntilStopped(logger: Logger, close: () => Promise<void>): void {
  let isEnding = false;
  const end = (reason: string) => {
    if (isEnding) return;
    isEnding = true;
    logger.info({ reason }, 'ending');
    setTimeout(() => process.exit(1), DRAIN_MAX_MS).unref();
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'did not end in order');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => end('SIGTERM'));
  process.on('SIGINT', () => end('SIGINT'));
  process.on('disconnect', () => end('launcher gone'));
  process.send?.('ready');
}

/** Runs a process's main function; what it throws is one clear line and exit 2, never half a process. */
export function runMain(logger: Logger, main: () => Promise<void>): void {
  process.on('unhandledRejection', (error) => {
    logger.fatal({ err: error }, 'unhandled rejection');
    process.exit(1);
  });
  Promise.resolve()
    .then(refuseTestHooks)
    .then(main)
    .catch((error: unknown) => {
      logger.fatal({ err: error }, 'could not start');
      process.exit(2);
    });
}
