import { refusal, fail, ok, type Refusal, type Result } from '#lib/kernel';
import type { Iso8583Spec, LayoutValues } from '#lib/iso8583';
import type { LayoutUse } from './profile';

/** Facts by our own names; what is not there is undefined. `bills` repeat. */
export interface Facts {
  texts: Readonly<Record<string, string | undefined>>;
  bills: readonly Readonly<Record<string, string | undefined>>[];
}

/** The inside of a message's private data, under our own names. */
export function readPrivateData(
  spec: Iso8583Spec,
  use: LayoutUse | undefined,
  fields: Readonly<Record<number, string>>,
): Result<Record<string, string>, Refusal> {
  if (!use) return ok({});
  const layout = spec.layout(use.layout);
  const text = fields[layout.field];
  if (text === undefined) return ok({});
  const read = layout.read(text);
  if (!read.ok) return fail(refusal('REQUEST_MALFORMED', read.error.message, `DE ${read.error.path}`));
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(read.value))
    if (typeof value === 'string') values[use.parts[name] ?? name] = value;
  return ok(values);
}

/**
 * Writes facts as a layout has room for them. Names and free text are cut to their width; a number or a reference that
 * does not fit is left out, since half of one would be another one. A fixed layout keeps the place of what is not there.
 */
export function writePrivateData(
  spec: Iso8583Spec,
  use: LayoutUse | undefined,
  { texts, bills }: Facts,
): Record<number, string> {
  if (!use) return {};
  const layout = spec.layout(use.layout);
  const definition = spec.definition.layouts[use.layout];
  const values: LayoutValues = {};
  const textOf = (name: string) => texts[use.parts[name] ?? name];
  if (definition?.kind === 'tlv')
    for (const { name, type, max } of Object.values(definition.tags)) {
      const value = fitted(name, textOf(name), type, max);
      if (value !== undefined) values[name] = value;
    }
  else
    for (const part of definition?.parts ?? [])
      if ('group' in part) {
        const shown = bills.slice(0, part.max);
        values[part.count] = String(shown.length);
        values[part.group] = shown.map((bill) =>
          Object.fromEntries(
            part.parts.map(({ name, type, length }) => [name, fitted(name, bill[name], type, length) ?? '']),
          ),
        );
      } else values[part.name] = fitted(part.name, textOf(part.name), part.type, part.length) ?? '';
  return { [layout.field]: layout.write(values) };
}

/** What people only read may be cut. */
const FREE_TEXT = new Set(['customerName', 'text']);

function fitted(
  name: string,
  value: string | undefined,
  type: 'n' | 'an' | 'ans',
  max: number,
): string | undefined {
  if (value === undefined) return undefined;
  const printable = FREE_TEXT.has(name) ? value.replace(/[^\x20-\x7e]/g, '?').slice(0, max) : value;
  const alphabet = { n: /^\d*$/, an: /^[A-Za-z0-9 ]*$/, ans: /^[\x20-\x7e]*$/ }[type];
  return printable.length <= max && alphabet.test(printable) ? printable : undefined;
}
