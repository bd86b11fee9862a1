import type { FastifyInstance, FastifyRequest } from 'fastify';
import { refusal } from '#lib/kernel';
import { RefusedRequest } from './refused-request';

/**
 * Signatures are over the bytes as they came, so every body is kept raw, whatever its Content-Type says, and is parsed
 * behind the door. The framework's own reader would bind an async resource to every request, which nothing here uses and
 * costs a tenth of what a call costs.
 * @param maxBytes a longer body is refused unread.
 */
export function keepBodiesRaw(fastify: FastifyInstance, maxBytes: number): void {
  for (const method of fastify.supportedMethods)
    fastify.addHttpMethod(method, { hasBody: false, overrideExisting: true });
  fastify.addHook('preValidation', (request, reply, done) => {
    if (request.method === 'GET' || request.method === 'HEAD') return done();
    readBody(request, maxBytes, (refused, body) => {
      // What it announced may still be on its way, and is not read.
      if (refused) void reply.header('connection', 'close');
      request.body = body;
      done(refused);
    });
  });
}

function readBody(
  { raw, headers }: FastifyRequest,
  maxBytes: number,
  done: (refused: RefusedRequest | undefined, body: Buffer | undefined) => void,
): void {
  const chunks: Buffer[] = [];
  let length = 0;
  const end = (refused?: RefusedRequest) => {
    raw.off('data', onData).off('end', onEnd).off('error', onError);
    if (refused) done(refused, undefined);
    else done(undefined, chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
  };
  const onData = (chunk: Buffer) => {
    length += chunk.length;
    chunks.push(chunk);
    if (length > maxBytes) end(tooLarge());
  };
  const onEnd = () => end();
  const onError = () =>
    end(new RefusedRequest(refusal('REQUEST_MALFORMED', 'the body did not arrive as announced')));
  if (Number(headers['content-length']) > maxBytes) return done(tooLarge(), undefined);
  raw.on('data', onData).on('end', onEnd).on('error', onError);
}

function tooLarge(): RefusedRequest {
  return new RefusedRequest(refusal('REQUEST_TOO_LARGE', 'body'));
}
