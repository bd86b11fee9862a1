import { readFileSync } from 'node:fs';
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';

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
      document.errors.map((error) => `${path}:${error.linePos?.[0].line ?? 1}: ${error.message}`).join('\n'),
    );
  const parsed = schema.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    parsed.error.issues
      .map((issue) => {
        const line = lines.linePos(offsetOf(document, issue.path)).line;
        return `${path}:${line}: ${issue.path.join('.') || '(top)'}: ${issue.message}`;
      })
      .join('\n'),
  );
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
