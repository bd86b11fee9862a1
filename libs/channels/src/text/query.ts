import { fail, ok, type Result } from '#lib/kernel';

/** A value is printable ASCII: no name, number or reference of ours has anything else. */
const VALUE = /^[\x20-\x7e]{0,128}$/;

/**
 * Reads a query string by the names that are known: each at most once, percent-encoded as RFC 3986 says, `+` for a
 * space. What could be read in two ways is none.
 * @returns the values by name, those that are empty left out; or in one sentence why not.
 */
export function readQuery(query: string, known: readonly string[]): Result<Map<string, string>, string> {
  const values = new Map<string, string>();
  const seen = new Set<string>();
  for (const pair of query === '' ? [] : query.split('&')) {
    const [name = '', ...rest] = pair.split('=');
    if (!known.includes(name)) return fail('it has a parameter that is not known');
    if (seen.has(name)) return fail(`${name} stands twice`);
    seen.add(name);
    const value = decoded(rest.join('='));
    if (value === undefined || !VALUE.test(value)) return fail(`${name} cannot be read`);
    if (value !== '') values.set(name, value);
  }
  return ok(values);
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
