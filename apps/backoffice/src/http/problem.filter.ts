import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isDatabaseAway, type Logger } from '#lib/platform';
import { Problem } from './problem';
import { LOGGER } from './tokens';

const PATH_LOGGED_MAX = 200;

/** Every error leaves as a problem, never with a stack, SQL or a name from inside. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = error instanceof Problem ? error : this.problemOf(error);
    // Without its query: people search for customers.
    const path = request.url.split('?', 1)[0]?.slice(0, PATH_LOGGED_MAX);
    this.logger.info({ method: request.method, path, code: problem.code }, 'refused');
    tellProblem(reply, problem);
  }

  private problemOf(error: unknown): Problem {
    const status = error instanceof HttpException ? error.getStatus() : statusOf(error);
    if (status === 404) return new Problem('UNKNOWN');
    if (status === 413) return new Problem('REQUEST_MALFORMED', 'the body is too long');
    if (status < 500) return new Problem('REQUEST_MALFORMED');
    if (!isDatabaseAway(error)) this.logger.error({ err: error }, 'a request failed');
    return new Problem('NOT_NOW');
  }
}

/** Sends a problem. */
export function tellProblem(reply: FastifyReply, { details, more }: Problem): void {
  if (more.retryAfterSeconds !== undefined) void reply.header('retry-after', more.retryAfterSeconds);
  void reply
    .status(details.status)
    .header('content-type', 'application/problem+json')
    .send(Buffer.from(JSON.stringify(details)));
}

function statusOf(error: unknown): number {
  const { statusCode } = (error ?? {}) as { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : 500;
}
