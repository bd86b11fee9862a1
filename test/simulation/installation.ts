import pino from 'pino';
import type { Catalog } from '#lib/catalog';
import { PaymentIds } from '#lib/kernel';
import { CommitUnknown, type Logger, type PaceTime } from '#lib/platform';
import {
  AdviceFlow,
  AllRoutesOn,
  AdviceLanes,
  type AdviceLimits,
  Billers,
  Failover,
  Inquiries,
  InquiryFlow,
  NO_FLOATS,
  PaymentFlow,
  PaymentOpening,
  Payments,
  Router,
  Routing,
  WorkInHand,
  type BillerConnector,
  type BillerLeg,
  type LaneLimits,
  type RoutingLimits,
  type SourceCalendar,
  type SourceDayEnd,
} from '#lib/switching';
import type { VirtualBiller } from './biller';
import type { Breakage } from './breakages';
import { NO_SECRETS, ROUTING } from './catalog';
import { VirtualConnector } from './connector';
import { storesOver, type Stores } from './database-line';
import { judge, VirtualProcess, type Surroundings } from './process';

/** When advice asks: as in config/limits.yaml, impatiently, and in between. */
const SCHEDULES = [
  [5, 15, 60, 300],
  [1, 1, 1, 1, 2, 2, 3, 3, 4, 5, 5, 10],
  [3, 7, 11, 20],
];
const LIMITS = {
  jitterPercent: 10,
  afterDeadlineMs: 5_000,
  pollMs: 4_000,
  leaseMs: 30_000,
  atOnceMax: 8,
  perSecondMax: 50,
};
/** How much advice a biller bears: little, one after another, and plenty. */
const LANES: readonly LaneLimits[] = [
  { atOnceMax: 2, perSecondMax: 1 },
  { atOnceMax: 1, perSecondMax: 50 },
  { atOnceMax: 8, perSecondMax: 50 },
];
/** Payments that a switch works on itself at once. */
const IN_HAND_MAX = [1, 3, 100];
/** So few, that processes which live in the same second may draw the same Payment ID. */
const NODES = 8;
const RESTART_WITHIN_MS = 5_000;
/** When a route is cut off: hardly ever, or after a few failures; and how many calls it takes at once. */
const CAREFUL: readonly Partial<RoutingLimits>[] = [
  {},
  { health: { ...ROUTING.health, failuresMin: 2, failurePercent: 30 } },
  { bulkhead: { atOnceMax: 1, queueMax: 1, queueWithinMs: 300 } },
];

/** What an installation in a run is made of. */
export interface Parts {
  around: Surroundings;
  stores: Stores;
  catalog: Catalog;
  calendar: { dateOf: SourceCalendar; endOf: SourceDayEnd };
  billers: readonly VirtualBiller[];
  breakage: Breakage | undefined;
  onSend: (leg: BillerLeg) => void;
}

/** A switch process with its flows, until it dies. */
export interface RunningSwitch {
  process: VirtualProcess;
  inquiries: InquiryFlow;
  paying: PaymentFlow;
  payments: Payments;
}

class ConnectedBillers extends Billers {
  private readonly connectors: Map<string, BillerConnector>;

  constructor(process: VirtualProcess, { around, billers, onSend, breakage }: Parts) {
    super();
    this.connectors = new Map(
      billers.map((biller) => {
        const connector = new VirtualConnector(process, around, biller, onSend);
        return [biller.billerId, breakage?.connector?.(connector) ?? connector];
      }),
    );
  }

  override connector(billerId: string): BillerConnector {
    const known = this.connectors.get(billerId);
    if (!known) throw new Error(`no biller ${billerId}`);
    return known;
  }
}

/** Switches and workers on one store, each restarted when it dies. */
export class Installation {
  private readonly switches: (RunningSwitch | undefined)[] = [];
  private started = 0;
  readonly limits: AdviceLimits;
  private readonly inHandMax: number;
  private readonly routing: RoutingLimits;
  private readonly logger: Logger;

  constructor(
    private readonly parts: Parts,
    switches: number,
    workers: number,
  ) {
    const { random } = parts.around;
    this.limits = { ...LIMITS, ...random.pick(LANES), scheduleSeconds: random.pick(SCHEDULES) };
    this.inHandMax = random.pick(IN_HAND_MAX);
    this.routing = { ...ROUTING, ...random.pick(CAREFUL) };
    this.logger = loggerThatJudges(parts.around);
    for (let place = 0; place < switches; place += 1) this.startSwitch(place);
    for (let place = 0; place < workers; place += 1) this.startWorker(place);
  }

