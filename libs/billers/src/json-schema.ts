import { z } from 'zod';
import { KINDS } from './kinds';

/**
 * The JSON Schema of every biller's YAML, by its kind: editors complete and check by it. What depends on other keys
 * (variables that exist, codes that must be listed) only start-up and `simpul biller check` tell.
 */
export function billerJsonSchema(): object {
  const specs = z.object(Object.fromEntries(Object.entries(KINDS).map(([kind, { spec }]) => [kind, spec])));
  const { definitions, properties = {} } = z.toJSONSchema(specs, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
    // Written once each: the calls of a kind are much alike.
    reused: 'ref',
  });
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'A biller: config/billers/<name>.yaml',
    description:
      'Written by scripts/biller-schema.mjs from the connector kinds; docs/add-a-biller.md explains the keys.',
    type: 'object',
    required: ['biller', 'kind'],
    properties: { kind: { enum: Object.keys(KINDS) } },
    allOf: Object.entries(properties).map(([kind, schema]) => ({
      if: { properties: { kind: { const: kind } } },
      // oxlint-disable-next-line unicorn/no-thenable -- "then" is JSON Schema's own word.
      then: schema,
    })),
    definitions,
  };
}
