import type { Iso8583Spec } from './spec';

const FLAGS = ['M', 'ME', 'C', 'CE', 'O'] as const;

/**
 * Writes a message type's data elements as a Markdown table for a guide, in the order they stand on the wire.
 * @throws Error for a field without a meaning: a guide would say nothing of it.
 */
export function messageTable(spec: Iso8583Spec, mti: string): string {
  const { fields, messages, meanings } = spec.definition;
  const message = messages[mti];
  if (!message) throw new Error(`the dialect ${spec.definition.dialect} has no message ${mti}`);
  const listed = FLAGS.flatMap((flag) => message[flag].map((number) => ({ number, flag })));
  const rows = listed
    .sort((one, other) => one.number - other.number)
    .map(({ number, flag }) => {
      const field = fields[number];
      return row([String(number), flag, field?.name, field?.format, meanings[number]]);
    });
  return ['| DE | flag | name | format | meaning |', '| --- | --- | --- | --- | --- |', ...rows].join('\n');
}

/**
 * Writes the tags of a sub-layout as a Markdown table for a guide.
 * @throws Error for a layout that is not of tags, or a tag without a meaning.
 */
export function tagTable(spec: Iso8583Spec, layout: string): string {
  const definition = spec.definition.layouts[layout];
  if (definition?.kind !== 'tlv') throw new Error(`${layout} is no layout of tags`);
  const rows = Object.entries(definition.tags).map(([tag, { name, type, max, required }]) =>
    row([tag, required ? 'yes' : 'no', name, `${type}, up to ${max}`, definition.meanings[tag]]),
  );
  return ['| tag | always | name | format | meaning |', '| --- | --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}

function row(cells: readonly (string | undefined)[]): string {
  if (cells.some((cell) => cell === undefined))
    throw new Error(`a guide would say nothing of ${cells.join(' ')}`);
  return `| ${cells.map((cell) => cell?.replaceAll('|', '\\|')).join(' | ')} |`;
}
