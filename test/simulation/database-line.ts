import { MoneyWriter, type CommitResult, type UnitOfWork } from '#lib/ledger';
import { CommitUnknown } from '#lib/platform';
import {
  InquiryStore,
  PaymentStore,
  type AdviceClaim,
  type ClaimedPayment,
  type BillHolder,
  type DayUse,
  type FoundOffer,
  type LastSale,
  type NextAdvice,
  type Payment,
  type RefusedLeg,
  type StoredInquiry,
} from '#lib/switching';
import type { Surroundings, VirtualProcess } from './process';

/** How long a writer goes on finding out what became of a commit, before it says that it does not know. */
const UNKNOWN_FOR_MS = 5_000;
/** A commit whose answer is lost may still arrive after that. */
const COMMIT_ARRIVES_WITHIN_MS = 8_000;

/** What the flows keep their money and offers in. */
export interface Stores {
  writer: MoneyWriter;
  payments: PaymentStore;
  inquiries: InquiryStore;
}

/** A process's connection to the database: slow, broken off, or lost in the very moment of a commit. */
class Line {
  constructor(
    private readonly process: VirtualProcess,
    private readonly around: Surroundings,
  ) {}

  /** Asks the database; what it says reaches the process unless that has died. */
  ask<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!this.process.crossEdge()) return;
      const { random, weather, time } = this.around;
      if (random.chance(weather.databaseAway)) {
        time.after(random.between(1, 500), () => this.answer(() => reject(connectionLost())));
        return;
      }
      const slow = random.chance(weather.databaseSlow) ? random.between(100, 3_000) : 0;
      time.after(random.between(1, 3) + slow, () => {
        // What a dead process had sent may have arrived or not.
        if (!this.process.isAlive && random.chance(0.5)) return;
        const back = random.between(1, 3);
        time.outside(work()).then(
          (value) => time.after(back, () => this.answer(() => resolve(value))),
          (error: unknown) => time.after(back, () => this.answer(() => reject(error))),
        );
      });
    });
  }

  commit(work: () => Promise<CommitResult>): Promise<CommitResult> {
    const { random, weather, time, note } = this.around;
    if (random.chance(weather.overloaded)) return Promise.resolve({ kind: 'overloaded' });
    if (!random.chance(weather.commitUnknown)) return this.ask(work);
    return new Promise((_, reject) => {
      if (!this.process.crossEdge()) return;
      const happens = random.chance(0.5);
      note(
        `${this.process.name}: the answer to a commit is lost, it ${happens ? 'happens' : 'does not happen'}`,
      );
      if (happens)
        time.after(
          random.below(COMMIT_ARRIVES_WITHIN_MS),
          () => void time.outside(work()).catch(() => undefined),
        );
      time.after(UNKNOWN_FOR_MS, () => this.answer(() => reject(new CommitUnknown('the line was cut'))));
    });
  }

  private answer(act: () => void): void {
    this.process.reach(() => {
      if (this.process.crossEdge()) act();
    });
  }
}

function connectionLost(): Error {
  return Object.assign(new Error('the connection to the database is lost'), { code: 'ECONNRESET' });
}

/** The stores as one process reaches them. */
export function storesOver(process: VirtualProcess, around: Surroundings, stores: Stores): Stores {
  const line = new Line(process, around);
  return {
    writer: new DistantWriter(line, stores.writer),
    payments: new DistantPayments(line, stores.payments),
    inquiries: new DistantInquiries(line, stores.inquiries),
  };
}

class DistantWriter extends MoneyWriter {
  constructor(
    private readonly line: Line,
    private readonly writer: MoneyWriter,
  ) {
    super();
  }

  override commit(unit: UnitOfWork): Promise<CommitResult> {
    return this.line.commit(() => this.writer.commit(unit));
  }

  override async close(): Promise<void> {}
}

class DistantPayments extends PaymentStore {
  constructor(
    private readonly line: Line,
    private readonly store: PaymentStore,
  ) {
    super();
  }

  override findByReference(channelId: string, reference: string): Promise<Payment | undefined> {
    return this.line.ask(() => this.store.findByReference(channelId, reference));
  }

  override findById(channelId: string, paymentId: string): Promise<Payment | undefined> {
    return this.line.ask(() => this.store.findById(channelId, paymentId));
  }

  override findHolderOf(bill: string): Promise<BillHolder | undefined> {
    return this.line.ask(() => this.store.findHolderOf(bill));
  }

  override findDayUse(customerDay: string): Promise<DayUse> {
    return this.line.ask(() => this.store.findDayUse(customerDay));
  }

  override findLastSale(sale: string): Promise<LastSale | undefined> {
    return this.line.ask(() => this.store.findLastSale(sale));
  }

  override findOpen(channelId: string, afterPaymentId: string, rowsMax: number): Promise<Payment[]> {
    return this.line.ask(() => this.store.findOpen(channelId, afterPaymentId, rowsMax));
  }

  override findRefusedLegs(paymentId: string): Promise<RefusedLeg[]> {
    return this.line.ask(() => this.store.findRefusedLegs(paymentId));
  }

  override findLeftBehind(dueSince: Date, rowsMax: number): Promise<Payment[]> {
    return this.line.ask(() => this.store.findLeftBehind(dueSince, rowsMax));
  }

  override billersDue(now: Date): Promise<string[]> {
    return this.line.ask(() => this.store.billersDue(now));
  }

  override claimDue(claim: AdviceClaim): Promise<ClaimedPayment[]> {
    return this.line.ask(() => this.store.claimDue(claim));
  }

  override postpone(claimed: ClaimedPayment, next: NextAdvice): Promise<boolean> {
    return this.line.ask(() => this.store.postpone(claimed, next));
  }
}

class DistantInquiries extends InquiryStore {
  constructor(
    private readonly line: Line,
    private readonly store: InquiryStore,
  ) {
    super();
  }

  override add(inquiry: StoredInquiry): Promise<void> {
    return this.line.ask(() => this.store.add(inquiry));
  }

  override find(channelId: string, inquiryId: string): Promise<FoundOffer | undefined> {
    return this.line.ask(() => this.store.find(channelId, inquiryId));
  }
}
