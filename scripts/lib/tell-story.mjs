import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** @typedef {{ ok: true } | { ok: false, step: string, why: string }} Told */

/**
 * Runs the story on an installation that is up: one payment from the door to the books.
 * @param {import('./home.mjs').Home} home
 * @param {(line: string) => void} log receives each step's proof
 * @returns {Promise<Told>} never rejects: what goes wrong has a step and a reason
 */
export async function tellStory(home, log) {
  const script = new URL('../story.mjs', import.meta.url);
  if (!existsSync(fileURLToPath(script)))
    return { ok: false, step: 'begin', why: 'scripts/story.mjs is missing' };
  try {
    // Loaded late: it may use packages that the set-up has only just installed.
    const { story } = /** @type {{ story: (on: { home: string, log: typeof log }) => Promise<Told> }} */ (
      await import(script.href)
    );
    return await story({ home: home.folder, log });
  } catch (error) {
    return {
      ok: false,
      step: 'unexpected',
      why: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}
