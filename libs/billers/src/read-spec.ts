import { basename, dirname } from 'node:path';
import { isMap, isScalar } from 'yaml';
import { z } from 'zod';
import { ConfigError, ConfigFile } from '#lib/platform';
import { kindNamed, KINDS } from './kinds';
import type { BillerSpec } from './spec/common';

const Kind = z.looseObject({ kind: z.enum(Object.keys(KINDS)) });

/**
 * Reads one biller's spec as its kind understands it; the name in it must be the file's.
 * @throws ConfigError naming file, line and key, and what was expected.
 */
export function readSpec(file: string): BillerSpec {
  const config = ConfigFile.open(file);
  refuseWhatYamlReadsOtherwise(config);
  const { kind } = config.as(Kind);
  const { spec: schema, objections } = kindNamed(kind);
  return config.as(
    schema.superRefine((read, context) => {
      for (const { path, message } of objections(read, configOf(file)))
        context.addIssue({ code: 'custom', path: [...path], message });
      const name = basename(file, '.yaml');
      if (read.biller !== name)
        context.addIssue({
          code: 'custom',
          path: ['biller'],
          message: `is "${read.biller}", must be the file's name, ${name}`,
        });
    }),
  );
}

/** The folder of the whole configuration that a biller's file belongs to. */
export function configOf(file: string): string {
  return dirname(dirname(file));
}

/**
 * YAML reads the code 0014 without quotes as the number 14, and the biller's "0014" would then be an unlisted code; and
 * it reads a variable without quotes as a member of that name.
 */
function refuseWhatYamlReadsOtherwise(config: ConfigFile): void {
  config.eachPair((key, value, line) => {
    const refuse = (what: string): never => {
      throw new ConfigError(`${config.path}:${line}: ${key.source}: ${what}`);
    };
    if (typeof key.value === 'number') refuse('must be in quotes, or YAML reads it as a number');
    const name = bareVariable(value);
    if (name !== undefined) refuse(`must be in quotes: '{${name}}'`);
  });
}

/** The name in `{reference}` that stands without quotes: a map of one member that has no value. */
function bareVariable(value: unknown): string | undefined {
  if (!isMap(value) || value.flow !== true || value.items.length !== 1) return undefined;
  const [only] = value.items;
  const isEmpty = only?.value === null || (isScalar(only?.value) && only.value.value === null);
  return isEmpty && isScalar(only?.key) ? String(only.key.value) : undefined;
}
