import { join } from 'node:path';
import { z } from 'zod';
import { BillerRegistry } from '#lib/billers';
import { breakageFromEnvironment } from '#lib/breakages';
import { Catalog, isOpen } from '#lib/catalog';
import { watchDowntime } from '#lib/conduct';
import {
  DailyComparison,
  FloatLimits,
  FloatWatch,
  ListeningForEmptyFloats,
  pauseWhereEmpty,
} from '#lib/floats';
import { formatOn, readFormats, sourceCalendar, sourceDayEnd } from '#lib/files';
import type { Clock } from '#lib/kernel';
import { BatchWriter, PipelineLimits } from '#lib/ledger';
import {
  checkDatabase,
  Database,
  DatabaseLimits,
  readConfigFile,
  SecretBox,
  warnOfStale,
  type Logger,
  type Statements,
} from '#lib/platform';
import { Receipts } from '#lib/receipts';
import {
  bankCalendarOf,
  calendarOf,
  daysForSettlement,
  readBreakRules,
  readJobs,
  startReconciliationSchedule,
  tellOldBreaks,
  tendBreaks,
  termsByFormats,
  workBreaks,
  type BreakDesk,
  type OldBreaks,
} from '#lib/reconciliation';
import { queueReport, writeRecap } from '#lib/reports';
import { findSettlement, readSettlementContracts } from '#lib/settlement';
import { SnapTidyLimits, tidySnapMemory } from '#lib/snap';
import { StampFlow, StampLimits } from '#lib/stamps';
import {
  AdviceFlow,
  AdviceLanes,
  AdviceLimits,
  DecisionFlow,
  forgetSealedNumbers,
  NumberOpeningBillers,
  Payments,
  Refunds,
  ReversalDelivery,
  ReversalLimits,
  Reversals,
  SealedNumberLimits,
  SealedNumbers,
  SqlPaymentStore,
  stopWhenBehind,
} from '#lib/switching';
import { sumsUpAccounts } from './account-sums';
import { startAuditAnchors } from './audit-anchors';
import { takesStatements } from './bank';
import { startBooksCheck } from './books-check';
import { tellDoorsDown } from './doors';
import { startFilesForPeople } from './files-for-people';
import { laneLimitsOf } from './lane-limits';
import { PollLoop, type Round } from './poll-loop';
import { sendsAgain } from './resend';
import { settlesDays } from './settlement';
import { tidiesUsers } from './user-tidying';

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
  snap: SnapTidyLimits,
  pipeline: PipelineLimits,
  stamps: StampLimits,
  float: FloatLimits,
  sealedNumbers: SealedNumberLimits,
  database: DatabaseLimits,
});

/** Runs work their own breaks; between them only answers of billers and the time end some. */
const BREAKS_EVERY_MS = 10_000;
const BANK_REST_MS = 15_000;
const DOWNTIME_EVERY_MS = 5_000;
const SUMS_EVERY_MS = 60_000;
const USERS_EVERY_MS = 60_000;

