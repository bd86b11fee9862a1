import type { BillerRegistry } from '#lib/billers';
import { ConfigError } from '#lib/platform';
import type { AdviceLimits, LaneLimits } from '#lib/switching';

/**
 * A biller's bounds of advice: its own where it has some, else what all have; also for a biller that is not
 * configured any more and still has open payments.
 * @throws ConfigError naming a biller whose patience outlasts a worker's lease: it would be asked by two at once.
 */
export function laneLimitsOf(
  billers: Pick<BillerRegistry, 'ids' | 'connector'>,
  { atOnceMax, perSecondMax, leaseMs }: AdviceLimits,
): (billerId: string) => LaneLimits {
  const lanes = new Map<string, LaneLimits>();
  for (const billerId of billers.ids()) {
    const { patience, adviceLane } = billers.connector(billerId);
    if (patience.adviceMs >= leaseMs)
      throw new ConfigError(
        `${billerId}: patience.adviceMs is ${patience.adviceMs}, must be below advice.leaseMs of limits.yaml, ${leaseMs}`,
      );
    lanes.set(billerId, {
      atOnceMax: adviceLane?.atOnceMax ?? atOnceMax,
      perSecondMax: adviceLane?.perSecondMax ?? perSecondMax,
    });
  }
  return (billerId) => lanes.get(billerId) ?? { atOnceMax, perSecondMax };
}
