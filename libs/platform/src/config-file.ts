import { readFileSync } from 'node:fs';
import {
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Scalar,
} from 'yaml';
import { z } from 'zod';

/** A configuration file is wrong; the message names file, line, key and what was expected. */
export class ConfigError extends Error {}

/** A YAML file, parsed once for all who read something of it. */
export class ConfigFile {
  private constructor(
    readonly path: string,
    private readonly document: Document,
    private readonly lines: LineCounter,
  ) {}

  /** @throws ConfigError naming file and line where it is not YAML. */
  static open(path: string): ConfigFile {
    const lines = new LineCounter();
    const document = parseDocument(readFileSync(path, 'utf8'), {
      lineCounter: lines,
      uniqueKeys: true,
      merge: true,
    });
    if (document.errors.length > 0)
      throw new ConfigError(
        document.errors
          .map((error) => `${path}:${error.linePos?.[0].line ?? 1}: ${saidOf(error)}`)
          .join('\n'),
      );
    return new ConfigFile(path, document, lines);
  }

  /**
   * What it says, as a typed value.
   * @throws ConfigError naming file, line and key for every mistake found.
   */
  as<T>(schema: z.ZodType<T>): T {
    const parsed = schema.safeParse(this.document.toJS());
    if (parsed.success) return parsed.data;
    throw new ConfigError(
      parsed.error.issues
        .map((issue) => {
          const isStrange = issue.code === 'unrecognized_keys';
          const at = isStrange ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
          const known = isStrange ? keysAt(schema, issue.path) : [];
          const there = known.length > 0 ? `; there are ${known.join(', ')}` : '';
          return `${this.path}:${this.lineOf(at)}: ${issue.path.join('.') || '(top)'}: ${issue.message}${there}`;
        })
        .join('\n'),
    );
  }

  /** Shows every key with its value to a visitor, as they are written. */
  eachPair(see: (key: Scalar, value: unknown, line: number) => void): void {
    visit(this.document, {
      Pair: (_, { key, value }) => {
        if (isScalar(key)) see(key, value, this.lines.linePos(key.range?.[0] ?? 0).line);
      },
    });
  }

  /** The line of a key; of one that is not there, that of the deepest above it. */
  lineOf(at: readonly PropertyKey[]): number {
    return this.lines.linePos(offsetOf(this.document, at)).line;
  }
}

/**
 * Reads a YAML file into a typed value.
 * @throws ConfigError naming file, line and key for every mistake found.
 */
export function readConfigFile<T>(path: string, schema: z.ZodType<T>): T {
  return ConfigFile.open(path).as(schema);
}

/**
 * Where a key of a YAML file stands, for a mistake that is found only later.
 * @returns `file:line: key`; of a key that is not there, the line of the deepest one above it.
 */
export function placeInFile(path: string, at: readonly (string | number)[]): string {
  return `${path}:${ConfigFile.open(path).lineOf(at)}: ${at.join('.')}`;
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
