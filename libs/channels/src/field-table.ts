import { z } from 'zod';

/** A JSON Schema as far as a table of fields needs it. */
interface Shape {
  type?: string | string[];
  /** A name for the form, where it has one. */
  title?: string;
  anyOf?: Shape[];
  description?: string;
  pattern?: string;
  const?: string;
  enum?: string[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  items?: Shape;
  properties?: Record<string, Shape>;
  additionalProperties?: Shape | boolean;
  required?: string[];
}

/**
 * Writes an object's schema as a Markdown table for a guide: each member, whether it is always there, its form, and the
 * meaning that its schema gives (`.describe`). Members of members go by `outer.inner`, of lists by `outer[].inner`.
 * @throws Error for a member without a meaning: a guide would say nothing of it.
 */
export function fieldTable(schema: z.ZodType): string {
  const rows = rowsOf(z.toJSONSchema(schema) as Shape, '');
  return ['| member | always | form | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function rowsOf({ properties = {}, required = [] }: Shape, prefix: string): string[] {
  return Object.entries(properties).flatMap(([name, member]) => {
    const path = prefix + name;
    if (member.description === undefined) throw new Error(`${path} has no meaning`);
    const row = [`\`${path}\``, required.includes(name) ? 'yes' : 'no', formOf(member), member.description];
    const { inner: own } = withoutNull(member);
    const inner = own.items ?? own;
    return [
      `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`,
      ...rowsOf(inner, own.items ? `${path}[].` : `${path}.`),
    ];
  });
}

function formOf(member: Shape): string {
  const { inner, mayBeNull } = withoutNull(member);
  return formOfValue(inner) + (mayBeNull ? ' or null' : '');
}

/** A member that may be null as what it is otherwise. */
function withoutNull(member: Shape): { inner: Shape; mayBeNull: boolean } {
  const other = member.anyOf?.find(({ type }) => type !== 'null');
  if (other) return { inner: other, mayBeNull: true };
  const types = [member.type ?? ''].flat();
  const type = types.find((one) => one !== 'null') ?? '';
  return { inner: { ...member, type }, mayBeNull: types.includes('null') };
}

function formOfValue(shape: Shape): string {
  const { type, title, pattern, minimum, maximum, minLength, maxLength } = shape;
  if (title !== undefined) return title;
  if (shape.const !== undefined) return `\`${shape.const}\``;
  if (shape.enum) return shape.enum.map((one) => `\`${one}\``).join(', ');
  switch (type) {
    case 'string':
      if (pattern !== undefined) return `text, \`${pattern}\``;
      return maxLength === undefined ? 'text' : `text of ${minLength ?? 0} to ${maxLength}`;
    case 'integer':
      return isUnbounded(minimum) || isUnbounded(maximum) ? 'number' : `number, ${minimum} to ${maximum}`;
    case 'boolean':
      return 'true or false';
    case 'array':
      return 'list';
    default:
      return typeof shape.additionalProperties === 'object' ? 'object of texts' : 'object';
  }
}

/** An integer has at least these bounds in every schema. */
function isUnbounded(bound: number | undefined): boolean {
  return bound === undefined || Math.abs(bound) === Number.MAX_SAFE_INTEGER;
}
