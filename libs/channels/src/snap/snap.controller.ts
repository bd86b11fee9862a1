import { All, Controller, Inject, Req, Res, type Type } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Clock } from '#lib/kernel';
import { SNAP_SERVICES } from '#lib/snap';
import { hasPinnedCertificate } from '../http/caller';
import { sendAnswer } from '../http/dialect';
import { isLate } from '../http/intake';
import { writeAnswer } from './answer';
import { refusalAnswer } from './refusal-answer';
import { snapRefusal } from './refused';
import { SnapRoutes } from './routes';
import { SnapDesk } from './snap.desk';

/** Everything below the paths of the profiles: a service, or a no in SNAP's words. */
export function snapController(roots: readonly string[]): Type {
  @Controller([...roots])
  class SnapController {
    constructor(
      @Inject(SnapRoutes) private readonly routes: SnapRoutes,
      @Inject(SnapDesk) private readonly desk: SnapDesk,
      @Inject(Clock) private readonly clock: Clock,
    ) {}

    @All('*')
    async answer(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
      const target = request.originalUrl;
      const path = target.split('?', 1)[0] ?? '';
      const service = this.routes.at(path);
      if (service === undefined || SNAP_SERVICES[service].method !== request.method) {
        const no = service === undefined ? snapRefusal('40402', undefined, 'no route') : NOT_THIS_WAY;
        sendAnswer(reply, writeAnswer(service, refusalAnswer(service, no, undefined), this.clock.now()));
        return;
      }
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const { method, headers, ip } = request;
      const answer = await this.desk.answer({
        service,
        path,
        method,
        target,
        headers,
        body,
        ip,
        isLate: isLate(request),
        showsCertificateOf: (channel) => hasPinnedCertificate(request, channel),
      });
      sendAnswer(reply, answer);
    }
  }
  return SnapController;
}

const NOT_THIS_WAY = snapRefusal('40500', undefined, 'the service has another method');
