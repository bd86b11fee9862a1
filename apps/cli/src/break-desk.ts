import { join } from 'node:path';
import { z } from 'zod';
import { readApprovalLimits, type ApprovalTools } from '#lib/audit';
import { Catalog } from '#lib/catalog';
import { readFormats } from '#lib/files';
import { SingleWriter } from '#lib/ledger';
import {
  clockFromEnvironment,
  Database,
  readConfigFile,
  SecretBox,
  setting,
  warnOfStale,
  type Logger,
} from '#lib/platform';
import { calendarOf, readBreakRules, readJobs, termsByFormats, type BreakDesk } from '#lib/reconciliation';
import { Receipts } from '#lib/receipts';
import { isLegSettled } from '#lib/settlement';
import {
  AdviceLimits,
  DecisionFlow,
  objectionToResend,
  Payments,
  Refunds,
  SqlPaymentStore,
} from '#lib/switching';
import { withDatabase } from './database';
import { commandLogger } from './output';
import { CONFIG } from './places';

const Limits = z.object({ advice: AdviceLimits });

/** What breaks are worked with by people. */
export type ApprovingDesk = BreakDesk & ApprovalTools;

/** Opens what breaks are worked with, on a database of the caller's. Close it again. */
export async function openBreakDesk(
  database: Database,
  logger: Logger = commandLogger(),
): Promise<{ desk: ApprovingDesk; close: () => Promise<void> }> {
  const clock = clockFromEnvironment();
  const box = new SecretBox(setting('SIMPUL_DATA_KEY', 'the key under which partner secrets are sealed'));
  const home = setting('SIMPUL_HOME', 'the folder of the installation, for the proofs of breaks');
  const catalog = await Catalog.open(
    setting('DATABASE_URL', 'the payment database'),
    box,
    warnOfStale(logger, 'the catalog could not be reloaded'),
  );
  try {
    const { advice } = readConfigFile(join(CONFIG, 'limits.yaml'), Limits);
    const writer = new SingleWriter(database);
    const receipts = Receipts.read(join(CONFIG, 'receipts'));
    const store = new SqlPaymentStore(database);
    const payments = new Payments(store, writer, catalog, advice, logger, receipts);
    const calendar = await calendarOf({ database, jobs: readJobs(join(CONFIG, 'jobs.yaml')) });
    const desk: ApprovingDesk = {
      approvalLimits: readApprovalLimits(join(CONFIG, 'approvals.yaml')),
      database,
      clock,
      logger,
      rules: readBreakRules(join(CONFIG, 'breaks.yaml')),
      isWorking: (source, date) => calendar.isBusinessDay(source, date),
      termsOf: termsByFormats(readFormats(join(CONFIG, 'formats'))),
      home,
      writer,
      decisions: new DecisionFlow(clock, database, payments, catalog),
      refunds: new Refunds(clock, database, writer),
      objectionToResend: async (leg) =>
        (await isLegSettled(database, leg))
          ? { kind: 'settled' }
          : objectionToResend(database, catalog, leg, (product) => payments.requiredReceiptFields(product)),
    };
    return { desk, close: () => catalog.close() };
  } catch (error) {
    await catalog.close();
    throw error;
  }
}

/** Works at a desk of its own, and clears it away. */
export function atBreakDesk<T>(work: (desk: ApprovingDesk) => Promise<T>): Promise<T> {
  return withDatabase(async (database) => {
    const { desk, close } = await openBreakDesk(database);
    try {
      return await work(desk);
    } finally {
      await close();
    }
  });
}
