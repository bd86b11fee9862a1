/**
 * Turns the first request to stop (Ctrl-C, kill, closed terminal) into an abort. Later ones are not orders to
 * hurry: under npm one Ctrl-C arrives twice.
 * @returns {AbortSignal} its reason names the signal
 */
export function stopSignal() {
  const controller = new AbortController();
  for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(name, () => controller.abort(new Error(name)));
  // Whoever read our output has gone; that alone must not leave children behind.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  return controller.signal;
}

/**
 * Waits for the request to stop.
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export function whenStopped(signal) {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    // A pending promise does not keep a process alive; a timer does.
    const alive = setInterval(() => {}, 60_000);
    signal.addEventListener('abort', () => {
      clearInterval(alive);
      resolve();
    });
  });
}
