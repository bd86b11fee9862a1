import { rupiah, ZERO } from '#lib/kernel';
import { MoneyWriter, type CommitResult, type UnitOfWork } from '#lib/ledger';
import type { AdviceOutcome, BillerConnector, BillerLeg, PaymentOutcome } from '#lib/switching';
import type { MemoryTables } from '../memory';
import type { VirtualConnector } from './connector';
import type { Stores } from './database-line';
import type { Surroundings } from './process';

/** One deliberate fault in our own code. A run that does not notice it would notice nothing. */
export interface Breakage {
  says: string;
  connector?: (connector: VirtualConnector) => BillerConnector;
  stores?: (stores: Stores, around: Surroundings) => Stores;
  tables?: (tables: MemoryTables) => void;
  ignoresFloor?: boolean;
}

/** A connector as it is but for one thing. */
class Altered implements BillerConnector {
  patience: VirtualConnector['patience'];

  constructor(
    protected readonly inner: BillerConnector,
    patience = inner.patience,
  ) {
    this.patience = patience;
  }

  inquire(...asked: Parameters<BillerConnector['inquire']>): ReturnType<BillerConnector['inquire']> {
    return this.inner.inquire(...asked);
  }

  pay(leg: BillerLeg, deadline: Date): Promise<PaymentOutcome> {
    return this.inner.pay(leg, deadline);
  }

  advise(leg: BillerLeg, deadline: Date): Promise<AdviceOutcome> {
    return this.inner.advise(leg, deadline);
  }
}

class TimeoutIsNo extends Altered {
  override async pay(leg: BillerLeg, deadline: Date): Promise<PaymentOutcome> {
    const outcome = await this.inner.pay(leg, deadline);
    if (outcome.kind !== 'unknown') return outcome;
    return { kind: 'declined', code: 'DECLINED_BY_BILLER', evidence: outcome.evidence };
  }
}

class SendsAgain extends Altered {
  override async pay(leg: BillerLeg, deadline: Date): Promise<PaymentOutcome> {
    const outcome = await this.inner.pay(leg, deadline);
    const later = new Date(deadline.getTime() + 5_000);
    return outcome.kind === 'unknown' ? this.inner.pay(leg, later) : outcome;
  }
}

/** A writer that does something else with each unit of work. */
class AlteredWriter extends MoneyWriter {
  constructor(private readonly alter: (unit: UnitOfWork) => Promise<CommitResult>) {
    super();
  }

  override commit(unit: UnitOfWork): Promise<CommitResult> {
    return this.alter(unit);
  }

  override async close(): Promise<void> {}
}

function writing(alter: (unit: UnitOfWork, writer: MoneyWriter) => Promise<CommitResult>) {
  return (stores: Stores): Stores => ({
    ...stores,
    writer: new AlteredWriter((unit) => alter(unit, stores.writer)),
  });
}

const SOME_DEPOSIT = { posted: rupiah(1n), held: rupiah(0n), limit: rupiah(0n) };

/** Says that it is done before it is, and does it anyway. */
function committedTooSoon(unit: UnitOfWork, writer: MoneyWriter): Promise<CommitResult> {
  writer.commit(unit).catch(() => undefined);
  return Promise.resolve({ kind: 'committed', deposit: unit.journal && SOME_DEPOSIT });
}

export const BREAKAGES: readonly Breakage[] = [
  { says: 'a time-out is taken as declined', connector: (connector) => new TimeoutIsNo(connector) },
  { says: 'a payment is sent again after a time-out', connector: (connector) => new SendsAgain(connector) },
  {
    says: '"no such payment" is believed at once',
    connector: (connector) =>
      new Altered(connector, { ...connector.patience, paymentMs: 12_000, quietMs: -11_900 }),
  },
  {
    says: 'a hold is skipped',
    stores: writing((unit, writer) =>
      writer.commit(
        unit.journal?.kind === 'hold' ? { ...unit, journal: { ...unit.journal, heldChange: ZERO } } : unit,
      ),
    ),
  },
  {
    says: 'a payment is sent before its intent is durable',
    stores: writing((unit, writer) =>
      unit.journal?.kind === 'hold' ? committedTooSoon(unit, writer) : writer.commit(unit),
    ),
  },
  {
    says: 'an answer leaves before its outcome is durable',
    stores: writing((unit, writer) =>
      unit.journal?.kind === 'hold' ? writer.commit(unit) : committedTooSoon(unit, writer),
    ),
  },
  {
    says: 'an outcome moves no money',
    stores: writing((unit, writer) =>
      writer.commit(unit.journal?.kind === 'hold' ? unit : { ...unit, journal: undefined }),
    ),
  },
  {
    says: 'unique keys are dropped',
    tables(tables) {
      tables.forgetKey('payment', 'payment_channel_reference');
      tables.forgetKey('payment', 'payment_inquiry');
      tables.forgetKey('payment', 'payment_bill_in_payment');
    },
  },
  {
    says: 'the floor of a deposit is forgotten',
    ignoresFloor: true,
  },
];
