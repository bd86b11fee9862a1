import { z } from 'zod';
import { FILE, type Contract } from './contract';
import { BASE_PATH } from './endpoint';
import { PROBLEMS } from './problem';

/** An OpenAPI 3.1 document. */
export interface OpenApi {
  openapi: '3.1.0';
  info: { title: string; version: string; description: string };
  paths: Record<string, Record<string, object>>;
  components: object;
}

const PROBLEM_SCHEMA = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code', 'message'],
  properties: {
    type: { const: 'about:blank' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { enum: Object.keys(PROBLEMS) },
    message: {
      type: 'object',
      required: ['id', 'en'],
      properties: { id: { type: 'string' }, en: { type: 'string' } },
    },
    field: { type: 'string' },
  },
} as const;

/** Tells of every endpoint what its contract says: the schemas are those that check. */
export function openApiOf(contracts: readonly Contract[]): OpenApi {
  const paths: OpenApi['paths'] = {};
  for (const contract of contracts) {
    const path = `${BASE_PATH}/${contract.path}`.replace(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[contract.method.toLowerCase()] = operationOf(contract);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Simpul back office',
      version: '1',
      description:
        'What the console of Simpul uses. Signed in by POST session; every changing call carries X-CSRF-Token.',
    },
    paths,
    components: {
      schemas: { Problem: PROBLEM_SCHEMA },
      securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: '__Host-simpul' } },
    },
  };
}

function operationOf({ method, tells, right, fresh, params, query, body, answer }: Contract): object {
  const problem = {
    description: 'why not',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  return {
    summary: tells.en,
    description: tells.id,
    ...(right === 'anyone' ? { security: [] } : { security: [{ session: [] }] }),
    'x-right': right,
    ...(fresh ? { 'x-fresh': true } : {}),
    parameters: [
      ...parametersOf(params, 'path'),
      ...parametersOf(query, 'query'),
      ...(method === 'GET' || right === 'anyone' ? [] : [CSRF]),
    ],
    ...(body
      ? { requestBody: { required: true, content: { 'application/json': { schema: incoming(body) } } } }
      : {}),
    responses: {
      200: {
        description: tells.en,
        content:
          answer === FILE
            ? { 'application/octet-stream': {} }
            : { 'application/json': { schema: z.toJSONSchema(answer, { io: 'output' }) } },
      },
      default: problem,
    },
  };
}

const CSRF = {
  name: 'X-CSRF-Token',
  in: 'header',
  required: true,
  description: 'as GET session tells it',
  schema: { type: 'string' },
} as const;

function parametersOf(schema: z.ZodObject | undefined, place: 'path' | 'query'): object[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = incoming(schema) as {
    properties?: Record<string, { description?: string }>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...member }]) => ({
    name,
    in: place,
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: member,
  }));
}

function incoming(schema: z.ZodObject): object {
  return z.toJSONSchema(schema, { io: 'input' });
}