/** Wires everything with a clock: advice on open payments, ordered reversals, and the day's reconciliation. */
export async function openWorker(options: WorkerOptions): Promise<{ close(): Promise<void> }> {
  const { clock, logger, configDirectory } = options;
  const limits = readConfigFile(join(configDirectory, 'limits.yaml'), Limits);
  const database = new Database(options.databaseUrl, limits.database);
  // A day's reconciliation reads and writes for longer than a payment may wait.
  const dayDatabase = new Database(options.databaseUrl, { connectionsMax: 4 });
  await checkDatabase(database);
  const catalog = await Catalog.open(
    options.databaseUrl,
    new SecretBox(options.dataKey),
    warnOfStale(logger, 'the catalog could not be reloaded'),
  );
  const numbers = new SealedNumbers(new SecretBox(options.dataKey));
  const billers = BillerRegistry.load(join(configDirectory, 'billers'), clock, (biller, event, what) =>
    logger.info({ biller, ...what }, event),
  );
  const formats = readFormats(join(configDirectory, 'formats'));
  const breakage = breakageFromEnvironment();
  const writer = breakage.writer(
    new BatchWriter(options.databaseUrl, limits.pipeline, stopWhenBehind(database, 'worker', clock, logger)),
  );
  const store = new SqlPaymentStore(database);
  const receipts = Receipts.read(join(configDirectory, 'receipts'));
  receipts.requireFor(catalog.products());
  const payments = new Payments(store, writer, catalog, limits.advice, logger, receipts);
  const dayEndOf = sourceDayEnd(formats);
  const answering = new ListeningForEmptyFloats(
    new NumberOpeningBillers(breakage.billers(billers), numbers),
    pauseWhereEmpty(database, clock, logger),
  );
  const flow = new AdviceFlow(clock, store, payments, answering, catalog, limits.advice, logger, dayEndOf);
  const lanes = new AdviceLanes(flow, laneLimitsOf(billers, limits.advice), logger);
  const advice = new PollLoop(wakes(lanes), limits.advice.pollMs, logger);
  const jobs = readJobs(join(configDirectory, 'jobs.yaml'));
  const stopBooksCheck = startBooksCheck({
    database: dayDatabase,
    clock,
    logger,
    when: { cron: jobs.checkBooks, timeZone: jobs.timeZone },
  });
  const stopAnchors = startAuditAnchors({ database: dayDatabase, clock, logger, home: options.home });
  const delivery = new ReversalDelivery(
    clock,
    payments,
    new Reversals(database, writer),
    answering,
    limits.reversal,
    logger,
  );
  const reversals = new PollLoop(delivers(delivery), limits.reversal.pollMs, logger);
  const tidying = new PollLoop(
    {
      work: () => tidySnapMemory(dayDatabase, clock.now(), limits.snap),
      failure:
        'what is old in the memory of the SNAP door could not be taken away; the next round starts over',
    },
    limits.snap.pollMs,
    logger,
  );
  const forgetting = new PollLoop(
    {
      work: () => forgetSealedNumbers(dayDatabase, catalog, clock.now(), limits.sealedNumbers),
      failure: 'sealed numbers that nobody needs could not be taken away; the next round starts over',
    },
    limits.sealedNumbers.pollMs,
    logger,
  );
  const stamps = new PollLoop(
    keepsSerials(new StampFlow(clock, database, answering, limits.stamps, logger)),
    limits.stamps.pollMs,
    logger,
  );
  const floats = new PollLoop(
    watchesFloats(
      new FloatWatch(database, clock, logger),
      new DailyComparison(database, clock, billers, limits.float, logger),
    ),
    limits.float.watchMs,
    logger,
  );
  const decisions = new DecisionFlow(clock, dayDatabase, payments, catalog);
  const breakRules = readBreakRules(join(configDirectory, 'breaks.yaml'));
  const again = sendsAgain({
    database: dayDatabase,
    tools: {
      clock,
      statements: dayDatabase,
      writer,
      payments,
      billers: answering,
      catalog,
      businessDateOfSource: sourceCalendar(formats),
      limits: limits.reversal,
      advice: limits.advice,
      logger,
    },
  });
  const resends = new PollLoop(again.round, limits.reversal.pollMs, logger);
  const breakDesk = async (): Promise<BreakDesk> => {
    const calendar = await calendarOf({ database: dayDatabase, jobs });
    return {
      database: dayDatabase,
      clock,
      logger,
      rules: breakRules,
      isWorking: (source, date) => calendar.isBusinessDay(source, date),
      termsOf: termsByFormats(formats),
      home: options.home,
      writer,
      decisions,
      refunds: new Refunds(clock, dayDatabase, writer),
      objectionToResend: (leg) => again.objectionTo(leg),
    };
  };
  const breaks = new PollLoop(
    {
      work: async () => {
        const desk = await breakDesk();
        await tendBreaks(desk);
        await tellOldBreaks(desk, (statements, old) => orderAgeing(statements, old, clock.now()));
        return false;
      },
      failure: 'the breaks could not be tended; the next look starts over',
    },
    BREAKS_EVERY_MS,
    logger,
  );
  const stopReconciliation = startReconciliationSchedule({
    database: dayDatabase,
    clock,
    home: options.home,
    formats,
    jobs,
    logger,
    writeRecap: (recap) => writeRecap(options.home, recap),
    workBreaks: async (runId) => workBreaks(await breakDesk(), runId),
    isDaySettled: async ({ source, businessDate }) =>
      (await findSettlement(dayDatabase, source, businessDate)) !== undefined,
  });
  const stopFiles = startFilesForPeople({
    database: dayDatabase,
    clock,
    home: options.home,
    configDirectory,
    formats,
    jobs,
    logger,
  });
  const contracts = readSettlementContracts(join(configDirectory, 'settlement.yaml'));
  const settlement = new PollLoop(
    settlesDays(
      {
        database: dayDatabase,
        writer,
        clock,
        contracts,
        reconciled: daysForSettlement,
        settleOn: (source, date) => formatOn(formats, source, date)?.settleOn ?? 'agreed',
        dayEndOf,
        calendar: () => bankCalendarOf({ database: dayDatabase, jobs }),
      },
      [...jobs.sources.keys()],
      logger,
    ),
    contracts.pollMs,
    logger,
  );
  const bank = new PollLoop(
    takesStatements({
      database: dayDatabase,
      writer,
      contracts,
      clock,
      home: options.home,
      configDirectory,
      jobs,
      logger,
    }),
    BANK_REST_MS,
    logger,
  );
  const sums = new PollLoop(sumsUpAccounts(dayDatabase, clock), SUMS_EVERY_MS, logger);
  const users = new PollLoop(tidiesUsers({ database: dayDatabase, clock, logger }), USERS_EVERY_MS, logger);
  const downtime = new PollLoop(
    {
      work: async () => {
        await watchDowntime({
          database: dayDatabase,
          clock,
          closedProducts: (now) => catalog.products().filter((product) => !isOpen(product, now)),
        });
        await tellDoorsDown(dayDatabase, logger, clock.now());
        return false;
      },
      failure: 'what is down could not be looked at; the next look starts over',
    },
    DOWNTIME_EVERY_MS,
    logger,
  );
  return {
    async close() {
      await Promise.all([
        advice.stop().then(() => lanes.stop()),
        reversals.stop(),
        resends.stop(),
        tidying.stop(),
        forgetting.stop(),
        floats.stop(),
        stamps.stop(),
        settlement.stop(),
        bank.stop(),
        downtime.stop(),
        sums.stop(),
        users.stop(),
        breaks.stop(),
        stopReconciliation(),
        stopFiles(),
        stopBooksCheck(),
        stopAnchors(),
      ]);
      await writer.close();
      await billers.close();
      await catalog.close();
      await Promise.all([database.close(), dayDatabase.close()]);
    },
  };
}

