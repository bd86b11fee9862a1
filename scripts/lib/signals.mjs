/**
 * Turns the first request to stop (Ctrl-C, kill, closed terminal) into an abort. Later ones are not orders to
 * hurry: under npm one Ctrl-C arrives twice.
 * @returns {AbortSignal} its reason names the signal
 */
export function stopSignal() {
  const controller = new AbortController();
  for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(name, () => controller.abort(new Error(name)));
  // npm passes a signal to the shell between us, which ends without telling us.
  if (process.env.npm_lifecycle_event) onOrphaned(() => controller.abort(new Error('the end of npm')));
  // Whoever read our output has gone; that alone must not leave children behind.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  return controller.signal;
}

const PARENT_CHECK_MS = 250;

/** @param {() => void} tell called once, when the process that started us has ended */
function onOrphaned(tell) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    tell();
  }, PARENT_CHECK_MS).unref();
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
