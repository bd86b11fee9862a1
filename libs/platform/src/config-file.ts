import { readFileSync } from 'node:fs';
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import { z } from 'zod';

/** A configuration file is wrong; the message names file, line, key and what was expected. */
export class ConfigError extends Error {}

/**
 * Reads a YAML file into a typed value.
 * @throws ConfigError naming file, line and key for every mistake found.
 */
export function readConfigFile<T>(path: string, schema: z.ZodType<T>): T {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(path, 'utf8'), {
    lineCounter: lines,
    uniqueKeys: true,
    merge: true,
  });
  if (document.errors.length > 0)
    throw new ConfigError(
      document.errors.map((error) => `${path}:${error.linePos?.[0].line ?? 1}: ${saidOf(error)}`).join('\n'),
    );
  const parsed = schema.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    parsed.error.issues
      .map((issue) => {
        const isStrange = issue.code === 'unrecognized_keys';
        const at = isStrange ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
        const line = lines.linePos(offsetOf(document, at)).line;
        const known = isStrange ? keysAt(schema, issue.path) : [];
        const there = known.length > 0 ? `; there are ${known.join(', ')}` : '';
        return `${path}:${line}: ${issue.path.join('.') || '(top)'}: ${issue.message}${there}`;
      })
      .join('\n'),
  );
}

/**
 * Where a key of a YAML file stands, for a mistake that is found only later.
 * @returns `file:line: key`; of a key that is not there, the line of the deepest one above it.
 */
export function placeInFile(path: string, at: readonly (string | number)[]): string {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(path, 'utf8'), { lineCounter: lines, merge: true });
  return `${path}:${lines.linePos(offsetOf(document, at)).line}: ${at.join('.')}`;
}

/** A mistake of YAML in one line: what it is, and without the piece of the file that the parser draws below it. */
function saidOf({ message }: Error): string {
  const [first = ''] = message.split('\n');
  return first.replace(/ at line \d+, column \d+:?$/, '');
}

/** The keys that a place of a schema knows; none where the schema has several forms there. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let here: unknown = schema;
  for (const key of path)
    here = unwrapped(here) instanceof z.ZodObject ? shapeOf(here)[String(key)] : undefined;
  return Object.keys(shapeOf(here));
}

function shapeOf(schema: unknown): Record<string, unknown> {
  const inner = unwrapped(schema);
  return inner instanceof z.ZodObject ? inner.shape : {};
}

function unwrapped(schema: unknown): unknown {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault
    ? unwrapped(schema.unwrap())
    : schema;
}

/** Where the deepest existing node of a path stands in the text. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      if (!pair) break;
      offset = isScalar(pair.key) ? (pair.key.range?.[0] ?? offset) : offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
      offset = isNode(node) ? (node.range?.[0] ?? offset) : offset;
    } else break;
  }
  return offset;
}
