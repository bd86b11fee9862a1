import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { actingFrom } from '#lib/audit';
import { sourceOf } from '#lib/identity';
import { admittedAs } from './endpoint';

/** Whatever an endpoint does is written in the audit trail with the address that asked and how we know who it is. */
@Injectable()
export class OriginInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { principal } = admittedAs(request);
    const origin = {
      process: `backoffice ${process.pid}`,
      source: sourceOf(request.ip),
      authenticated: principal ? 'session' : 'nobody',
      roleOf: () => principal?.roles.join(' ') ?? 'none',
    };
    // The handler is bound to where `handle` is called, not to where its answer is waited for.
    return actingFrom(origin, () => next.handle());
  }
}
