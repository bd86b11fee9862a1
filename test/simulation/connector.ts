import { fail, refusal, type Refusal, type Result } from '#lib/kernel';
import type {
  AdviceOutcome,
  Bill,
  BillerConnector,
  BillerInquiry,
  BillerLeg,
  PaymentOutcome,
} from '#lib/switching';
import type { VirtualBiller } from './biller';
import type { Surroundings, VirtualProcess } from './process';

/** How long calls may take in a run, as in config/billers. */
export const PATIENCE = { inquiryMs: 8_000, paymentMs: 12_000, adviceMs: 5_000, quietMs: 20_000 };

/** A call on its way; the first that ends it counts. */
interface Call<T> {
  end: (outcome: T) => void;
}

/** A process's way to a biller over a network that loses, delays, doubles and breaks off. */
export class VirtualConnector implements BillerConnector {
  patience = PATIENCE;

  /** @param onSend hears of each payment in the moment it leaves. */
  constructor(
    private readonly process: VirtualProcess,
    private readonly around: Surroundings,
    private readonly biller: VirtualBiller,
    private readonly onSend: (leg: BillerLeg) => void,
  ) {}

  inquire(question: BillerInquiry, deadline: Date): Promise<Result<Bill, Refusal>> {
    const silent = fail(refusal('BILLER_UNAVAILABLE', 'no answer in time'));
    return this.call<Result<Bill, Refusal>>(deadline, silent, silent, (reply) =>
      reply(this.biller.inquire(question)),
    );
  }

  pay(leg: BillerLeg, deadline: Date): Promise<PaymentOutcome> {
    const notSent: PaymentOutcome = { kind: 'not sent', evidence: {} };
    const unknown: PaymentOutcome = { kind: 'unknown', evidence: { reason: 'no answer in time' } };
    return this.call<PaymentOutcome>(
      deadline,
      notSent,
      unknown,
      (reply) => {
        const word = this.biller.pay(leg);
        if (word) reply(word);
      },
      () => this.onSend(leg),
    );
  }

  advise(leg: BillerLeg, deadline: Date): Promise<AdviceOutcome> {
    const unknown: AdviceOutcome = { kind: 'unknown', evidence: { reason: 'no answer in time' } };
    return this.call<AdviceOutcome>(deadline, unknown, unknown, (reply) =>
      reply(this.biller.advise(leg.reference)),
    );
  }

  /**
   * One call: there and back, or what it ends with before.
   * @param arrive what happens at the biller, once or, where the network doubles, twice.
   */
  private call<T>(
    deadline: Date,
    notSent: T,
    unknown: T,
    arrive: (reply: (outcome: T) => void) => void,
    onSend: () => void = () => undefined,
  ): Promise<T> {
    return new Promise((resolve) => {
      if (!this.process.crossEdge()) return;
      const { time, random, weather } = this.around;
      const call = this.callEndingIn(resolve);
      const leftMs = deadline.getTime() - time.nowMs;
      if (leftMs <= 0) return time.after(0, () => call.end(notSent));
      if (random.chance(weather.refused))
        return time.after(Math.min(leftMs, random.between(1, 50)), () => call.end(notSent));
      onSend();
      time.after(leftMs, () => call.end(unknown));
      if (random.chance(weather.reset)) time.after(random.below(leftMs), () => call.end(unknown));
      this.carry(deadline, () => arrive((outcome) => this.carry(deadline, () => call.end(outcome))));
    });
  }

  private callEndingIn<T>(resolve: (outcome: T) => void): Call<T> {
    let isOver = false;
    return {
      end: (outcome) =>
        this.process.reach(() => {
          if (isOver) return;
          isOver = true;
          if (this.process.crossEdge()) resolve(outcome);
        }),
    };
  }

  /** Carries a message of a call with this deadline: soon, late, twice or not at all. */
  private carry(deadline: Date, arrive: () => void): void {
    const { time, random, weather } = this.around;
    const ms = () => (random.chance(weather.late) ? this.lateBy(deadline) : random.between(5, 50));
    if (!random.chance(weather.lost)) time.after(ms(), arrive);
    if (random.chance(weather.twice)) time.after(ms(), arrive);
  }

  /** A late message arrives within the biller's quiet time after the deadline, and gladly about the limits. */
  private lateBy(deadline: Date): number {
    const { time, random } = this.around;
    const leftMs = Math.max(0, deadline.getTime() - time.nowMs);
    const lastMs = leftMs + PATIENCE.quietMs - 1;
    switch (random.below(3)) {
      case 0:
        return Math.max(0, leftMs + random.between(-50, 50));
      case 1:
        return lastMs - random.below(5_000);
      default:
        return random.below(lastMs);
    }
  }
}
