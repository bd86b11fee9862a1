import { businessDateOf, JAKARTA_MIDNIGHT, localIso, type Clock } from '#lib/kernel';
import type { Database, Logger } from '#lib/platform';
import type { Billers } from '#lib/switching';
import { compareFloat } from './comparison';
import type { FloatLimits } from './float-limits';
import { floatLevels } from './levels';

/** Compares each float with its biller's own balance, once a day. What is owed stands in the database. */
export class DailyComparison {
  private readonly notBefore = new Map<string, number>();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly billers: Billers,
    private readonly limits: Pick<FloatLimits, 'compareAt' | 'compareAgainMs'>,
    private readonly logger: Logger,
  ) {}

  /** Makes the comparisons that are due and not made. One that fails is tried again later the same day. */
  async compareDue(): Promise<void> {
    const now = this.clock.now();
    if (localIso(now, JAKARTA_MIDNIGHT.timeZone).slice(11, 16) < this.limits.compareAt) return;
    const made = await this.database.rows<{ biller_id: string }>(
      'SELECT biller_id FROM float_comparison WHERE business_date = ?',
      [businessDateOf(now, JAKARTA_MIDNIGHT)],
    );
    const isMade = new Set(made.map(({ biller_id }) => biller_id));
    for (const { billerId } of await floatLevels(this.database))
      if (!isMade.has(billerId) && (this.notBefore.get(billerId) ?? 0) <= now.getTime())
        await this.compare(billerId, now);
  }

  private async compare(billerId: string, now: Date): Promise<void> {
    this.notBefore.set(billerId, now.getTime() + this.limits.compareAgainMs);
    const compared = await compareFloat(
      this.database,
      this.clock,
      billerId,
      this.billers.connector(billerId),
    );
    if (!compared.ok)
      this.logger.warn({ billerId, reason: compared.error.detail }, 'a float could not be compared');
    else if (compared.value.difference !== 0n)
      this.logger.error({ ...compared.value }, 'a float is not what its biller says');
    else this.logger.info({ billerId }, 'a float is what its biller says');
  }
}
