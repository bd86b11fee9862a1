import { fail, ok, type Result } from '#lib/kernel';
import type { FixedDefinition, GroupDefinition, PartDefinition } from '../spec/layout-shape';
import { WireError } from '../wire-error';
import type { Layout, LayoutValues } from './layout';
import { layoutFault, objectionToText } from './part-text';

/** Where reading or writing stands. */
interface Place {
  text: string;
  at: number;
}

/** Parts of fixed width one behind the other, with groups that stand as often as a part before them says. */
export function fixedLayout(name: string, definition: FixedDefinition): Layout {
  const { field, version, parts } = definition;
  return {
    name,
    field,
    version,
    read: (text) => asResult(() => readAll(text, String(field), parts)),
    write: (values) => writeAll(values, String(field), parts),
  };
}

type Parts = FixedDefinition['parts'];

function asResult<T>(read: () => T): Result<T, WireError> {
  try {
    return ok(read());
  } catch (error) {
    if (error instanceof WireError) return fail(error);
    throw error;
  }
}

function readAll(text: string, path: string, parts: Parts): LayoutValues {
  const place: Place = { text, at: 0 };
  const values: LayoutValues = {};
  for (const part of parts)
    if ('group' in part) values[part.group] = readGroup(place, path, part, values);
    else values[part.name] = readPart(place, `${path}.${part.name}`, part);
  if (place.at < text.length)
    throw layoutFault(path, place.at, `has ${text.length - place.at} characters behind its last part`);
  return values;
}

function readGroup(
  place: Place,
  path: string,
  { group, count, max, parts }: GroupDefinition,
  values: LayoutValues,
): Record<string, string>[] {
  const times = Number(values[count]);
  if (times > max) throw layoutFault(`${path}.${count}`, place.at, `says ${times}, and ${max} is the most`);
  return Array.from({ length: times }, (_, index) => {
    const member: Record<string, string> = {};
    for (const part of parts)
      member[part.name] = readPart(place, `${path}.${group}[${index}].${part.name}`, part);
    return member;
  });
}

function readPart(place: Place, path: string, part: PartDefinition): string {
  const end = place.at + part.length;
  const raw = place.text.slice(place.at, end);
  if (raw.length < part.length) throw layoutFault(path, place.at, 'is cut short', raw);
  const objection = objectionToText(raw, part);
  if (objection !== undefined) throw layoutFault(path, place.at, objection, raw);
  place.at = end;
  return padOf(part) === 'spaces' ? raw.trimEnd() : raw;
}

function writeAll(values: LayoutValues, path: string, parts: Parts): string {
  const known = new Set(parts.map((part) => ('group' in part ? part.group : part.name)));
  for (const name of Object.keys(values))
    if (!known.has(name)) throw layoutFault(`${path}.${name}`, 0, 'is no part of this layout');
  let text = '';
  for (const part of parts)
    if ('group' in part) text += writeGroup(values, path, part, text.length);
    else text += writePart(values[part.name], `${path}.${part.name}`, part, text.length);
  return text;
}

function writeGroup(
  values: LayoutValues,
  path: string,
  { group, count, max, parts }: GroupDefinition,
  offset: number,
): string {
  const members = values[group];
  if (!Array.isArray(members)) throw layoutFault(`${path}.${group}`, offset, 'is no list');
  if (members.length > max || members.length !== Number(values[count]))
    throw layoutFault(
      `${path}.${group}`,
      offset,
      `has ${members.length} members, and ${count} says another number`,
    );
  let text = '';
  for (const [index, member] of members.entries())
    for (const part of parts)
      text += writePart(
        member[part.name],
        `${path}.${group}[${index}].${part.name}`,
        part,
        offset + text.length,
      );
  return text;
}

function writePart(value: unknown, path: string, part: PartDefinition, offset: number): string {
  if (typeof value !== 'string') throw layoutFault(path, offset, 'is missing');
  const objection =
    value.length > part.length ? `is longer than ${part.length}` : objectionToText(value, part);
  if (objection !== undefined) throw layoutFault(path, offset, objection, value);
  const pad = padOf(part);
  if (pad === 'none' && value.length !== part.length)
    throw layoutFault(path, offset, `is ${value.length} long instead of ${part.length}`, value);
  return pad === 'zeros' ? value.padStart(part.length, '0') : value.padEnd(part.length, ' ');
}

function padOf({ type, pad }: PartDefinition): 'zeros' | 'spaces' | 'none' {
  return pad ?? (type === 'n' ? 'zeros' : 'spaces');
}
