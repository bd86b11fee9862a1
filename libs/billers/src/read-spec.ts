import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { z } from 'zod';
import { ConfigError, readConfigFile } from '#lib/platform';
import { kindNamed, KINDS } from './kinds';
import type { BillerSpec } from './spec/common';

const Kind = z.looseObject({ kind: z.enum(Object.keys(KINDS)) });

/**
 * Reads one biller's spec as its kind understands it; the name in it must be the file's.
 * @throws ConfigError naming file, line and key, and what was expected.
 */
export function readSpec(file: string): BillerSpec {
  refuseNumbersAsKeys(file);
  const { kind } = readConfigFile(file, Kind);
  const { spec: schema, objections } = kindNamed(kind);
  const spec = readConfigFile(
    file,
    schema.superRefine((read, context) => {
      for (const { path, message } of objections(read, configOf(file)))
        context.addIssue({ code: 'custom', path: [...path], message });
    }),
  );
  if (spec.biller !== basename(file, '.yaml'))
    throw new ConfigError(`${file}: biller: is "${spec.biller}", must be the file's name`);
  return spec;
}

/** The folder of the whole configuration that a biller's file belongs to. */
export function configOf(file: string): string {
  return dirname(dirname(file));
}

/** YAML reads the code 0014 without quotes as the number 14; the biller's "0014" would then be an unlisted code. */
function refuseNumbersAsKeys(file: string): void {
  const lines = new LineCounter();
  visit(parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines }), {
    Pair(_, { key }) {
      if (!isScalar(key) || typeof key.value !== 'number') return;
      const { line } = lines.linePos(key.range?.[0] ?? 0);
      throw new ConfigError(
        `${file}:${line}: ${key.source}: must be in quotes, or YAML reads it as a number`,
      );
    },
  });
}
