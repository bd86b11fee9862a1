import { formatRupiah, type Clock } from '#lib/kernel';
import type { Database, Logger } from '#lib/platform';
import { endAlert, raiseAlert, type FloatAlertKind } from './alerts';
import { foldChanges, lockBalances } from './balances';
import { floatFigures, type FloatFigures } from './figures';
import { floatLevels, type FloatLevels } from './levels';

/** Keeps the floats' balances up to date and tells people when one runs low. */
export class FloatWatch {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** One look at every float. An alert is raised once and ends by itself when its cause is gone. */
  async look(): Promise<void> {
    const levels = await floatLevels(this.database);
    if (levels.length === 0) return;
    const billerIds = levels.map(({ billerId }) => billerId);
    await this.database.transaction(async (statements) => {
      await lockBalances(statements, billerIds);
      await foldChanges(statements, billerIds);
    });
    const figures = await floatFigures(this.database, billerIds);
    for (const level of levels) {
      const known = figures.get(level.billerId);
      if (!known) continue;
      const { low, stop } = level;
      const left = known.remaining - known.underWay;
      await this.tell('low', known.remaining < low, level, known);
      await this.tell('stopped', left <= stop, level, known);
    }
  }

  private async tell(
    kind: FloatAlertKind,
    isSo: boolean,
    levels: FloatLevels,
    figures: FloatFigures,
  ): Promise<void> {
    const { billerId } = levels;
    const at = this.clock.now();
    const reason = inWords(levels, figures);
    if (isSo && (await raiseAlert(this.database, { billerId, kind, reason, raisedAt: at })))
      this.logger.warn({ billerId, kind, reason }, 'a float runs out');
    if (!isSo && (await endAlert(this.database, { billerId, kind, by: reason, at })))
      this.logger.info({ billerId, kind, reason }, 'a float is filled again');
  }
}

function inWords({ low, stop }: FloatLevels, { remaining, underWay }: FloatFigures): string {
  return (
    `${formatRupiah(remaining)} left, ${formatRupiah(underWay)} of it under way; ` +
    `low below ${formatRupiah(low)}, stops at ${formatRupiah(stop)}`
  );
}
