import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { refusal, type Refusal } from '#lib/kernel';
import { isDatabaseAway, type Logger } from '#lib/platform';
import { problemOf, RefusedRequest, sendProblem } from './problem';
import { LOGGER } from './tokens';

/** A stranger's address may be as long as the headers allow. */
const URL_LOGGED_MAX = 200;

/** Every error leaves as RFC 9457 problem details: a code, a text in two languages, never a stack or SQL. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const { told, payment } =
      error instanceof RefusedRequest
        ? { told: error.refusal, payment: error.payment }
        : { told: this.refusalOf(error), payment: undefined };
    const { method, url } = request;
    this.logger.info(
      { method, url: url.slice(0, URL_LOGGED_MAX), code: told.code, detail: told.detail },
      'refused',
    );
    // A refusal says that the reference is free. Without the books nobody knows: an earlier request may have formed it.
    if (asksToPay(request) && !(error instanceof RefusedRequest) && told.code === 'NOT_NOW')
      closeUnanswered(request, reply);
    else sendProblem(reply, problemOf(told, payment));
  }

  /** What is not a refusal of ours: the framework's own objections by their status, anything else as a fault. */
  private refusalOf(error: unknown): Refusal {
    const status = error instanceof HttpException ? error.getStatus() : 500;
    if (status === 404) return refusal('ENDPOINT_UNKNOWN', 'no route');
    if (status === 413) return refusal('REQUEST_TOO_LARGE', 'body');
    if (status === 415) return refusal('REQUEST_MALFORMED', 'the Content-Type cannot be read');
    if (status < 500) return refusal('REQUEST_MALFORMED', 'the body did not arrive as announced');
    if (!isDatabaseAway(error)) this.logger.error({ err: error }, 'a request failed');
    return refusal('NOT_NOW', 'internal');
  }
}

function asksToPay({ method, url }: FastifyRequest): boolean {
  return method === 'POST' && url.startsWith('/v1/payments');
}

/** The caller hears nothing, which is what we know; it repeats. */
function closeUnanswered(request: FastifyRequest, reply: FastifyReply): void {
  reply.hijack();
  request.raw.socket.destroy();
}
