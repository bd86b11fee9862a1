import { snapAmount } from '#lib/snap';
import type { Rupiah } from '#lib/kernel';
import { filler, type Variables } from '../text-template';
import { IDR, type Tree } from './spec';

/** A body made ready once. @returns the value to be written as JSON; what has no value is left out. */
export type BodyFiller = (variables: Variables) => unknown;

/** Makes a body of a biller's file ready. The filler throws UnfilledTemplate as `filler` does. */
export function bodyFiller(tree: Tree): BodyFiller {
  if (tree === IDR) return ({ amount }) => (amount === undefined ? undefined : snapAmount(amount as Rupiah));
  if (typeof tree === 'string') return filler(tree);
  if (typeof tree !== 'object') return () => tree;
  if (Array.isArray(tree)) {
    const items = tree.map(bodyFiller);
    return (variables) => items.map((fill) => fill(variables)).filter((item) => item !== undefined);
  }
  const members = Object.entries(tree).map(([name, value]) => [name, bodyFiller(value)] as const);
  return (variables) => {
    const filled: Record<string, unknown> = {};
    for (const [name, fill] of members) {
      const value = fill(variables);
      if (value !== undefined) filled[name] = value;
    }
    return filled;
  };
}
