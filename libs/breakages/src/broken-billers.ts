import {
  Billers,
  type AdviceOutcome,
  type BillerConnector,
  type BillerLeg,
  type PaymentOutcome,
} from '#lib/switching';

/** Ways to mistake what a biller said. */
export const BILLER_BREAKAGES = {
  'timeout-is-declined': 'a payment without an answer counts as declined',
  'timeout-is-never-sent': 'a payment without an answer counts as never sent, and its hold is released',
  'silent-advice-is-declined': 'an advice without an answer counts as declined',
  'blind-second-leg': 'a payment without an answer is sent once more under another reference',
} as const;
export type BillerBreakage = keyof typeof BILLER_BREAKAGES;

/** Connectors that break the contract of `BillerConnector` in one way. */
export class BrokenBillers extends Billers {
  constructor(
    private readonly billers: Billers,
    private readonly breakage: BillerBreakage,
  ) {
    super();
  }

  override connector(billerId: string): BillerConnector {
    const honest = this.billers.connector(billerId);
    const { breakage } = this;
    // Whatever is not broken stays the connector's own.
    return Object.assign(Object.create(honest) as BillerConnector, {
      async pay(leg: BillerLeg, deadline: Date): Promise<PaymentOutcome> {
        const outcome = await honest.pay(leg, deadline);
        if (outcome.kind !== 'unknown') return outcome;
        const { evidence } = outcome;
        if (breakage === 'timeout-is-declined')
          return { kind: 'declined', code: 'DECLINED_BY_BILLER', evidence };
        if (breakage === 'timeout-is-never-sent') return { kind: 'not sent', evidence };
        if (breakage === 'blind-second-leg')
          return honest.pay({ ...leg, reference: `${leg.reference}B` }, new Date(deadline.getTime() + 2_000));
        return outcome;
      },
      async advise(leg: BillerLeg, deadline: Date): Promise<AdviceOutcome> {
        const outcome = await honest.advise(leg, deadline);
        return breakage === 'silent-advice-is-declined' && outcome.kind === 'unknown'
          ? { kind: 'declined', code: 'DECLINED_BY_BILLER', evidence: outcome.evidence }
          : outcome;
      },
    });
  }
}
