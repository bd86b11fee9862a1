import { z } from 'zod';

/**
 * Where a value stands in the biller's answer: names joined by dots, an item of a list by its index (`bills.0.amount`),
 * and `:json` after the name of a member whose text is JSON itself (`data:json.customer.name`).
 */
export const Path = z
  .string()
  .regex(/^@?[\w-]+(:json)?(\.@?[\w-]+(:json)?)*$/, 'must be a dotted path such as subscriber.name');

export interface Step {
  name: string;
  isJson: boolean;
}

/** The steps of a path, in order. */
export function stepsOf(path: string): readonly Step[] {
  let steps = known.get(path);
  if (!steps) {
    steps = path.split('.').map((step) => ({
      name: step.replace(/:json$/, ''),
      isJson: step.endsWith(':json'),
    }));
    known.set(path, steps);
  }
  return steps;
}

/** Paths come from specs, so there are few of them. */
const known = new Map<string, readonly Step[]>();
