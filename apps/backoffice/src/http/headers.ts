import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** A year, as browsers count: whoever was here once over TLS never comes without it again. */
const HSTS = 'max-age=31536000; includeSubDomains';

/** What a page's own script carries, anew for each page. */
export function newNonce(): string {
  return randomBytes(16).toString('base64');
}

/**
 * What a page of ours may load: what comes from here. Only the one script that has the page's nonce starts, and it may load
 * others from here; styles that the kit writes while it runs carry the nonce too.
 */
export function pagePolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    // Widths and heights that charts and tables compute.
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** What goes with every answer: nobody on the way keeps it, nobody guesses at its type, nobody frames it. */
export function hardenAnswers(fastify: FastifyInstance, isTls: boolean): void {
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    harden(reply, isTls);
    done(null, payload);
  });
}

function harden(reply: FastifyReply, isTls: boolean): void {
  const ours = {
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
    ...(isTls ? { 'strict-transport-security': HSTS } : {}),
  };
  void reply.headers(ours);
  if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store');
  if (!reply.hasHeader('content-security-policy'))
    void reply.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
}
