import { join } from 'node:path';
import type { Command } from 'commander';
import pino from 'pino';
import { describeRefusal } from '#lib/audit';
import { readFormats } from '#lib/files';
import { clockFromEnvironment, Database, setting } from '#lib/platform';
import {
  approveReopening,
  jobHistory,
  listJobs,
  openAlerts,
  proposeReopening,
  readJobs,
  reconExitCode,
  releaseDay,
  rerunDay,
  type JobLine,
  type OpenAlert,
  type OrderRefusal,
  type ReconciliationTools,
} from '#lib/reconciliation';
import { writeRecap } from '#lib/reports';
import { findSettlement } from '#lib/settlement';
import { CONFIG } from './places';
import { printTable } from './table';

const JSON_HELP = 'one JSON object on standard output and nothing else';
const SOURCE_HELP = 'for example LPB01';
const DATE_HELP = 'the source’s business date, for example 2026-07-14';

interface OrderOptions {
  as: string;
  reason: string;
  json?: boolean;
}

/** `simpul recon jobs`, `attention`, `history`, `release`, `rerun`, `reopen`: what people see and do of the day's jobs. */
export function addJobCommands(recon: Command): void {
  addLists(recon);
  addOrder(
    recon,
    'release',
    'let a day that was refused, failed or stood empty be looked at again by itself',
  ).action(async (source: string, businessDate: string, options: OrderOptions) => {
    const order = { source, businessDate, by: options.as, reason: options.reason };
    const released = await withTools((tools) => releaseDay(tools, order));
    if (!released.ok) return refused(source, businessDate, describeOrder(released.error), options);
    say(
      options,
      { state: released.value, source, businessDate },
      `${source} ${businessDate}: it is looked at again at the next wake-up`,
    );
  });
  addOrder(recon, 'rerun', 'work the files of a closed day once more against our side as it is now').action(
    async (source: string, businessDate: string, options: OrderOptions) => {
      const order = { source, businessDate, by: options.as, reason: options.reason };
      const rerun = await withTools((tools) => rerunDay(tools, order));
      if (!rerun.ok) return refused(source, businessDate, describeOrder(rerun.error), options);
      const outcome = rerun.value;
      const text =
        outcome.state === 'closed'
          ? `run ${outcome.run} closed, in place of run ${outcome.supersedes}`
          : outcome.state;
      say(options, outcome, `${source} ${businessDate}: ${text}`);
      process.exitCode = reconExitCode(outcome);
    },
  );
  addReopen(recon);
}

function addLists(recon: Command): void {
  recon
    .command('jobs')
    .description('the days that are not over, the oldest first: what they wait for, and since when')
    .option('--source <code>', 'only this source')
    .option('--date <date>', 'only this business date, also where it is closed')
    .option('--all', 'also days that are closed')
    .option('--json', JSON_HELP)
    .action(async (options: { source?: string; date?: string; all?: boolean; json?: boolean }) => {
      const { source, date: businessDate, all, json } = options;
      const jobs = await withDatabase((database) =>
        listJobs(database, {
          ...(source && { source }),
          ...(businessDate && { businessDate }),
          ...(all && { all }),
        }),
      );
      if (json) console.log(JSON.stringify({ ok: true, jobs }));
      else printJobs(jobs);
    });
  recon
    .command('attention')
    .description(
      'what waits for people: why, since when, who acts on it, and how; exit 1 when something does',
    )
    .option('--json', JSON_HELP)
    .action(async ({ json }: { json?: boolean }) => {
      const alerts = await withDatabase((database) => openAlerts(database));
      if (json) console.log(JSON.stringify({ ok: true, alerts }));
      else printAlerts(alerts);
      process.exitCode = alerts.some(({ level }) => level !== 'info') ? 1 : 0;
    });
  recon
    .command('history')
    .description('every move of a day’s job: when, what, and by whom')
    .argument('<source>', SOURCE_HELP)
    .argument('<date>', DATE_HELP)
    .option('--json', JSON_HELP)
    .action(async (source: string, businessDate: string, { json }: { json?: boolean }) => {
      const moves = await withDatabase((database) => jobHistory(database, source, businessDate));
      if (json) console.log(JSON.stringify({ ok: true, moves }));
      else
        printTable(
          ['at', 'event', 'from', 'to', 'by', 'evidence'],
          moves.map(({ at, event, from, to, by, evidence }) => [
            at.toISOString(),
            event,
            from,
            to,
            by,
            JSON.stringify(evidence),
          ]),
        );
    });
}

