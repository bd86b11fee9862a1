import type { BillerLeg } from '../biller.contract';
import { RouteHealth, type HealthNumbers, type Heard } from './health';
import type { RoutingLimits } from './limits';

/** `probing`: cut off, and due to be tried by a call that risks no payment. */
export type CircuitState = 'closed' | 'open' | 'probing';

/** What a call would do at the route. */
export type CallKind = 'inquiry' | 'payment';

/**
 * Cuts a route off while it fails, and lets it come back by calls that risk no payment: inquiries, and advices about a
 * payment that got no answer. Time is told by the caller, so that a run can be repeated.
 */
export class Circuit {
  readonly health: RouteHealth;
  private openedAtMs: number | undefined;
  private openForMs: number;
  private probeUntilMs = 0;
  private failedProbes = 0;
  private silentLeg: BillerLeg | undefined;

  constructor(private readonly limits: Pick<RoutingLimits, 'health' | 'breaker'>) {
    this.health = new RouteHealth(limits.health);
    this.openForMs = limits.breaker.openMs;
  }

  state(nowMs: number): CircuitState {
    if (this.openedAtMs === undefined) return 'closed';
    return nowMs < this.openedAtMs + this.openForMs ? 'open' : 'probing';
  }

  numbers(nowMs: number): HealthNumbers {
    return this.health.read(nowMs);
  }

  /**
   * Whether a call may go there now.
   * @param isUnasked whether no inquiry comes before its payment, so that none can try the route for it.
   */
  allows(kind: CallKind, isUnasked: boolean, nowMs: number): boolean {
    const state = this.state(nowMs);
    if (state !== 'probing') return state === 'closed';
    if (nowMs < this.probeUntilMs) return false;
    return kind === 'inquiry' || (isUnasked && this.failedProbes >= this.limits.breaker.failedProbesMax);
  }

  /** One call tries the route; nobody else does until it has ended, or had the time to. */
  startProbe(nowMs: number, withinMs: number): void {
    this.probeUntilMs = nowMs + withinMs;
  }

  /** The payment to ask about where an advice is to try the route; undefined where none, or somebody tries already. */
  legToAskAbout(nowMs: number): BillerLeg | undefined {
    return this.state(nowMs) === 'probing' && nowMs >= this.probeUntilMs ? this.silentLeg : undefined;
  }

  /**
   * A call has ended.
   * @param leg the payment that was sent, where it was one.
   */
  heard(heard: Heard, sentAtMs: number, nowMs: number, leg?: BillerLeg): void {
    this.health.record(nowMs, heard, nowMs - sentAtMs);
    if (heard === 'failure' && leg) this.silentLeg = leg;
    if (this.openedAtMs === undefined) {
      if (heard === 'failure' && this.isFailing(nowMs)) this.open(nowMs);
      return;
    }
    // What was sent before the route was cut off says nothing new.
    const isProbe = sentAtMs >= this.openedAtMs + this.openForMs;
    if (!isProbe) return;
    if (heard === 'answer') this.close();
    else this.openLonger(nowMs);
  }

  private isFailing(nowMs: number): boolean {
    const { failuresMin, failurePercent } = this.limits.health;
    const { calls, failed } = this.health.read(nowMs);
    return failed >= failuresMin && failed * 100 >= calls * failurePercent;
  }

  private open(nowMs: number): void {
    this.openedAtMs = nowMs;
    this.openForMs = this.limits.breaker.openMs;
    this.probeUntilMs = 0;
    this.failedProbes = 0;
  }

  private openLonger(nowMs: number): void {
    this.openedAtMs = nowMs;
    this.openForMs = Math.min(this.openForMs * 2, this.limits.breaker.openMaxMs);
    this.probeUntilMs = 0;
    this.failedProbes += 1;
  }

  private close(): void {
    this.openedAtMs = undefined;
    this.silentLeg = undefined;
    this.failedProbes = 0;
    this.health.forget();
  }
}
