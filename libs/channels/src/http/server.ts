import { STATUS_CODES, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Server as TlsServer } from 'node:https';
import type {
  FastifyHttpOptions,
  FastifyHttpsOptions,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
} from 'fastify';
import { refusal, type Refusal } from '#lib/kernel';
import { keepBodiesRaw } from './body';
import { sendAnswer, type HttpCall, type HttpDialects } from './dialect';
import { Intake, lineOf, type ChannelClaim } from './intake';
import type { HttpLimits } from './limits';
import type { Transport } from './transport';

/** How often Node looks for requests that take too long to arrive. */
const TIMEOUTS_CHECKED_EVERY_MS = 1_000;

/** As RFC 9110, section 8.3.1: two tokens, and what follows a semicolon. */
const MEDIA_TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(;|$)/;

/** What is being read or answered on each connection. */
const inHand = new WeakMap<Socket, Set<FastifyRequest>>();

/** Connections that have heard a refusal from below HTTP: what still comes on them is not served. */
const refused = new WeakSet<Socket>();

/** What is too broken to name the door it was meant for. */
const UNREAD: HttpCall = { method: '', url: '' };

/**
 * How the HTTP server under the doors is made: bounded in size, time and connections, silent about itself, and with
 * a refusal in the caller's dialect even where a request is so broken that it reaches no route.
 */
export function httpServerOptions(
  limits: HttpLimits,
  dialects: HttpDialects,
  { tls, proxy }: Transport,
): FastifyHttpOptions<Server> | FastifyHttpsOptions<TlsServer> {
  const server = {
    headersTimeout: limits.requestWithinMs,
    connectionsCheckingInterval: TIMEOUTS_CHECKED_EVERY_MS,
    // Refused below, in the caller's dialect.
    requireHostHeader: false,
  };
  // A certificate is asked for and proved, and then compared with what is pinned to its channel: no authority is asked.
  const secure = {
    ...tls,
    minVersion: 'TLSv1.2' as const,
    handshakeTimeout: limits.requestWithinMs,
    requestCert: true,
    rejectUnauthorized: false,
  };
  return {
    ...(proxy ? { trustProxy: proxy.addresses } : {}),
    ...(tls ? { https: { ...server, ...secure } } : { http: server }),
    requestTimeout: limits.requestWithinMs,
    // Nothing has come or gone for so long: we cannot answer, and what may have been formed must not be denied.
    connectionTimeout: limits.closeAfterMs,
    keepAliveTimeout: limits.keepAliveMs,
    // While we close, what is in flight is answered and what comes new is refused below, in the caller's dialect.
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    frameworkErrors: (_error, request, reply) => {
      // No hook sees this reply.
      hardened(reply);
      sendAnswer(reply, dialects.refusal(malformed('the path is not a valid one'), request));
    },
    clientErrorHandler: (error, socket) => refuseBrokenRequest(error, socket, dialects),
  };
}

/** What is asked of whoever comes, before he is taken in. */
interface Entrance {
  /** Whom a request names itself by. */
  claim: ChannelClaim;
  /** Whether those who work have enough to do, and whoever comes waits at the door. */
  isBusy?: (() => boolean) | undefined;
}

/** Prepares the server before its routes are known. */
export function prepareHttpServer(
  fastify: FastifyInstance,
  limits: HttpLimits,
  dialects: HttpDialects,
  { claim, isBusy }: Entrance,
): void {
  fastify.server.maxConnections = limits.connectionsMax;
  // Node would answer an expectation it does not know by itself; it is refused below, in the caller's dialect.
  fastify.server.on('checkExpectation', (request, response) => fastify.routing(request, response));
  keepBodiesRaw(fastify, limits.bodyMaxBytes);

  const intake = new Intake(limits, isBusy);
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
      sendAnswer(reply, dialects.refusal(malformed(objection), request));
    } else if (isClosing) sendAnswer(reply, dialects.refusal(refusal('NOT_NOW', 'closing'), request));
    else intake.enter(lineOf(request, claim), request, done);
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

/** What no call of ours has, told before anything of its body is read. */
function objectionTo({ method, headers }: FastifyRequest): string | undefined {
  if (headers.host === undefined) return 'the Host header is missing';
  if (!/^(100-continue)?$/i.test(headers.expect ?? '')) return 'only Expect: 100-continue is understood';
  const { 'content-encoding': encoding, 'content-length': length, 'transfer-encoding': transfer } = headers;
  if (!MEDIA_TYPE.test(headers['content-type'] ?? 'application/json'))
    return 'the Content-Type cannot be read';
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
function refuseBrokenRequest(error: Error & { code?: string }, socket: Socket, dialects: HttpDialects): void {
  const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const requests = [...(inHand.get(socket) ?? [])];
  const mayBePaid = requests.some(({ raw }) => isLate || raw.complete);
  if (error.code === 'ECONNRESET' || !socket.writable || mayBePaid) {
    socket.destroy();
    return;
  }
  refused.add(socket);
  // After a pause of ours a request that came in time may lie unread: it is no fault of its sender.
  const why = isLate
    ? refusal('NOT_NOW', 'it did not arrive in time')
    : malformed('it is not valid HTTP, or its headers are too large');
  const { status, headers, body } = dialects.refusal(why, requests.at(-1) ?? UNREAD);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  socket.end(body, () => socket.destroy());
}

function malformed(detail: string): Refusal {
  return refusal('REQUEST_MALFORMED', detail);
}
