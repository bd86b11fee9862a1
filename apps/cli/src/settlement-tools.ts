import { join } from 'node:path';
import { formatOn, readFormats, type SettlementFormat } from '#lib/files';
import { businessDateOf, JAKARTA_MIDNIGHT } from '#lib/kernel';
import { clockFromEnvironment, SettingError } from '#lib/platform';
import { decidingTools, type DecidingTools } from '#lib/proposals';
import { readJobs } from '#lib/reconciliation';
import type { SettlementTools } from '#lib/settlement';
import { withDatabase } from './database';
import { commandLogger } from './output';
import { CONFIG } from './places';

/** Does something with what settling needs, and closes it. Alerts are kept and said on standard error. */
export async function withSettlement<T>(
  work: (tools: DecidingTools, sources: string[]) => Promise<T>,
): Promise<T> {
  const sources = [...readJobs(join(CONFIG, 'jobs.yaml')).sources.keys()];
  return withDatabase((database) => {
    const parts = {
      database,
      clock: clockFromEnvironment(),
      logger: commandLogger(),
      configDirectory: CONFIG,
    };
    return work(decidingTools(parts), sources);
  });
}

/** How our bank writes its statements today. @throws SettingError where config/bank has no such format. */
export function bankFormat({ clock, contracts }: SettlementTools): SettlementFormat {
  const { source } = contracts.bank;
  const today = businessDateOf(clock.now(), JAKARTA_MIDNIGHT);
  const format = formatOn(readFormats(join(CONFIG, 'bank')), source, today);
  if (!format)
    throw new SettingError(`the bank ${source} has no format; add config/bank/${source.toLowerCase()}.yaml`);
  return format;
}
