import type { Rupiah } from '#lib/kernel';

/** What a template may name. Rupiah are written as the biller wants them; what is undefined is left out. */
export type Variables = Readonly<Record<string, string | number | Rupiah | undefined>>;

/**
 * Fills a template: `{name}` alone is the value with its own type, `{name:yyyyMMdd}` a date without dashes,
 * anything else a text that is sent as it stands.
 * @throws Error when the template names what this call does not have.
 */
export function fill(
  template: Readonly<Record<string, string>>,
  variables: Variables,
  rupiahAs: 'string' | 'number',
): Record<string, string | number> {
  const body: Record<string, string | number> = {};
  for (const [member, text] of Object.entries(template)) {
    const value = valueOf(text, variables);
    if (value === undefined) continue;
    body[member] =
      typeof value === 'bigint' ? (rupiahAs === 'number' ? Number(value) : value.toString()) : value;
  }
  return body;
}

function valueOf(text: string, variables: Variables): string | number | bigint | undefined {
  const match = /^\{([\w.]+)(?::(yyyyMMdd))?\}$/.exec(text);
  if (!match) return text;
  const [, name = '', pattern] = match;
  if (!(name in variables)) throw new Error(`a body template names {${name}}, which this call does not have`);
  const value = variables[name];
  return pattern === undefined ? value : String(value).replaceAll('-', '');
}
