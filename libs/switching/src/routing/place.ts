import { fail, refusal, type Clock, type Refusal, type Result } from '#lib/kernel';
import type { Bill, BillerConnector, BillerInquiry, BillerLeg, PaymentOutcome } from '../biller.contract';
import type { CallKind, Circuit } from './circuit';
import type { Heard } from './health';
import type { BillerLane } from './lane';

/** What a place at a biller is made of. */
export interface PlaceParts {
  connector: BillerConnector;
  circuit: Circuit;
  lane: BillerLane;
  clock: Clock;
  /** Whether a final refusal is one that another biller may not share: the route has failed then. */
  isTryAnother: (outcome: PaymentOutcome) => boolean;
}

/**
 * One place among the calls that are on their way to a biller. What is heard on it tells how the route is. It is given
 * back once, whatever happens.
 */
export class Place {
  private isLeft = false;

  constructor(
    private readonly parts: PlaceParts,
    /** The end of waiting and calling together. */
    readonly deadline: Date,
  ) {}

  /** Asks for a bill, and gives the place back. */
  async inquire(question: BillerInquiry): Promise<Result<Bill, Refusal>> {
    return this.call(
      () => this.parts.connector.inquire(question, this.deadline),
      (bill) => (bill.ok || bill.error.code !== 'BILLER_UNAVAILABLE' ? 'answer' : 'failure'),
    );
  }

  /** Pays, and gives the place back. */
  async pay(leg: BillerLeg): Promise<PaymentOutcome> {
    return this.call(
      () => this.parts.connector.pay(leg, this.deadline),
      (outcome) => (this.parts.isTryAnother(outcome) ? 'failure' : heardIn(outcome)),
      leg,
    );
  }

  leave(): void {
    if (this.isLeft) return;
    this.isLeft = true;
    this.parts.lane.leave();
  }

  private async call<T>(work: () => Promise<T>, heardOf: (said: T) => Heard, leg?: BillerLeg): Promise<T> {
    const { circuit, clock } = this.parts;
    const sentAtMs = clock.now().getTime();
    let heard: Heard = 'failure';
    try {
      const said = await work();
      heard = heardOf(said);
      return said;
    } finally {
      circuit.heard(heard, sentAtMs, clock.now().getTime(), leg);
      this.leave();
    }
  }
}

/** A biller that said something, whatever it was, is there; a time-out, a broken link or an error page is not. */
export function heardIn({ kind, evidence }: Pick<PaymentOutcome, 'kind' | 'evidence'>): Heard {
  if (kind === 'not sent') return 'failure';
  return kind === 'unknown' && evidence['code'] === undefined ? 'failure' : 'answer';
}

/**
 * Waits for a place. Who has waited may find the route cut off meanwhile, by those before: a payment would only be one
 * more that nobody answers.
 * @returns the place, or why there is none: nothing is formed then.
 */
export async function placeAt(
  parts: PlaceParts,
  kind: CallKind,
  now: Date,
  deadline: Date,
): Promise<Result<Place, Refusal>> {
  const { lane, circuit, clock } = parts;
  const entered = lane.enter(kind, deadline.getTime() - now.getTime());
  const hasPlace = entered === true || (entered !== false && (await entered));
  if (!hasPlace)
    return fail(refusal('BILLER_UNAVAILABLE', `${lane.inHand} calls are on their way to it already`));
  if (entered !== true && circuit.state(clock.now().getTime()) !== 'closed') {
    lane.leave();
    return fail(refusal('BILLER_UNAVAILABLE', 'cut off while it waited for a place'));
  }
  if (circuit.state(now.getTime()) === 'probing')
    circuit.startProbe(now.getTime(), deadline.getTime() - now.getTime());
  return { ok: true, value: new Place(parts, deadline) };
}
