import { join } from 'node:path';
import { formatOn, readFormats, sourceDayEnd } from '#lib/files';
import { SingleWriter } from '#lib/ledger';
import { clockFromEnvironment, Database, setting } from '#lib/platform';
import { daysForSettlement, raiseAlert, readJobs } from '#lib/reconciliation';
import { readSettlementContracts, type BankTools, type SettlementTools } from '#lib/settlement';
import { commandLogger } from './break-desk';
import { CONFIG } from './places';

/** Does something with what settling needs, and closes it. */
export async function withSettlement<T>(
  work: (tools: SettlementTools, sources: string[]) => Promise<T>,
): Promise<T> {
  const formats = readFormats(join(CONFIG, 'formats'));
  const sources = [...readJobs(join(CONFIG, 'jobs.yaml')).sources.keys()];
  const contracts = readSettlementContracts(join(CONFIG, 'settlement.yaml'));
  const database = new Database(setting('DATABASE_URL', 'the payment database'), { connectionsMax: 2 });
  try {
    const tools: SettlementTools = {
      database,
      writer: new SingleWriter(database),
      clock: clockFromEnvironment(),
      contracts,
      reconciled: daysForSettlement,
      settleOn: (source, date) => formatOn(formats, source, date)?.settleOn ?? 'agreed',
      dayEndOf: sourceDayEnd(formats),
    };
    return await work(tools, sources);
  } finally {
    await database.close();
  }
}

/** What the bank's lines are worked with: alerts are kept and said on standard error. */
export function bankTools(tools: SettlementTools): BankTools {
  const { database, clock } = tools;
  const logger = commandLogger();
  return { ...tools, tell: async (alert) => void (await raiseAlert(database, logger, alert, clock.now())) };
}

/** Prints an answer as JSON; amounts travel as strings of digits. */
export function printJson(value: object): void {
  console.log(JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? one.toString() : one)));
}
