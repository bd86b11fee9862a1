import { stepsOf } from '../../mapping/path';

/**
 * A copy of a tree with another value at a path such as `bills.0.amount` or `data:json.amount`; undefined takes the
 * member away.
 */
export function changed<T extends object>(tree: T, path: string, value: unknown): T {
  const copy = structuredClone(tree);
  change(copy as Record<string, unknown>, stepsOf(path), path, value);
  return copy;
}

function change(
  parent: Record<string, unknown>,
  [step, ...further]: ReturnType<typeof stepsOf>,
  path: string,
  value: unknown,
): void {
  if (!step || !(step.name in parent)) throw new Error(`the answer has no ${path}`);
  const child = parent[step.name];
  if (further.length === 0) {
    if (value === undefined) delete parent[step.name];
    else parent[step.name] = value;
    return;
  }
  const inner = (step.isJson ? JSON.parse(String(child)) : child) as unknown;
  if (typeof inner !== 'object' || inner === null) throw new Error(`the answer has no ${path}`);
  change(inner as Record<string, unknown>, further, path, value);
  if (step.isJson) parent[step.name] = JSON.stringify(inner);
}