function addReopen(recon: Command): void {
  addOrder(
    recon,
    'reopen',
    'propose to work files of a settled day: those that came after it, or its own once more',
  ).action(async (source: string, businessDate: string, options: OrderOptions) => {
    const order = { source, businessDate, by: options.as, reason: options.reason };
    const proposed = await withDatabase((database) =>
      proposeReopening(database, order, clockFromEnvironment().now()),
    );
    if (!proposed.ok) {
      const { error } = proposed;
      const why =
        error.kind === 'nothing waits' ? 'no file waits for this settled day' : describeRefusal(error);
      return refused(source, businessDate, why, options);
    }
    const { approvalId, version } = proposed.value;
    say(
      options,
      { state: 'proposed', approvalId, version },
      `proposed as ${approvalId}; another person agrees with: simpul recon reopen-approve ${approvalId} --seen ${version} --as <checker>`,
    );
  });
  recon
    .command('reopen-approve')
    .description('agree to a proposed re-opening; the files are worked at the next wake-up')
    .argument('<approval>', 'as “reopen” printed it')
    .requiredOption('--seen <version>', 'the version that you have looked at: the SHA-256 of the files')
    .requiredOption('--as <user>', 'who agrees, for example an e-mail address')
    .option('--json', JSON_HELP)
    .action(async (approvalId: string, options: { seen: string; as: string; json?: boolean }) => {
      const decision = {
        approvalId,
        version: options.seen,
        by: options.as,
        at: clockFromEnvironment().now(),
      };
      const approved = await withDatabase((database) => approveReopening(database, decision));
      if (!approved.ok) {
        const { error } = approved;
        const why =
          error.kind === 'another kind' ? 'it is no proposal to re-open a day' : describeRefusal(error);
        return refused(approvalId, '', why, options);
      }
      const { source, businessDate } = approved.value;
      say(
        options,
        { state: 'approved', source, businessDate },
        `${source} ${businessDate} is worked at the next wake-up`,
      );
    });
}

function addOrder(recon: Command, name: string, description: string): Command {
  return recon
    .command(name)
    .description(description)
    .argument('<source>', SOURCE_HELP)
    .argument('<date>', DATE_HELP)
    .requiredOption('--as <user>', 'who says so, for example an e-mail address')
    .requiredOption('--reason <text>', 'why; it stands in the day’s history')
    .option('--json', JSON_HELP);
}

async function withDatabase<T>(use: (database: Database) => Promise<T>): Promise<T> {
  const database = new Database(setting('DATABASE_URL', 'the payment database'), { connectionsMax: 4 });
  try {
    return await use(database);
  } finally {
    await database.close();
  }
}

function withTools<T>(use: (tools: ReconciliationTools) => Promise<T>): Promise<T> {
  const home = setting('SIMPUL_HOME', 'the folder of the installation, for archived files and reports');
  return withDatabase((database) =>
    use({
      database,
      clock: clockFromEnvironment(),
      home,
      formats: readFormats(join(CONFIG, 'formats')),
      jobs: readJobs(join(CONFIG, 'jobs.yaml')),
      // Standard output belongs to the command's answer.
      logger: pino({ level: 'warn' }, pino.destination(2)),
      writeRecap: (recap) => writeRecap(home, recap),
      isDaySettled: async (day) =>
        (await findSettlement(database, day.source, day.businessDate)) !== undefined,
    }),
  );
}

function describeOrder(refusal: OrderRefusal): string {
  switch (refusal.kind) {
    case 'busy':
      return 'another process works on this day; try again when it has finished';
    case 'not in this state':
      return `the day is ${refusal.state}; this is for a day that is ${refusal.states}`;
    case 'settled':
      return `${refusal.reason}: simpul recon reopen`;
  }
}

function say({ json }: { json?: boolean }, answer: object, text: string): void {
  if (json) console.log(JSON.stringify({ ok: true, ...answer }));
  else console.log(text);
}

function refused(what: string, date: string, reason: string, { json }: { json?: boolean }): void {
  if (json) console.log(JSON.stringify({ ok: false, reason }));
  else console.error(`simpul: ${[what, date].filter((part) => part !== '').join(' ')}: ${reason}`);
  process.exitCode = 1;
}

function printJobs(jobs: readonly JobLine[]): void {
  printTable(
    ['date', 'source', 'state', 'since', 'run', 'file', 'why'],
    jobs.map(({ businessDate, source, state, updatedAt, run, fileName, evidence }) => [
      businessDate,
      source,
      state,
      updatedAt.toISOString(),
      run === null ? '-' : String(run),
      fileName ?? '-',
      whyOf(evidence),
    ]),
  );
  console.log(jobs.length === 0 ? 'every day is closed' : `${jobs.length} jobs`);
}

function whyOf(evidence: unknown): string {
  const { reason, error, undecided } = evidence as Record<string, string | undefined>;
  return reason ?? error ?? undecided ?? '';
}

function printAlerts(alerts: readonly OpenAlert[]): void {
  for (const { businessDate, source, kind, raisedAt, reason, owner, nextStep } of alerts) {
    console.log(`${businessDate} ${source} ${kind}, since ${raisedAt.toISOString()}`);
    console.log(`  ${reason}`);
    console.log(`  ${owner}: ${nextStep}`);
  }
  console.log(alerts.length === 0 ? 'nothing waits for people' : `${alerts.length} wait for people`);
}
