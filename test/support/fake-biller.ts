import { ok, rupiah, ZERO } from '#lib/kernel';
import {
  Billers,
  type AdviceOutcome,
  type BillerConnector,
  type BillerLeg,
  type BillerReversal,
  type BillerTruth,
  type PaymentOutcome,
  type ReversalOutcome,
} from '#lib/switching';

/** How the fake biller treats the next payments. */
export type Behaviour =
  | 'approves'
  | 'declines'
  | 'is closed'
  | 'pays and loses the answer'
  | 'loses the request'
  | 'is not reached'
  | 'approves another amount'
  | 'approves without a token'
  | 'breaks';

/** How the fake biller treats the next orders to reverse a payment. */
export type ReversalBehaviour =
  'accepts' | 'refuses' | 'reverses and loses the answer' | 'loses the request' | 'is not reached';

/** A biller with behaviour and a record of its own, in place of one on the network. */
export class FakeBiller implements BillerConnector {
  readonly patience = { inquiryMs: 8_000, paymentMs: 12_000, adviceMs: 5_000, quietMs: 20_000 };
  behaviour: Behaviour = 'approves';
  isAdviceSilent = false;
  /** Waited for before a payment is answered. */
  gate: Promise<void> = Promise.resolve();
  /** How many advices came in. */
  advised = 0;
  /** Waited for before an advice is answered. */
  adviceGate: Promise<void> = Promise.resolve();
  /** What an advice says, whatever the truth is; undefined: the truth. */
  adviceSays: 'paid' | 'declined' | 'unknown' | 'no such payment' | undefined;
  reversalBehaviour: ReversalBehaviour = 'accepts';
  reversesUnknown = false;
  readonly truth: BillerTruth[] = [];
  readonly received: string[] = [];
  /** References of the orders to reverse that came in. */
  readonly reversalsReceived: string[] = [];

  /** @param id as the catalog knows it. */
  constructor(readonly id: string) {}

  async inquire() {
    return ok({
      customerName: 'SITI RAHMA',
      lines: ['202605', '202606', '202607'].map((period) => ({
        period,
        amount: rupiah(50_000n),
        penalty: ZERO,
        details: {},
      })),
      outstanding: 3,
      details: { tariff: 'R1', power: '1300' },
      echo: { ref: 'R' },
      validSeconds: undefined,
    });
  }

  async pay(leg: BillerLeg): Promise<PaymentOutcome> {
    this.received.push(leg.reference);
    await this.gate;
    const evidence = { fake: this.behaviour };
    switch (this.behaviour) {
      case 'approves':
        return this.approval(leg);
      case 'declines':
        return { kind: 'declined', code: 'DECLINED_BY_BILLER', evidence };
      case 'is closed':
        return { kind: 'declined', code: 'BILLER_UNAVAILABLE', evidence };
      case 'pays and loses the answer':
        this.remember(leg);
        return { kind: 'unknown', evidence };
      case 'loses the request':
        return { kind: 'unknown', evidence };
      case 'is not reached':
        return { kind: 'not sent', evidence };
      case 'approves another amount':
        return { ...this.approval(leg), amount: rupiah(leg.amount + 1n) };
      case 'approves without a token':
        return { ...this.approval(leg), receipt: {} };
      case 'breaks':
        throw new Error('a bug in a connector');
    }
  }

  async advise(leg: BillerLeg): Promise<AdviceOutcome> {
    const evidence = { fake: 'advice' };
    this.advised += 1;
    await this.adviceGate;
    if (this.isAdviceSilent || this.adviceSays === 'unknown') return { kind: 'unknown', evidence };
    if (this.adviceSays === 'paid') return this.approvalAgain(leg);
    if (this.adviceSays === 'declined') return { kind: 'declined', code: 'DECLINED_BY_BILLER', evidence };
    if (this.adviceSays === 'no such payment') return { kind: this.adviceSays, evidence };
    if (this.isReversed(leg)) return { kind: 'unknown', evidence };
    return this.isPaid(leg) ? this.approvalAgain(leg) : { kind: 'no such payment', evidence };
  }

  async reverse({ reference, leg }: BillerReversal): Promise<ReversalOutcome> {
    this.reversalsReceived.push(reference);
    const evidence = { fake: this.reversalBehaviour };
    const undo = (): void => {
      if (this.isPaid(leg) && !this.isReversed(leg)) this.remember(leg, 'reversed');
    };
    switch (this.reversalBehaviour) {
      case 'accepts':
        undo();
        return { kind: this.isReversed(leg) ? 'accepted' : 'refused', evidence };
      case 'refuses':
        return { kind: 'refused', evidence };
      case 'reverses and loses the answer':
        undo();
        return { kind: 'unknown', evidence };
      case 'loses the request':
        return { kind: 'unknown', evidence };
      case 'is not reached':
        return { kind: 'not sent', evidence };
    }
  }

  private isPaid(leg: BillerLeg): boolean {
    return this.truth.some(({ legReference }) => legReference === leg.reference);
  }

  private isReversed(leg: BillerLeg): boolean {
    return this.truth.some(({ legReference, kind }) => legReference === leg.reference && kind === 'reversed');
  }

  private approval(leg: BillerLeg) {
    this.remember(leg);
    return this.approvalAgain(leg);
  }

  private approvalAgain(leg: BillerLeg) {
    return {
      kind: 'approved' as const,
      billerReference: `EB${leg.reference}`,
      amount: leg.amount,
      receipt: { token: '12345678901234567890' },
      evidence: {},
    };
  }

  private remember(leg: BillerLeg, kind: BillerTruth['kind'] = 'paid'): void {
    this.truth.push({
      biller: this.id,
      legReference: leg.reference,
      amount: leg.amount.toString(),
      kind,
    });
  }
}

/** Fake billers by their id. */
export class FakeBillers extends Billers {
  constructor(private readonly fakes: FakeBiller[]) {
    super();
  }

  override connector(billerId: string): BillerConnector {
    const known = this.fakes.find(({ id }) => id === billerId);
    if (known) return known;
    // The demo sells of many more billers than a test speaks to.
    const fake = new FakeBiller(billerId);
    this.fakes.push(fake);
    return fake;
  }
}
