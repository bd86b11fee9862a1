/** @typedef {{ ok: true } | { ok: false, step: string, why: string }} Told */

/**
 * Runs the story on an installation that is up: one payment from the door to the books.
 * @param {import('./home.mjs').Home} home
 * @param {(line: string) => void} log receives each step's proof
 * @returns {Promise<Told>} never rejects: what goes wrong has a step and a reason
 */
export async function tellStory(home, log) {
  try {
    // Loaded late: it may use packages that the set-up has only just installed.
    const { story } = await import('../story.mjs');
    return await story({ home: home.folder, log });
  } catch (error) {
    return {
      ok: false,
      step: 'unexpected',
      why: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}
