import type { Rupiah } from '#lib/kernel';

/** What a template may name. Rupiah are written as the biller wants them; what is undefined is left out. */
export type Variables = Readonly<Record<string, string | number | Rupiah | undefined>>;

/** `{name}` alone, or `{name:yyyyMMdd}`; anything with other braces is a mistake that `spec.ts` refuses. */
const VARIABLE = /^\{(?<name>[\w.]+)(?::(?<pattern>yyyyMMdd))?\}$/;

/** The variable a template text names; undefined for a text that is sent as it stands. */
export function variableOf(text: string): { name: string; pattern: string | undefined } | undefined {
  const { name, pattern } = VARIABLE.exec(text)?.groups ?? {};
  return name === undefined ? undefined : { name, pattern };
}

/**
 * Fills a template: `{name}` alone is the value with its own type, `{name:yyyyMMdd}` a date without dashes,
 * anything else a text that is sent as it stands.
 * @throws UnfilledTemplate when the template names what this call does not have, or an amount cannot be written
 * exactly as a JSON number.
 */
export function fill(
  template: Readonly<Record<string, string>>,
  variables: Variables,
  rupiahAs: 'string' | 'number',
): Record<string, string | number> {
  const body: Record<string, string | number> = {};
  for (const [member, text] of Object.entries(template)) {
    const value = valueOf(text, variables);
    if (value !== undefined) body[member] = typeof value === 'bigint' ? written(value, rupiahAs) : value;
  }
  return body;
}

/** A message could not be formed, so nothing was sent. */
export class UnfilledTemplate extends Error {}

/** Template texts come from specs, so there are few of them. */
const knownVariables = new Map<string, ReturnType<typeof variableOf>>();

function knownVariableOf(text: string): ReturnType<typeof variableOf> {
  if (!knownVariables.has(text)) knownVariables.set(text, variableOf(text));
  return knownVariables.get(text);
}

function valueOf(text: string, variables: Variables): string | number | bigint | undefined {
  const variable = knownVariableOf(text);
  if (!variable) return text;
  const { name, pattern } = variable;
  if (!Object.hasOwn(variables, name))
    throw new UnfilledTemplate(`a body template names {${name}}, which this call does not have`);
  const value = variables[name];
  return pattern === undefined ? value : String(value).replaceAll('-', '');
}

function written(amount: bigint, rupiahAs: 'string' | 'number'): string | number {
  if (rupiahAs === 'string') return amount.toString();
  if (amount > BigInt(Number.MAX_SAFE_INTEGER))
    throw new UnfilledTemplate(`${amount} rupiah cannot be written exactly as a JSON number`);
  return Number(amount);
}
