/** One member that is not as it was; undefined: it was not there. */
export interface Changed {
  name: string;
  before: string | undefined;
  after: string | undefined;
}

/** What differs between two states of a thing, member by member in one order; what is the same is left out. */
export function differenceOf(before: unknown, after: unknown): Changed[] {
  const [was, is] = [membersOf(before), membersOf(after)];
  const names = [...new Set([...was.keys(), ...is.keys()])].toSorted();
  return names.flatMap((name) => {
    const changed = { name, before: was.get(name), after: is.get(name) };
    return changed.before === changed.after ? [] : [changed];
  });
}

/** The members of a state by their path, such as `limits.daily`; a list of plain values is one member. */
function membersOf(state: unknown): Map<string, string> {
  const members = new Map<string, string>();
  const walk = (value: unknown, path: string): void => {
    if (value === null || value === undefined) {
      if (path !== '') members.set(path, '—');
      return;
    }
    if (typeof value !== 'object') {
      members.set(path, typeof value === 'string' ? value : JSON.stringify(value));
      return;
    }
    const entries = Object.entries(value);
    const isPlainList = Array.isArray(value) && value.every((one) => one === null || typeof one !== 'object');
    if (isPlainList) members.set(path, value.length === 0 ? '—' : value.map(String).join(', '));
    else if (entries.length === 0 && path !== '') members.set(path, '—');
    else for (const [name, member] of entries) walk(member, path === '' ? name : `${path}.${name}`);
  };
  walk(state, '');
  return members;
}
