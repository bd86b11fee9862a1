import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { map, type Observable } from 'rxjs';
import type { FastifyRequest } from 'fastify';
import { FILE } from './contract';
import { admittedAs } from './endpoint';

/** Keeps an answer to what its contract lists: a member that is not listed does not leave. */
@Injectable()
export class AnswerInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { contract } = admittedAs(context.switchToHttp().getRequest<FastifyRequest>());
    const { answer } = contract;
    if (answer === FILE) return next.handle();
    return next.handle().pipe(map((value: unknown) => answer.parse(value)));
  }
}
