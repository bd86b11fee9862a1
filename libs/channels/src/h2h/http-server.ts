import { STATUS_CODES, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifyHttpOptions } from 'fastify';
import { refusal } from '#lib/kernel';
import type { H2hLimits } from './limits';
import { problemOf, sendProblem, type Problem } from './problem';

/** How often Node looks for requests that take too long to arrive. */
const TIMEOUTS_CHECKED_EVERY_MS = 1_000;

/** What is being read or answered on each connection. */
const inHand = new WeakMap<Socket, Set<FastifyRequest>>();

/** Connections that have heard a refusal from below HTTP: what still comes on them is not served. */
const refused = new WeakSet<Socket>();

/**
 * How the HTTP server under the door is made: bounded in size, time and connections, silent about itself, and with
 * problem details even where a request is so broken that it reaches no route.
 */
export function h2hServerOptions(limits: H2hLimits): FastifyHttpOptions<Server> {
  return {
    bodyLimit: limits.bodyMaxBytes,
    requestTimeout: limits.requestWithinMs,
    // Nothing has come or gone for so long: we cannot answer, and what may have been formed must not be denied.
    connectionTimeout: limits.closeAfterMs,
    keepAliveTimeout: limits.keepAliveMs,
    http: {
      headersTimeout: limits.requestWithinMs,
      connectionsCheckingInterval: TIMEOUTS_CHECKED_EVERY_MS,
      // Refused below, as a problem.
      requireHostHeader: false,
    },
    // While we close, what is in flight is answered and what comes new is refused below, as a problem.
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    frameworkErrors: (_error, _request, reply) => {
      // No hook sees this reply.
      hardened(reply);
      sendProblem(reply, malformed('the path is not a valid one of this API'));
    },
    clientErrorHandler: refuseBrokenRequest,
  };
}

/**
 * Prepares the server before its routes are known. Signatures are over the bytes as they came, so every body is
 * kept raw and is parsed behind the door.
 */
export function prepareH2hServer(fastify: FastifyInstance, limits: H2hLimits): void {
  fastify.server.maxConnections = limits.connectionsMax;
  // Node would answer an expectation it does not know by itself; it is refused below, as a problem.
  fastify.server.on('checkExpectation', (request, response) => fastify.routing(request, response));
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  let isClosing = false;
  fastify.addHook('preClose', (done) => {
    isClosing = true;
    done();
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    if (refused.has(request.raw.socket)) {
      reply.hijack();
      request.raw.socket.destroy();
      return;
    }
    remember(request);
    const objection = objectionTo(request);
    if (objection !== undefined) {
      // What it announced may still be on its way, and is not read.
      void reply.header('connection', 'close');
      sendProblem(reply, malformed(objection));
    } else if (isClosing) sendProblem(reply, problemOf(refusal('NOT_NOW', 'closing')));
    else done();
  });
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    hardened(reply);
    // A connection kept alive would keep the process from ending.
    if (isClosing) void reply.header('connection', 'close');
    done(null, payload);
  });
  fastify.addHook('onResponse', (request, _reply, done) => {
    inHand.get(request.raw.socket)?.delete(request);
    done();
  });
}

/** What no call of this API has, told before anything of its body is read. */
function objectionTo({ method, headers }: FastifyRequest): string | undefined {
  if (headers.host === undefined) return 'the Host header is missing';
  if (!/^(100-continue)?$/i.test(headers.expect ?? '')) return 'only Expect: 100-continue is understood';
  const { 'content-encoding': encoding, 'content-length': length, 'transfer-encoding': transfer } = headers;
  if (encoding !== undefined && encoding !== 'identity') return 'Content-Encoding must be left out';
  const hasBody = transfer !== undefined || (length !== undefined && length !== '0');
  return method === 'GET' && hasBody ? 'a GET has no body' : undefined;
}

/** Answers are about money and about people: nobody on the way may keep them or guess at their type. */
function hardened(reply: FastifyReply): void {
  void reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
}

function remember(request: FastifyRequest): void {
  const { socket } = request.raw;
  const requests = inHand.get(socket) ?? new Set<FastifyRequest>();
  inHand.set(socket, requests.add(request));
}

/**
 * What Node could not read as HTTP, or did not get in time. A refusal says that nothing was formed, so it is written
 * only where nothing can be formed any more: a request that is being paid, or whose body may yet be read to its end,
 * is left without an answer.
 */
function refuseBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const mayBePaid = [...(inHand.get(socket) ?? [])].some(({ raw }) => isLate || raw.complete);
  if (error.code === 'ECONNRESET' || !socket.writable || mayBePaid) {
    socket.destroy();
    return;
  }
  refused.add(socket);
  // After a pause of ours a request that came in time may lie unread: it is no fault of its sender.
  const problem = isLate
    ? problemOf(refusal('NOT_NOW', 'it did not arrive in time'))
    : malformed('it is not valid HTTP, or its headers are too large');
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

function malformed(detail: string): Problem {
  return problemOf(refusal('REQUEST_MALFORMED', detail));
}
