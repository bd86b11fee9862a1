import { fail, ok, refusal, rupiah, ZERO, type Refusal, type Result } from '#lib/kernel';
import type {
  AdviceOutcome,
  Bill,
  BillerInquiry,
  BillerLeg,
  BillerTruth,
  PaymentOutcome,
} from '#lib/switching';
import type { Surroundings } from './process';

/** What the biller says to a payment; undefined: nothing. */
type Word = PaymentOutcome | undefined;

interface KnownPayment {
  leg: BillerLeg;
  state: 'paid' | 'declined' | 'in process';
  /** What it says first; advice tells the truth. */
  firstWord: Word;
}

/** A biller with a memory of its own. By one reference it takes one payment, whatever it says about it. */
export class VirtualBiller {
  readonly billerId: string;
  /** What it really did, in order. */
  readonly truth: BillerTruth[] = [];
  private readonly known = new Map<string, KnownPayment>();
  private readonly paidBills = new Set<string>();

  constructor(
    billerId: string,
    private readonly around: Surroundings,
  ) {
    this.billerId = billerId;
  }

  inquire({ product, customerNumber }: BillerInquiry): Result<Bill, Refusal> {
    if (customerNumber.endsWith('0014')) return fail(refusal('BILL_NOT_FOUND', 'no such customer'));
    if (this.paidBills.has(`${product} ${customerNumber}`))
      return fail(refusal('BILL_ALREADY_PAID', 'nothing is owed'));
    const bills = Number(customerNumber.slice(-1)) % 3;
    return ok({
      customerName: 'SITI RAHMA',
      lines: ['202605', '202606', '202607'].slice(0, bills + 1).map((period) => ({
        period,
        amount: rupiah(10_000n + BigInt(customerNumber.slice(-3))),
        penalty: ZERO,
        details: {},
      })),
      outstanding: bills + 1,
      details: {},
      echo: { ref: customerNumber },
      validSeconds: undefined,
    });
  }

  /** A payment has arrived; the same one again is told the same. */
  pay(leg: BillerLeg): Word {
    const known = this.known.get(leg.reference);
    if (known) return known.firstWord;
    const taken = this.take(leg);
    this.known.set(leg.reference, taken);
    return taken.firstWord;
  }

  /** The truth about a payment, as far as it is decided. */
  advise(reference: string): AdviceOutcome {
    const known = this.known.get(reference);
    if (!known) return { kind: 'no such payment', evidence: {} };
    if (known.state === 'paid') return approvalOf(known.leg);
    return known.state === 'declined' ? DECLINED : { kind: 'unknown', evidence: { said: 'in process' } };
  }

  private take(leg: BillerLeg): KnownPayment {
    const { random, weather, time } = this.around;
    const bill = `${leg.product} ${leg.customerNumber}`;
    if (this.paidBills.has(bill)) return { leg, state: 'declined', firstWord: ALREADY_PAID };
    if (random.chance(weather.declines)) return { leg, state: 'declined', firstWord: DECLINED };
    if (random.chance(weather.silentUnpaid)) return { leg, state: 'declined', firstWord: undefined };
    if (random.chance(weather.inProcess)) {
      const known: KnownPayment = { leg, state: 'in process', firstWord: IN_PROCESS };
      this.paidBills.add(bill);
      time.after(random.between(1_000, 90_000), () => this.decide(known, bill, random.chance(0.6)));
      return known;
    }
    this.remember(leg, bill);
    if (random.chance(weather.silentPaid)) return { leg, state: 'paid', firstWord: undefined };
    if (random.chance(weather.garbled)) return { leg, state: 'paid', firstWord: GARBLED };
    if (random.chance(weather.otherAmount))
      return { leg, state: 'paid', firstWord: { ...approvalOf(leg), amount: rupiah(leg.amount + 1n) } };
    return { leg, state: 'paid', firstWord: approvalOf(leg) };
  }

  private decide(known: KnownPayment, bill: string, isPaid: boolean): void {
    known.state = isPaid ? 'paid' : 'declined';
    if (isPaid) this.remember(known.leg, bill);
    else this.paidBills.delete(bill);
  }

  private remember(leg: BillerLeg, bill: string): void {
    if (leg.product !== 'PREPAID') this.paidBills.add(bill);
    const { reference: legReference, amount } = leg;
    this.truth.push({ biller: this.billerId, legReference, amount: amount.toString(), kind: 'paid' });
    this.around.note(`${this.billerId} is paid ${amount} under ${legReference}`);
  }
}

const DECLINED = { kind: 'declined', code: 'DECLINED_BY_BILLER', evidence: {} } as const;
const ALREADY_PAID = { kind: 'declined', code: 'BILL_ALREADY_PAID', evidence: {} } as const;
const IN_PROCESS = { kind: 'unknown', evidence: { said: 'in process' } } as const;
const GARBLED = { kind: 'unknown', evidence: { said: 'garbage' } } as const;

function approvalOf(leg: BillerLeg) {
  return {
    kind: 'approved' as const,
    billerReference: `B${leg.reference}`,
    amount: leg.amount,
    receipt: { token: '12345678901234567890' },
    evidence: {},
  };
}
