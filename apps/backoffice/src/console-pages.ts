import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { ConfigError } from '#lib/platform';
import { newNonce, pagePolicy } from './http/headers';

/** Stands in the built page where its nonce goes. */
const NONCE = '__CSP_NONCE__';
/** Names of built files carry a hash of what is in them: what was fetched once never changes. */
const FOR_EVER = 'public, max-age=31536000, immutable';

/** The first part of every address of the console; whatever else is asked for is not there. */
export const CONSOLE_AREAS = [
  'sign-in',
  'enrol',
  'payments',
  'reconciliation',
  'settlement',
  'deposits',
  'catalog',
  'approvals',
  'reports',
  'users',
  'audit',
  'account',
] as const;

/** The console's pages: one page of which the router makes all others, and the files that it loads. */
export class ConsolePages {
  private readonly page: string;

  /** @throws ConfigError where the console is not built. */
  constructor(private readonly directory: string) {
    const index = join(directory, 'index.html');
    if (!existsSync(index))
      throw new ConfigError(`${index} is not there: build the console (npm run build:console)`);
    this.page = readFileSync(index, 'utf8');
  }

  async serveOn(fastify: FastifyInstance): Promise<void> {
    await fastify.register(fastifyStatic, {
      root: join(this.directory, 'assets'),
      prefix: '/assets/',
      index: false,
      setHeaders: (reply) => void reply.header('cache-control', FOR_EVER),
    });
    const paths = CONSOLE_AREAS.flatMap((area) => [`/${area}`, `/${area}/*`]);
    for (const path of ['/', ...paths]) fastify.get(path, (_request, reply) => this.send(reply));
  }

  private send(reply: FastifyReply): FastifyReply {
    const nonce = newNonce();
    return reply
      .header('content-security-policy', pagePolicy(nonce))
      .type('text/html; charset=utf-8')
      .send(this.page.replaceAll(NONCE, nonce));
  }
}