/** The list that goes with what the manager is told, made by the reports' own loop. */
async function orderAgeing(statements: Statements, { today }: OldBreaks, now: Date): Promise<void> {
  const order = { report: 'break-ageing', date: today, form: 'xlsx', by: 'worker' };
  const queued = await queueReport(statements, order, now);
  if (!queued.ok) throw new Error(`the ageing of breaks could not be ordered: ${queued.error}`);
}

/** Looks who has payments to be asked about, and wakes their lanes; they ask by themselves. */
function wakes(lanes: AdviceLanes): Round {
  return {
    work: async () => {
      await lanes.wake();
      return false;
    },
    failure: 'it could not be seen what is due; the next look starts over',
  };
}

/** Brings due reversals to their billers; what is not acknowledged is due again later. */
function delivers(delivery: ReversalDelivery): Round {
  return {
    work: async () => (await delivery.deliverDue()) > 0,
    failure: 'a round of reversals failed; the next one starts over',
  };
}

/** Tells when a float runs low, and compares each with its biller's own balance once a day. */
function watchesFloats(watch: FloatWatch, comparison: DailyComparison): Round {
  return {
    work: async () => {
      await watch.look();
      await comparison.compareDue();
      return false;
    },
    failure: 'the floats could not be looked at; the next look starts over',
  };
}

/** Makes serials of what was bought, and asks about stampings whose end is not known. */
function keepsSerials(flow: StampFlow): Round {
  return {
    work: async () => (await flow.issueDue()) + (await flow.askDue()) > 0,
    failure: 'the serials could not be looked at; the next look starts over',
  };
}