  /** One of the switches; undefined where it is down. */
  anySwitch(): RunningSwitch | undefined {
    return this.parts.around.random.pick(this.switches.map((one) => ({ one }))).one;
  }

  private startSwitch(place: number): void {
    const { around, catalog, calendar } = this.parts;
    const process = this.startProcess(`switch ${place + 1}`, () => {
      this.switches[place] = undefined;
      around.time.after(around.random.between(200, RESTART_WITHIN_MS), () => this.startSwitch(place));
    });
    const { stores, payments } = this.reach(process);
    const routing = new Routing({
      clock: around.time,
      billers: new ConnectedBillers(process, this.parts),
      routes: catalog,
      switches: new AllRoutesOn(),
      limits: this.routing,
      logger: this.logger,
      time: timeOf(process, around),
      random: () => around.random.next(),
    });
    const router = new Router(catalog, routing);
    const failover = new Failover(around.time, router, routing);
    const inquiries = new Inquiries(stores.inquiries, this.inquiryIds(this.started));
    const ids = new PaymentIds('T', around.random.below(NODES), Buffer.from('simulation'));
    const opening = new PaymentOpening(
      payments,
      stores.writer,
      ids,
      calendar.dateOf,
      this.limits,
      this.logger,
      NO_FLOATS,
    );
    const hand = new WorkInHand(this.inHandMax);
    this.switches[place] = {
      process,
      payments,
      inquiries: new InquiryFlow(around.time, router, inquiries, payments, NO_SECRETS),
      paying: new PaymentFlow(around.time, router, inquiries, payments, opening, hand, failover),
    };
  }

  private startWorker(place: number): void {
    const { around, catalog, calendar } = this.parts;
    const process = this.startProcess(`worker ${place + 1}`, () =>
      around.time.after(around.random.between(200, RESTART_WITHIN_MS), () => this.startWorker(place)),
    );
    const { stores, payments } = this.reach(process);
    const billers = new ConnectedBillers(process, this.parts);
    const flow = new AdviceFlow(
      around.time,
      stores.payments,
      payments,
      billers,
      catalog,
      this.limits,
      this.logger,
      calendar.endOf,
      () => around.random.next(),
    );
    const lanes = new AdviceLanes(flow, () => this.limits, this.logger, timeOf(process, around));
    void adviseForEver(lanes, process, around);
  }

  private startProcess(name: string, onDeath: () => void): VirtualProcess {
    this.started += 1;
    return new VirtualProcess(name, this.parts.around, onDeath);
  }

  private reach(process: VirtualProcess): { stores: Stores; payments: Payments } {
    const { around, stores: shared, catalog, breakage } = this.parts;
    const near = storesOver(process, around, shared);
    const stores = breakage?.stores?.(near, around) ?? near;
    return {
      stores,
      payments: new Payments(stores.payments, stores.writer, catalog, this.limits, this.logger),
    };
  }

  private inquiryIds(startNo: number): () => string {
    let count = 0;
    return () => `inq_${startNo.toString(36)}x${(count += 1).toString(36)}`;
  }
}

/** The worker's loop: it looks who has payments to be asked about, and wakes their lanes. */
async function adviseForEver(
  lanes: AdviceLanes,
  process: VirtualProcess,
  around: Surroundings,
): Promise<never> {
  for (;;) {
    await lanes.wake().catch((error: unknown) => judge(error, around));
    await process.sleep(LIMITS.pollMs);
  }
}

function timeOf(process: VirtualProcess, { time }: Surroundings): PaceTime {
  return { now: () => time.nowMs, sleep: (ms) => process.sleep(ms) };
}

/** Flows write down what must not stop them: it is judged like what reaches their edge. */
function loggerThatJudges(around: Surroundings): Logger {
  const logMethod = ([facts]: unknown[]): void => {
    const error = (facts as { err?: unknown } | undefined)?.err;
    if (error !== undefined && !(error instanceof CommitUnknown)) judge(error, around);
  };
  return pino({ level: 'error', hooks: { logMethod } });
}
