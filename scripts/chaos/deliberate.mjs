import { runChaos } from './run.mjs';

const KILLS = 6;
/** Longer than it takes until a payment whose switch died is on the list. */
const QUIET_WITHIN_MS = 25_000;
/** Percent; they meet an advice that stays silent. */
const SLOW_TRUTHS = 5;
const CONTROL = 'none';

/**
 * Breakages of the schema, which no process can be told to make.
 * @type {Record<string, { what: string, prepare: (bed: import('./bed.mjs').Bed) => Promise<void> }>}
 */
const OF_THE_SCHEMA = {
  'duplicate-key-dropped': {
    what: 'the unique keys that let a reference and an inquiry form one payment only are gone',
    async prepare({ admin }) {
      for (const key of ['payment_channel_reference', 'payment_inquiry'])
        await admin(`ALTER TABLE payment DROP INDEX ${key}`);
    },
  },
};

/**
 * Switches on one deliberate fault after the other, each in a run of its own, and demands that something finds it.
 * First comes a run without a fault, in which nothing may be found.
 * @param {{ names: string[], seed: number, log: (line: string) => void, signal: AbortSignal }} what names: those to
 *   try; all when empty
 */
export async function catchAll({ names, seed, log, signal }) {
  const { BREAKAGES } = await import('#lib/breakages');
  /** @type {Record<string, string>} */
  const all = {
    [CONTROL]: 'nothing is broken',
    ...BREAKAGES,
    ...Object.fromEntries(Object.entries(OF_THE_SCHEMA).map(([name, { what }]) => [name, what])),
  };
  /** @type {Record<string, string>} */
  const faults = {};
  for (const [name, what] of Object.entries(all)) {
    if (names.length > 0 && !names.includes(name)) continue;
    log(`== ${name}: ${what}`);
    const result = await runChaos({
      kills: KILLS,
      seed,
      deliberateFault: name === CONTROL || name in OF_THE_SCHEMA ? undefined : name,
      prepare: OF_THE_SCHEMA[name]?.prepare,
      // A second writer needs a first one that stood still.
      withPause: name === 'fence-ignored',
      quietWithinMs: QUIET_WITHIN_MS,
      slowTruths: name === CONTROL ? 0 : SLOW_TRUTHS,
      findingsShown: 2,
      log,
      signal,
    });
    faults[name] = verdictOf(name, result);
    log(`== ${name}: ${faults[name]}`);
  }
  const isGood = ([name, verdict] = ['', '']) =>
    name === CONTROL ? verdict === 'nothing found' : verdict.startsWith('caught');
  const ok = Object.keys(faults).length > 0 && Object.entries(faults).every(isGood);
  return { chaos: true, faults, ok };
}

/**
 * @param {string} name
 * @param {Awaited<ReturnType<typeof runChaos>>} result
 */
function verdictOf(name, result) {
  const books = /** @type {const} */ (['lost', 'doubled', 'unlisted', 'untrue', 'contradicted'])
    .filter((kind) => result[kind] > 0)
    .map((kind) => `${kind} ${result[kind]}`);
  const invariants = Array.isArray(result.invariants)
    ? result.invariants.map((finding) => `verify ${finding.split(':', 1)[0]}`)
    : [];
  const by = [...invariants, ...books];
  if (by.length > 0) return name === CONTROL ? `found ${by.join(', ')}` : `caught by ${by.join(', ')}`;
  if (result.payments === 0) return 'no payment was made';
  return name === CONTROL ? 'nothing found' : 'NOT CAUGHT';
}
