import pino from 'pino';
import type { Catalog } from '#lib/catalog';
import { businessDateOf, JAKARTA_MIDNIGHT, PaymentIds } from '#lib/kernel';
import {
  AdviceFlow,
  type AdviceLimits,
  Billers,
  Inquiries,
  InquiryFlow,
  PaymentFlow,
  PaymentOpening,
  Payments,
  Router,
  type BillerConnector,
  type BillerLeg,
} from '#lib/switching';
import type { VirtualBiller } from './biller';
import type { Breakage } from './breakages';
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
  exhaustedAfterHours: 48,
  afterDeadlineMs: 5_000,
  pollMs: 2_000,
  leaseMs: 30_000,
  atOnceMax: 8,
};
/** So few, that processes which live in the same second may draw the same Payment ID. */
const NODES = 8;
const RESTART_WITHIN_MS = 5_000;

/** What an installation in a run is made of. */
export interface Parts {
  around: Surroundings;
  stores: Stores;
  catalog: Catalog;
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

const SILENT = pino({ enabled: false });

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
  private readonly limits: AdviceLimits;

  constructor(
    private readonly parts: Parts,
    switches: number,
    workers: number,
  ) {
    this.limits = { ...LIMITS, scheduleSeconds: parts.around.random.pick(SCHEDULES) };
    for (let place = 0; place < switches; place += 1) this.startSwitch(place);
    for (let place = 0; place < workers; place += 1) this.startWorker(place);
  }

  /** One of the switches; undefined where it is down. */
  anySwitch(): RunningSwitch | undefined {
    return this.parts.around.random.pick(this.switches.map((one) => ({ one }))).one;
  }

  private startSwitch(place: number): void {
    const { around, catalog } = this.parts;
    const process = this.startProcess(`switch ${place + 1}`, () => {
      this.switches[place] = undefined;
      around.time.after(around.random.between(200, RESTART_WITHIN_MS), () => this.startSwitch(place));
    });
    const { stores, payments } = this.reach(process);
    const router = new Router(catalog, new ConnectedBillers(process, this.parts));
    const inquiries = new Inquiries(stores.inquiries, this.inquiryIds(this.started));
    const ids = new PaymentIds('T', around.random.below(NODES), Buffer.from('simulation'));
    const sourceDay = (_: string, at: Date) => businessDateOf(at, JAKARTA_MIDNIGHT);
    const opening = new PaymentOpening(payments, stores.writer, ids, sourceDay, this.limits, SILENT);
    this.switches[place] = {
      process,
      payments,
      inquiries: new InquiryFlow(around.time, router, inquiries),
      paying: new PaymentFlow(around.time, router, inquiries, payments, opening),
    };
  }

  private startWorker(place: number): void {
    const { around, catalog } = this.parts;
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
      SILENT,
    );
    void adviseForEver(flow, process, around);
  }

  private startProcess(name: string, onDeath: () => void): VirtualProcess {
    this.started += 1;
    return new VirtualProcess(name, this.parts.around, onDeath);
  }

  private reach(process: VirtualProcess): { stores: Stores; payments: Payments } {
    const { around, stores: shared, catalog, breakage } = this.parts;
    const near = storesOver(process, around, shared);
    const stores = breakage?.stores?.(near, around) ?? near;
    return { stores, payments: new Payments(stores.payments, stores.writer, catalog, this.limits, SILENT) };
  }

  private inquiryIds(startNo: number): () => string {
    let count = 0;
    return () => `inq_${startNo.toString(36)}x${(count += 1).toString(36)}`;
  }
}

/** The worker's loop: one round after another, a wait after a quiet one; a round that fails is followed by the next. */
async function adviseForEver(
  flow: AdviceFlow,
  process: VirtualProcess,
  around: Surroundings,
): Promise<never> {
  for (;;) {
    const asked = await flow.adviseDue().catch((error: unknown) => {
      judge(error, around);
      return 0;
    });
    if (asked === 0) await process.sleep(LIMITS.pollMs);
  }
}
