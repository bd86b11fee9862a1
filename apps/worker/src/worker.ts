import { join } from 'node:path';
import { z } from 'zod';
import { BillerRegistry } from '#lib/billers';
import { Catalog } from '#lib/catalog';
import { readFormats } from '#lib/files';
import type { Clock } from '#lib/kernel';
import { BatchWriter, PipelineLimits } from '#lib/ledger';
import {
  checkDatabase,
  Database,
  DatabaseLimits,
  readConfigFile,
  SecretBox,
  type Logger,
} from '#lib/platform';
import { readJobs, startReconciliationSchedule } from '#lib/reconciliation';
import { writeRecap } from '#lib/reports';
import {
  AdviceFlow,
  AdviceLimits,
  Payments,
  ReversalDelivery,
  ReversalLimits,
  Reversals,
} from '#lib/switching';
import { AdviceLoop } from './advice-loop';
import { ReversalLoop } from './reversal-loop';

/** What one worker process is made of. */
export interface WorkerOptions {
  databaseUrl: string;
  dataKey: string;
  configDirectory: string;
  home: string;
  clock: Clock;
  logger: Logger;
}

const Limits = z.object({
  advice: AdviceLimits,
  reversal: ReversalLimits,
  pipeline: PipelineLimits,
  database: DatabaseLimits,
});

/** Wires everything with a clock: advice on open payments, ordered reversals, and the day's reconciliation. */
export async function openWorker(options: WorkerOptions): Promise<{ close(): Promise<void> }> {
  const { clock, logger, configDirectory } = options;
  const limits = readConfigFile(join(configDirectory, 'limits.yaml'), Limits);
  const database = new Database(options.databaseUrl, limits.database);
  // A day's reconciliation reads and writes for longer than a payment may wait.
  const dayDatabase = new Database(options.databaseUrl, { connectionsMax: 4 });
  await checkDatabase(database);
  const catalog = await Catalog.open(options.databaseUrl, new SecretBox(options.dataKey), (error) =>
    logger.error({ err: error }, 'the catalog could not be reloaded; the last one known is used'),
  );
  const billers = BillerRegistry.load(join(configDirectory, 'billers'), clock);
  const writer = new BatchWriter(options.databaseUrl, limits.pipeline);
  const payments = new Payments(database, writer, catalog, limits.advice, logger);
  const flow = new AdviceFlow(clock, database, payments, billers, catalog, limits.advice, logger);
  const advice = new AdviceLoop(flow, limits.advice.pollMs, logger);
  const delivery = new ReversalDelivery(
    clock,
    payments,
    new Reversals(database, writer),
    billers,
    catalog,
    limits.reversal,
    logger,
  );
  const reversals = new ReversalLoop(delivery, limits.reversal.pollMs, logger);
  const stopReconciliation = startReconciliationSchedule({
    database: dayDatabase,
    clock,
    home: options.home,
    formats: readFormats(join(configDirectory, 'formats')),
    jobs: readJobs(join(configDirectory, 'jobs.yaml')),
    logger,
    writeRecap: (recap) => writeRecap(options.home, recap),
  });
  return {
    async close() {
      await Promise.all([advice.stop(), reversals.stop(), stopReconciliation()]);
      await writer.close();
      await billers.close();
      await catalog.close();
      await Promise.all([database.close(), dayDatabase.close()]);
    },
  };
}
