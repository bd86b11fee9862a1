/** A copy of a tree with another value at a path such as `bills.0.amount`; undefined takes the member away. */
export function changed<T extends object>(tree: T, path: string, value: unknown): T {
  const copy = structuredClone(tree);
  const names = path.split('.');
  const last = names.pop() ?? '';
  let parent = copy as Record<string, unknown>;
  for (const name of names) {
    const child = parent[name];
    if (typeof child !== 'object' || child === null) throw new Error(`the answer has no ${path}`);
    parent = child as Record<string, unknown>;
  }
  if (!(last in parent)) throw new Error(`the answer has no ${path}`);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return copy;
}
