import { ok, refusal, fail, rupiah, ZERO } from '#lib/kernel';
import type {
  AdviceOutcome,
  BillerConnector,
  BillerInquiry,
  BillerLeg,
  BillerTruth,
  PaymentOutcome,
} from '#lib/switching';
import { PATIENCE } from './connector';

/** What a biller does with the next payment, and what it says. */
export const TREATMENTS = [
  'approves',
  'declines',
  'pays and is silent',
  'never receives it',
  'is not reached',
  'pays and says another amount',
  'pays and mumbles',
  'takes its time and pays',
  'takes its time and declines',
] as const;
export type Treatment = (typeof TREATMENTS)[number];

/** A biller that does as it is told, without any network in between. */
export class ScriptedBiller implements BillerConnector {
  readonly patience = PATIENCE;
  treatment: Treatment = 'approves';
  isAdviceSilent = false;
  readonly truth: BillerTruth[] = [];
  private readonly undecided = new Map<string, Treatment>();
  private readonly declined = new Set<string>();

  constructor(private readonly billerId: string) {}

  async inquire({ customerNumber }: BillerInquiry) {
    if (customerNumber.endsWith('0')) return fail(refusal('BILL_NOT_FOUND', 'no such customer'));
    const lines = [{ period: '202607', amount: rupiah(10_000n), penalty: ZERO, details: {} }];
    const bill = { customerName: 'SITI RAHMA', lines, outstanding: 1, details: {}, echo: {} };
    return ok({ ...bill, validSeconds: undefined });
  }

  async pay(leg: BillerLeg): Promise<PaymentOutcome> {
    switch (this.treatment) {
      case 'approves':
        return this.paid(leg);
      case 'declines':
        this.declined.add(leg.reference);
        return { kind: 'declined', code: 'DECLINED_BY_BILLER', evidence: {} };
      case 'pays and is silent':
      case 'pays and mumbles':
        this.paid(leg);
        return { kind: 'unknown', evidence: {} };
      case 'never receives it':
        return { kind: 'unknown', evidence: {} };
      case 'is not reached':
        return { kind: 'not sent', evidence: {} };
      case 'pays and says another amount':
        return { ...this.paid(leg), amount: rupiah(leg.amount - 1n) };
      case 'takes its time and pays':
      case 'takes its time and declines':
        this.undecided.set(leg.reference, this.treatment);
        return { kind: 'unknown', evidence: {} };
    }
  }

  async advise(leg: BillerLeg): Promise<AdviceOutcome> {
    const { reference } = leg;
    if (this.isAdviceSilent) return { kind: 'unknown', evidence: {} };
    if (this.truth.some(({ legReference }) => legReference === reference)) return approvalOf(leg);
    if (this.declined.has(reference)) return { kind: 'declined', code: 'DECLINED_BY_BILLER', evidence: {} };
    return { kind: this.undecided.has(reference) ? 'unknown' : 'no such payment', evidence: {} };
  }

  /** Decides what took its time; each leg once. */
  decide(leg: BillerLeg): void {
    const treatment = this.undecided.get(leg.reference);
    this.undecided.delete(leg.reference);
    if (treatment === 'takes its time and pays') this.paid(leg);
    if (treatment === 'takes its time and declines') this.declined.add(leg.reference);
  }

  private paid(leg: BillerLeg) {
    const { reference: legReference, amount } = leg;
    this.truth.push({ biller: this.billerId, legReference, amount: amount.toString(), kind: 'paid' });
    return approvalOf(leg);
  }
}

function approvalOf(leg: BillerLeg) {
  return {
    kind: 'approved' as const,
    billerReference: `B${leg.reference}`,
    amount: leg.amount,
    receipt: { token: '12345678901234567890' },
    evidence: {},
  };
}
