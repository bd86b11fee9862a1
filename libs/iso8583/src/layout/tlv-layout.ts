import { fail, ok, type Result } from '#lib/kernel';
import type { TlvDefinition } from '../spec/layout-shape';
import type { WireError } from '../wire-error';
import type { Layout, LayoutValues } from './layout';
import { layoutFault, objectionToText } from './part-text';

/** Tags, each with a length in decimal digits and a value. Their order is the sender's; each stands at most once. */
export function tlvLayout(name: string, definition: TlvDefinition): Layout {
  const { field, version } = definition;
  return {
    name,
    field,
    version,
    read: (text) => readTags(text, definition),
    write: (values) => writeTags(values, definition),
  };
}

function readTags(text: string, definition: TlvDefinition): Result<LayoutValues, WireError> {
  const { field, tagLength, lengthDigits, tags } = definition;
  const values: LayoutValues = {};
  let at = 0;
  while (at < text.length) {
    const tag = text.slice(at, at + tagLength);
    const digits = text.slice(at + tagLength, at + tagLength + lengthDigits);
    const known = Object.hasOwn(tags, tag) ? tags[tag] : undefined;
    if (!known) return fail(layoutFault(String(field), at, 'has a tag that is not of this layout', tag));
    const path = `${field}.${known.name}`;
    if (Object.hasOwn(values, known.name)) return fail(layoutFault(path, at, 'stands twice'));
    if (digits.length < lengthDigits || objectionToText(digits, { type: 'n' }) !== undefined)
      return fail(layoutFault(path, at, 'has a length that is no number', digits));
    const from = at + tagLength + lengthDigits;
    const value = text.slice(from, from + Number(digits));
    if (value.length < Number(digits)) return fail(layoutFault(path, from, 'is cut short', value));
    if (value.length > known.max) return fail(layoutFault(path, from, `is longer than ${known.max}`, value));
    const objection = objectionToText(value, known);
    if (objection !== undefined) return fail(layoutFault(path, from, objection, value));
    values[known.name] = value;
    at = from + value.length;
  }
  for (const { name, required } of Object.values(tags))
    if (required && !Object.hasOwn(values, name))
      return fail(layoutFault(`${field}.${name}`, at, 'is missing'));
  return ok(values);
}

function writeTags(values: LayoutValues, { field, lengthDigits, tags }: TlvDefinition): string {
  const names = new Set(Object.values(tags).map(({ name }) => name));
  for (const name of Object.keys(values))
    if (!names.has(name)) throw layoutFault(`${field}.${name}`, 0, 'is no tag of this layout');
  let text = '';
  for (const [tag, { name, type, max, required }] of Object.entries(tags)) {
    const path = `${field}.${name}`;
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) {
      if (required) throw layoutFault(path, text.length, 'is missing');
      continue;
    }
    if (typeof value !== 'string') throw layoutFault(path, text.length, 'is no text');
    const objection = value.length > max ? `is longer than ${max}` : objectionToText(value, { type });
    if (objection !== undefined) throw layoutFault(path, text.length, objection, value);
    text += tag + String(value.length).padStart(lengthDigits, '0') + value;
  }
  return text;
}
