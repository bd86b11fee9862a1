import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { refusal, type Refusal } from '#lib/kernel';
import { isDatabaseAway } from '#lib/platform';
import { problemOf, RefusedRequest } from './problem';
import { LOGGER, type Logger } from './tokens';

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
    this.logger.info(
      { method: request.method, url: request.url, code: told.code, detail: told.detail },
      'refused',
    );
    const problem = problemOf(told, payment);
    void reply
      .status(problem.status)
      .header('content-type', 'application/problem+json')
      .send(JSON.stringify(problem));
  }

  private refusalOf(error: unknown): Refusal {
    const { code, statusCode } = error as { code?: string; statusCode?: number };
    if (code === 'FST_ERR_CTP_BODY_TOO_LARGE' || statusCode === 413)
      return refusal('REQUEST_TOO_LARGE', 'body');
    if (error instanceof HttpException && error.getStatus() === 404)
      return refusal('ENDPOINT_UNKNOWN', 'no route');
    if (statusCode !== undefined && statusCode < 500)
      return refusal('REQUEST_MALFORMED', (error as Error).message);
    if (!isDatabaseAway(error)) this.logger.error({ err: error }, 'a request failed');
    return refusal('NOT_NOW', 'internal');
  }
}
