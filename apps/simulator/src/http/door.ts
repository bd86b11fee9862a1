import { setTimeout as sleep } from 'node:timers/promises';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { Behaviour } from '../billers/behaviour';
import type { Biller } from '../billers/biller';
import type { Delivery } from '../wire/delivery';
import type { HttpAnswer, HttpCall, Route } from './route';

const JSON_TYPE = 'application/json; charset=utf-8';
const NOTHING = Buffer.alloc(0);

/** Opens a biller's addresses below `/billers/<biller>`. */
export function openDoor(
  server: FastifyInstance,
  biller: Biller,
  routes: readonly Route[],
  behaviour: Behaviour,
  delivery: Delivery,
): void {
  for (const { method, path, serve } of routes)
    server.route({
      method,
      url: `/billers/${biller.id}${path}`,
      handler: async (request, reply) => {
        const mode = behaviour.modeOf(biller);
        if (mode.mode === 'dead') return delivery.deliver(reply, { how: 'silence' });
        if (mode.mode === 'refusing') return delivery.deliver(reply, { how: 'reset' });
        if (mode.mode === 'slow') await sleep(mode.delayMs, undefined, { ref: false });
        const reaction = await serve(callOf(request));
        if (reaction.how !== 'answer') return delivery.deliver(reply, reaction);
        return send(reply, reaction.answer);
      },
    });
}

function callOf(request: FastifyRequest): HttpCall {
  return {
    method: request.method,
    path: request.originalUrl,
    headers: request.headers,
    params: request.params as Record<string, string>,
    query: request.query as Record<string, unknown>,
    raw: Buffer.isBuffer(request.body) ? request.body : NOTHING,
  };
}

function send(reply: FastifyReply, { status = 200, type = JSON_TYPE, body }: HttpAnswer): FastifyReply {
  return reply.code(status).header('content-type', type).send(body);
}
