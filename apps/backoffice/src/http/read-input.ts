import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { readStrictJson } from '#lib/platform';
import type { Contract, Input } from './contract';
import { Problem } from './problem';

/** Deeper than any body of ours, and shallower than any stack. */
const DEPTH_MAX = 8;

/** Reads what a request says by the contract of its endpoint. @throws Problem that names the field. */
export function readInput(contract: Contract, request: FastifyRequest): Input<Contract> {
  return {
    params: read(contract.params, request.params),
    query: read(contract.query, onlyOnce(request.query as Record<string, unknown>)),
    body: read(contract.body, bodyOf(contract, request)),
  } as Input<Contract>;
}

function read(schema: z.ZodObject | undefined, said: unknown): unknown {
  if (!schema) {
    const [field] = Object.keys(said ?? {});
    if (field !== undefined) throw new Problem('REQUEST_MALFORMED', `${field}: is not known here`, { field });
    return undefined;
  }
  const result = schema.safeParse(said);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path.map(String).join('.') ?? '';
  const field = path === '' && issue?.code === 'unrecognized_keys' ? (issue.keys[0] ?? '') : path;
  throw new Problem('REQUEST_MALFORMED', `${field || 'request'}: ${wordsOf(issue)}`, field ? { field } : {});
}

/** Zod's own words quote what was sent in some cases; the names of members are all we repeat. */
function wordsOf(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === 'unrecognized_keys') return 'is not known here';
  return issue?.message ?? 'is not as it should be';
}

function onlyOnce(query: Record<string, unknown>): Record<string, unknown> {
  for (const [field, value] of Object.entries(query))
    if (typeof value !== 'string')
      throw new Problem('REQUEST_MALFORMED', `${field}: stands twice`, { field });
  return query;
}

function bodyOf({ body: schema }: Contract, { body, headers }: FastifyRequest): unknown {
  const raw = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
  if (!schema) {
    if (raw.length > 0) throw new Problem('REQUEST_MALFORMED', 'this takes no body');
    return undefined;
  }
  if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? ''))
    throw new Problem('REQUEST_MALFORMED', 'Content-Type must be application/json');
  const json = readStrictJson(raw, DEPTH_MAX);
  if (!json.ok) throw new Problem('REQUEST_MALFORMED', json.error);
  return json.value.value;
}
