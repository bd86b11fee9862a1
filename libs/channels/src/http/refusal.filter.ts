import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { refusal, type Refusal, type ResponseCode } from '#lib/kernel';
import { isDatabaseAway, type Logger } from '#lib/platform';
import { HttpDialects, sendAnswer } from './dialect';
import { RefusedRequest } from './refused-request';
import { HTTP_LOGGER } from './tokens';

/** A stranger's address may be as long as the headers allow. */
const PATH_LOGGED_MAX = 200;

/** Told of the moment, not of the request: what was asked matters to nobody, and there are most when we are busiest. */
const OF_THE_MOMENT: ReadonlySet<ResponseCode> = new Set(['NOT_NOW', 'RATE_LIMITED']);

/** Every error leaves as a refusal in its caller's dialect, never with a stack or SQL. */
@Catch()
export class RefusalFilter implements ExceptionFilter {
  /**
   * Looks for nothing to mask: of what the caller said its dialect hands over only what is listed as safe. Masking a line
   * by the names of its members costs more than all the rest of a refusal, and a biller that is down makes many.
   */
  private readonly refusals: Logger;

  constructor(
    @Inject(HTTP_LOGGER) private readonly logger: Logger,
    @Inject(HttpDialects) private readonly dialects: HttpDialects,
  ) {
    this.refusals = logger.child({}, { redact: [] });
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const { told, payment } =
      error instanceof RefusedRequest
        ? { told: error.refusal, payment: error.payment }
        : { told: this.refusalOf(error), payment: undefined };
    const { method } = request;
    // Without its query: there are doors where that carries a PIN, and a customer's number.
    const path = request.url.split('?', 1)[0]?.slice(0, PATH_LOGGED_MAX);
    const dialect = this.dialects.of(request);
    const { paymentId } = payment ?? {};
    const said = OF_THE_MOMENT.has(told.code) ? {} : dialect.said?.(request);
    this.refusals.info({ method, path, code: told.code, detail: told.detail, paymentId, ...said }, 'refused');
    // A refusal says that the reference is free. Without the books nobody knows: an earlier request may have formed it.
    if (dialect.mayForm(request) && !(error instanceof RefusedRequest) && told.code === 'NOT_NOW')
      closeUnanswered(request, reply);
    else sendAnswer(reply, dialect.refusal(told, request, payment));
  }

  /** What is not a refusal of ours: the framework's own objections by their status, anything else as a fault. */
  private refusalOf(error: unknown): Refusal {
    const status = error instanceof HttpException ? error.getStatus() : 500;
    if (status === 404) return refusal('ENDPOINT_UNKNOWN', 'no route');
    if (status < 500) return refusal('REQUEST_MALFORMED', 'the request cannot be read');
    if (!isDatabaseAway(error)) this.logger.error({ err: error }, 'a request failed');
    return refusal('NOT_NOW', 'internal');
  }
}

/** The caller hears nothing, which is what we know; it repeats. */
function closeUnanswered(request: FastifyRequest, reply: FastifyReply): void {
  reply.hijack();
  request.raw.socket.destroy();
}
