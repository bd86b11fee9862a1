import { join } from 'node:path';
import { readApprovalLimits, type ApprovalTools } from '#lib/audit';
import { formatOn, readFormats, sourceDayEnd, type SettlementFormat } from '#lib/files';
import { endsOfPause } from '#lib/floats';
import { businessDateOf, JAKARTA_MIDNIGHT } from '#lib/kernel';
import { SingleWriter } from '#lib/ledger';
import { clockFromEnvironment, SettingError } from '#lib/platform';
import {
  bankCalendarOf,
  daysForSettlement,
  endsOfBankAlerts,
  raiseAlert,
  readJobs,
} from '#lib/reconciliation';
import { alertEnds, readSettlementContracts, type BankTools, type SettlementTools } from '#lib/settlement';
import { withDatabase } from './database';
import { commandLogger } from './output';
import { CONFIG } from './places';

/** Does something with what settling needs, and closes it. */
export async function withSettlement<T>(
  work: (tools: SettlementTools & ApprovalTools, sources: string[]) => Promise<T>,
): Promise<T> {
  const formats = readFormats(join(CONFIG, 'formats'));
  const jobs = readJobs(join(CONFIG, 'jobs.yaml'));
  const sources = [...jobs.sources.keys()];
  const contracts = readSettlementContracts(join(CONFIG, 'settlement.yaml'));
  return withDatabase((database) => {
    const tools: SettlementTools & ApprovalTools = {
      approvalLimits: readApprovalLimits(join(CONFIG, 'approvals.yaml')),
      database,
      writer: new SingleWriter(database),
      clock: clockFromEnvironment(),
      contracts,
      reconciled: daysForSettlement,
      settleOn: (source, date) => formatOn(formats, source, date)?.settleOn ?? 'agreed',
      dayEndOf: sourceDayEnd(formats),
      calendar: () => bankCalendarOf({ database, jobs }),
    };
    return work(tools, sources);
  });
}

/** What the bank's lines are worked with: alerts are kept and said on standard error. */
export function bankTools<T extends SettlementTools>(tools: T): T & BankTools {
  const { database, clock } = tools;
  const logger = commandLogger();
  return {
    ...tools,
    tell: async (alert) => void (await raiseAlert(database, logger, alert, clock.now())),
    endsOf: alertEnds(database, { ofLine: endsOfBankAlerts, ofPause: endsOfPause }),
  };
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
