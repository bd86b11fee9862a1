import { join } from 'node:path';
import { z } from 'zod';
import { readApprovalLimits } from '#lib/audit';
import type { Catalog } from '#lib/catalog';
import { formatOn, readFormats, sourceDayEnd } from '#lib/files';
import { endsOfPause } from '#lib/floats';
import type { Clock } from '#lib/kernel';
import { SingleWriter } from '#lib/ledger';
import { readConfigFile, type Database, type Logger } from '#lib/platform';
import type { Receipts } from '#lib/receipts';
import {
  bankCalendarOf,
  calendarOf,
  daysForSettlement,
  endsOfBankAlerts,
  raiseAlert,
  readBreakRules,
  readJobs,
  termsByFormats,
} from '#lib/reconciliation';
import { alertEnds, isLegSettled, readSettlementContracts } from '#lib/settlement';
import {
  AdviceLimits,
  DecisionFlow,
  objectionToResend,
  Payments,
  Refunds,
  SqlPaymentStore,
} from '#lib/switching';
import type { ApprovingDesk, DecidingTools } from './tools';

/** What both are made of. */
export interface Parts {
  database: Database;
  clock: Clock;
  logger: Logger;
  configDirectory: string;
}

/** What proposals are decided with, by the config of an installation. @throws ConfigError. */
export function decidingTools({ database, clock, logger, configDirectory }: Parts): DecidingTools {
  const formats = readFormats(join(configDirectory, 'formats'));
  const jobs = readJobs(join(configDirectory, 'jobs.yaml'));
  return {
    approvalLimits: readApprovalLimits(join(configDirectory, 'approvals.yaml')),
    database,
    writer: new SingleWriter(database),
    clock,
    contracts: readSettlementContracts(join(configDirectory, 'settlement.yaml')),
    reconciled: daysForSettlement,
    settleOn: (source, date) => formatOn(formats, source, date)?.settleOn ?? 'agreed',
    dayEndOf: sourceDayEnd(formats),
    calendar: () => bankCalendarOf({ database, jobs }),
    tell: async (alert) => void (await raiseAlert(database, logger, alert, clock.now())),
    endsOf: alertEnds(database, { ofLine: endsOfBankAlerts, ofPause: endsOfPause }),
  };
}

const Limits = z.object({ advice: AdviceLimits });

/** What a desk is made of besides. */
export interface DeskParts extends Parts {
  /** The folder of the installation, for the proofs of breaks. */
  home: string;
  catalog: Catalog;
  receipts: Receipts;
}

/**
 * Reads once what breaks are worked with, by the config of an installation.
 * @returns opens a desk; each knows the calendar as it stands then. @throws ConfigError.
 */
export function breakDesks(parts: DeskParts): () => Promise<ApprovingDesk> {
  const { database, clock, logger, configDirectory, home, catalog, receipts } = parts;
  const { advice } = readConfigFile(join(configDirectory, 'limits.yaml'), Limits);
  const jobs = readJobs(join(configDirectory, 'jobs.yaml'));
  const writer = new SingleWriter(database);
  const store = new SqlPaymentStore(database);
  const payments = new Payments(store, writer, catalog, advice, logger, receipts);
  const desk: Omit<ApprovingDesk, 'isWorking'> = {
    approvalLimits: readApprovalLimits(join(configDirectory, 'approvals.yaml')),
    database,
    clock,
    logger,
    rules: readBreakRules(join(configDirectory, 'breaks.yaml')),
    termsOf: termsByFormats(readFormats(join(configDirectory, 'formats'))),
    home,
    writer,
    decisions: new DecisionFlow(clock, database, payments, catalog),
    refunds: new Refunds(clock, database, writer),
    objectionToResend: async (leg) =>
      (await isLegSettled(database, leg))
        ? { kind: 'settled' }
        : objectionToResend(database, catalog, leg, (product) => payments.requiredReceiptFields(product)),
  };
  return async () => {
    const calendar = await calendarOf({ database, jobs });
    return { ...desk, isWorking: (source, date) => calendar.isBusinessDay(source, date) };
  };
}
