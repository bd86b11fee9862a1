import type { Clock } from '#lib/kernel';
import { REAL_TIME, type Logger, type PaceTime } from '#lib/platform';
import type { BillerConnector, BillerLeg, Billers, PaymentOutcome } from '../biller.contract';
import { Circuit, type CallKind } from './circuit';
import type { Candidate, Seen, Verdict } from './decision';
import type { Heard } from './health';
import { BillerLane } from './lane';
import { bulkheadOf, isTryAnother, type RoutingLimits } from './limits';
import type { RouteSwitches } from './orders';
import { heardIn, type PlaceParts } from './place';
import { endpointOf, type BillerRoute, type RouteBook } from './route';
import type { RouteState } from './state';

/** What routing is made of. */
export interface RoutingTools {
  clock: Clock;
  billers: Billers;
  routes: RouteBook;
  switches: RouteSwitches;
  limits: RoutingLimits;
  logger: Logger;
  /** How waiting is done; the machine's own time when left out. */
  time?: PaceTime;
  /** From 0 to below 1; drawn where a route is to get its share. */
  random?: () => number;
}

/** How a route is, and how much is on its way to its biller. */
interface Standing {
  circuit: Circuit;
  lane: BillerLane;
}

/** What one process knows of its routes: which there are, how they are, and how much is on its way to each biller. */
export class Routing {
  readonly limits: RoutingLimits;
  private readonly circuits = new Map<string, Circuit>();
  private readonly lanes = new Map<string, BillerLane>();
  private readonly standings = new WeakMap<BillerRoute, Standing>();
  /** By product and route. */
  private readonly used = new Map<string, BillerRoute>();
  private readonly time: PaceTime;
  private readonly random: () => number;

  constructor(private readonly tools: RoutingTools) {
    this.limits = tools.limits;
    this.time = tools.time ?? REAL_TIME;
    this.random = tools.random ?? Math.random;
  }

  /** How the routes are that this process has used lately, or has cut off. */
  states(now: Date): RouteState[] {
    const nowMs = now.getTime();
    return [...this.used.values()].flatMap((route) => {
      const { circuit, lane } = this.standingOf(route);
      const { productId, routeId } = route;
      const [breaker, numbers] = [circuit.state(nowMs), circuit.numbers(nowMs)];
      if (breaker === 'closed' && numbers.calls === 0) return [];
      return [{ productId, routeId, breaker, ...numbers, inHand: lane.inHand }];
    });
  }

  routesOf(productId: string, at: Date): readonly BillerRoute[] {
    return this.tools.routes.routes(productId, at);
  }

  /** A whole number from 0 to 999. */
  draw(): number {
    return Math.floor(this.random() * 1_000);
  }

  /**
   * Looks at a route.
   * @param ruledOut why it may not be taken whatever its health is.
   * @param isUnasked whether no inquiry comes before its payment.
   */
  see(
    route: BillerRoute,
    kind: CallKind,
    isUnasked: boolean,
    now: Date,
    ruledOut?: { verdict: Verdict; because?: string },
  ): Seen {
    const nowMs = now.getTime();
    const { circuit, lane } = this.standingOf(route);
    const numbers = circuit.numbers(nowMs);
    const verdict = ruledOut ?? this.verdictOn(route, kind, isUnasked, nowMs);
    const candidate: Candidate = {
      route: route.routeId,
      ...verdict,
      priority: route.priority,
      cost: route.cost.toString(),
      breaker: circuit.state(nowMs),
      ...numbers,
      inHand: lane.inHand,
    };
    if (candidate.verdict === 'cut off') this.askWhetherItIsBack(route, nowMs);
    return { route, candidate, band: this.bandOf(candidate) };
  }

  connectorOf({ billerId }: BillerRoute): BillerConnector {
    return this.tools.billers.connector(billerId);
  }

  /** What a call by this route goes through. */
  placeParts(route: BillerRoute): PlaceParts {
    return {
      connector: this.connectorOf(route),
      ...this.standingOf(route),
      clock: this.tools.clock,
      isTryAnother: (outcome) => this.isTryAnother(route, outcome),
    };
  }

  /** Whether a biller's final refusal is one that another biller may not share. */
  isTryAnother({ billerId }: BillerRoute, outcome: PaymentOutcome): boolean {
    return outcome.kind === 'declined' && isTryAnother(this.limits, billerId, outcome.code);
  }

  private verdictOn(
    route: BillerRoute,
    kind: CallKind,
    isUnasked: boolean,
    nowMs: number,
  ): { verdict: Verdict; because?: string } {
    if (!route.isActive) return { verdict: 'switched off', because: 'not active in the catalog' };
    const off = this.tools.switches.offReason(route.routeId);
    if (off !== undefined) return { verdict: 'switched off', because: off };
    const { circuit, lane } = this.standingOf(route);
    if (!circuit.allows(kind, isUnasked, nowMs)) return { verdict: 'cut off' };
    return { verdict: lane.isFull ? 'full' : 'fit' };
  }

  private bandOf({ calls, failed, averageMs }: Candidate): number {
    const { failuresMin, poorPercent, slowMs } = this.limits.health;
    // Half of what cuts a route off is enough to prefer another one.
    const isFailing = failed * 2 >= failuresMin && failed * 100 >= calls * poorPercent;
    return isFailing ? 2 : averageMs > slowMs ? 1 : 0;
  }

  /** A route that is due to be tried is asked about a payment that it has not answered: that risks no other one. */
  private askWhetherItIsBack(route: BillerRoute, nowMs: number): void {
    const { circuit } = this.standingOf(route);
    const leg = circuit.legToAskAbout(nowMs);
    if (!leg) return;
    const connector = this.connectorOf(route);
    circuit.startProbe(nowMs, connector.patience.adviceMs);
    void this.ask(route, connector, circuit, leg, nowMs);
  }

  private async ask(
    { routeId }: BillerRoute,
    connector: BillerConnector,
    circuit: Circuit,
    leg: BillerLeg,
    nowMs: number,
  ): Promise<void> {
    const { clock, logger } = this.tools;
    let heard: Heard = 'failure';
    try {
      const outcome = await connector.advise(leg, new Date(nowMs + connector.patience.adviceMs));
      heard = outcome.kind === 'unknown' ? heardIn(outcome) : 'answer';
      logger.info({ route: routeId, heard }, 'a route that was cut off was tried by an advice');
    } catch (error) {
      logger.error({ route: routeId, err: error }, 'a route could not be tried by an advice');
    }
    circuit.heard(heard, nowMs, clock.now().getTime());
  }

  /** What is known of a route. Its object stays the same until the catalog changes, so it is found at once. */
  private standingOf(route: BillerRoute): Standing {
    const known = this.standings.get(route);
    if (known) return known;
    const endpoint = endpointOf(route);
    let circuit = this.circuits.get(endpoint);
    if (!circuit) this.circuits.set(endpoint, (circuit = new Circuit(this.limits)));
    let lane = this.lanes.get(route.billerId);
    if (!lane) {
      lane = new BillerLane(bulkheadOf(this.limits, route.billerId), this.time);
      this.lanes.set(route.billerId, lane);
    }
    const standing = { circuit, lane };
    this.standings.set(route, standing);
    this.used.set(`${route.productId} ${route.routeId}`, route);
    return standing;
  }
}
