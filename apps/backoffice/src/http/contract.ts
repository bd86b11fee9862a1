import type { z } from 'zod';
import type { Permission } from '#lib/identity';

/** Whom an endpoint lets in: everybody, everybody who is signed in, or whoever has this permission. */
export type Right = 'anyone' | 'signed-in' | Permission;

/** What is answered with a file, not with JSON. */
export const FILE = Symbol('file');

/**
 * What one endpoint takes and gives. It is the only place where this stands: the contract checks what comes in, keeps what
 * goes out to what is listed, is the endpoint's row among the rights, and is what OpenAPI tells of it.
 */
export interface Contract {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/api/v1/`, with `:name` for what stands in `params`. */
  readonly path: string;
  readonly right: Right;
  /** Only for somebody who has proved within the last minutes who they are. */
  readonly fresh?: true;
  readonly tells: { readonly id: string; readonly en: string };
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodObject;
  readonly answer: z.ZodType | typeof FILE;
}

type Read<S> = S extends z.ZodType ? z.output<S> : undefined;

/** What a handler is given: read, and nothing besides. */
export interface Input<C extends Contract> {
  params: Read<C['params']>;
  query: Read<C['query']>;
  body: Read<C['body']>;
}

/** What a handler gives back. */
export type Answer<C extends Contract> = C['answer'] extends z.ZodType ? z.input<C['answer']> : never;

/** States a contract. */
export function contract<const C extends Contract>(stated: C): C {
  return stated;
}
