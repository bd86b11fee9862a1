import { hash } from 'node:crypto';

/** The same seed always gives the same hex digits, which is what makes a simulated biller repeatable. */
export function drawHex(seed: string): string {
  return hash('sha256', seed, 'hex');
}

/** A whole number from 0 to `below` - 1 that only the seed decides. */
export function drawBelow(seed: string, below: number): number {
  return Number.parseInt(drawHex(seed).slice(0, 12), 16) % below;
}

/** One of the choices, decided by the seed alone. */
export function drawOne<Choice>(
  seed: string,
  choices: readonly [Choice, ...Choice[]] | readonly Choice[],
): Choice {
  const choice = choices[drawBelow(seed, choices.length)];
  if (choice === undefined) throw new RangeError('There is nothing to draw from an empty list.');
  return choice;
}
