/**
 * The command could not do its work (exit code 2), as opposed to: it worked and found something wrong
 * (exit code 1). The message is for people: it names what is in the way and the remedy.
 */
export class CannotRun extends Error {
  /** @override */
  name = 'CannotRun';
}

/**
 * Ends a command the way all of them end: a sentence for what people can mend, a stack only for a bug.
 * @param {unknown} error what stopped the command
 * @returns {2} the exit code
 */
export function explain(error) {
  if (error instanceof CannotRun) console.error(error.message);
  else console.error(error);
  return 2;
}
