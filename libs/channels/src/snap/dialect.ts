import type { Clock, Refusal } from '#lib/kernel';
import type { HttpCall, HttpDialect, WireAnswer } from '../http/dialect';
import { writeAnswer } from './answer';
import type { Served } from './profile';
import { refusalAnswer } from './refusal-answer';
import { refusedBy, snapRefusal, type SnapRefusal } from './refused';
import type { SnapRoutes } from './routes';
import { isPayment } from './shapes';

/** How this door says no where a request is too broken to be a call: SNAP's envelope, with the service's code. */
export class SnapDialect implements HttpDialect {
  constructor(
    private readonly routes: SnapRoutes,
    private readonly clock: Clock,
  ) {}

  speaksAt(path: string): boolean {
    return this.routes.owns(path);
  }

  mayForm(call: HttpCall): boolean {
    return call.method === 'POST' && isPayment(this.serviceOf(call));
  }

  refusal(refusal: Refusal, call: HttpCall): WireAnswer {
    const service = this.serviceOf(call);
    const answer = refusalAnswer(service, this.toldAs(refusal, call), undefined);
    return writeAnswer(service, answer, this.clock.now());
  }

  /**
   * An earlier message may have formed the payment that this one speaks of, and here nobody has looked: "not now" is
   * told as "not known yet", for any other code is read as failed.
   */
  private toldAs(refusal: Refusal, call: HttpCall): SnapRefusal {
    const told = refusedBy(refusal);
    if (refusal.code === 'REQUEST_MALFORMED') return snapRefusal('40000', undefined, refusal.detail);
    return refusal.code === 'NOT_NOW' && this.mayForm(call) ? { ...told, snapCase: '20200' } : told;
  }

  private serviceOf({ url }: HttpCall): Served | undefined {
    return this.routes.at(url.split('?', 1)[0] ?? '');
  }
}
