import { join } from 'node:path';
import type { Command } from 'commander';
import { describeRefusal } from '#lib/audit';
import { fail, type Result, wibText } from '#lib/kernel';
import { clockFromEnvironment } from '#lib/platform';
import {
  approveReopening,
  jobHistory,
  listJobs,
  openAlerts,
  readJobs,
  sourcesWithoutJob,
  proposeReopening,
  reconExitCode,
  releaseDay,
  rerunDay,
  type JobLine,
  type OpenAlert,
  type OrderRefusal,
} from '#lib/reconciliation';
import { reopeningInWords } from '#lib/proposals';
import { withDatabase } from './database';
import { asksChecker, asksMaker, proposedAs, type Agreement, type Checker, type Maker } from './four-eyes';
import { JSON_HELP, printJson, refuse, say } from './output';
import { CONFIG } from './places';
import { reconciliationTools } from './reconciliation-tools';
import { counted, printTable } from './table';

const SOURCE_HELP = 'for example LPB01';
const DATE_HELP = 'the source’s business date, for example 2026-07-14';

interface OrderOptions extends Maker {
  reason: string;
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
    const released = await withDatabase((database) => releaseDay(reconciliationTools(database), order));
    if (!released.ok) return refuse(describeOrder(released.error), options.json, { source, businessDate });
    say(
      `${source} ${businessDate}: it is looked at again at the next wake-up`,
      { state: released.value, source, businessDate },
      options.json,
    );
  });
  addOrder(recon, 'rerun', 'work the files of a closed day once more against our side as it is now').action(
    async (source: string, businessDate: string, options: OrderOptions) => {
      const order = { source, businessDate, by: options.as, reason: options.reason };
      const rerun = await withDatabase((database) => rerunDay(reconciliationTools(database), order));
      if (!rerun.ok) return refuse(describeOrder(rerun.error), options.json, { source, businessDate });
      const outcome = rerun.value;
      const text =
        outcome.state === 'closed'
          ? `run ${outcome.run} closed, in place of run ${outcome.supersedes}`
          : outcome.state;
      say(`${source} ${businessDate}: ${text}`, outcome, options.json);
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
      const configured = source ? [source] : readJobs(join(CONFIG, 'jobs.yaml')).sources.keys();
      const { jobs, neverSold } = await withDatabase(async (database) => ({
        jobs: await listJobs(database, {
          ...(source && { source }),
          ...(businessDate && { businessDate }),
          ...(all && { all }),
        }),
        neverSold: await sourcesWithoutJob(database, configured),
      }));
      if (json) return printJson({ ok: true, jobs, neverSold });
      printJobs(jobs);
      if (neverSold.length > 0)
        console.log(
          `nothing was sold over these yet, so no file of theirs is expected: ${neverSold.join(', ')}`,
        );
    });
  recon
    .command('attention')
    .description(
      'what waits for people: why, since when, who acts on it, and how; exit 1 when something does',
    )
    .option('--json', JSON_HELP)
    .action(async ({ json }: { json?: boolean }) => {
      const alerts = await withDatabase((database) => openAlerts(database));
      if (json) printJson({ ok: true, alerts });
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
      if (json) printJson({ ok: true, moves });
      else
        printTable(
          ['at', 'event', 'from', 'to', 'by', 'evidence'],
          moves.map(({ at, event, from, to, by, evidence }) => [
            wibText(at),
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
      return refuse(why, options.json, { source, businessDate });
    }
    const { approvalId, version } = proposed.value;
    say(proposedAs(proposed.value), { state: 'proposed', approvalId, version }, options.json);
  });
  asksChecker(
    recon
      .command('reopen-approve')
      .description('agree to a proposed re-opening; the files are worked at the next wake-up')
      .argument('<approval>', 'as “reopen” printed it'),
    'simpul approval show',
  ).action(async (approvalId: string, { as: by, version, json }: Checker) => {
    const agreed = await agreeToReopening({ approvalId, version, by });
    if (!agreed.ok) return refuse(agreed.error, json, { approvalId });
    const { source, businessDate } = agreed.value;
    say(
      `${source} ${businessDate} is worked at the next wake-up`,
      { state: 'approved', source, businessDate },
      json,
    );
  });
}

async function agreeToReopening(
  agreement: Agreement,
): Promise<Result<{ source: string; businessDate: string }, string>> {
  const decision = { ...agreement, at: clockFromEnvironment().now() };
  const approved = await withDatabase((database) => approveReopening(database, decision));
  if (approved.ok) return approved;
  const { error } = approved;
  return fail(reopeningInWords(error).en);
}

function addOrder(recon: Command, name: string, description: string): Command {
  return asksMaker(
    recon
      .command(name)
      .description(description)
      .argument('<source>', SOURCE_HELP)
      .argument('<date>', DATE_HELP)
      .requiredOption('--reason <text>', 'why; it stands in the day’s history'),
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

function printJobs(jobs: readonly JobLine[]): void {
  printTable(
    ['date', 'source', 'state', 'since', 'run', 'file', 'why'],
    jobs.map(({ businessDate, source, state, updatedAt, run, fileName, evidence }) => [
      businessDate,
      source,
      state,
      wibText(updatedAt),
      run === null ? '-' : String(run),
      fileName ?? '-',
      whyOf(evidence),
    ]),
  );
  console.log(jobs.length === 0 ? 'every day is closed' : counted(jobs.length, 'job'));
}

function whyOf(evidence: unknown): string {
  const { reason, error, undecided } = evidence as Record<string, string | undefined>;
  return reason ?? error ?? undecided ?? '';
}

function printAlerts(alerts: readonly OpenAlert[]): void {
  for (const { businessDate, source, kind, raisedAt, reason, owner, nextStep } of alerts) {
    console.log(`${businessDate} ${source} ${kind}, since ${wibText(raisedAt)}`);
    console.log(`  ${reason}`);
    console.log(`  ${owner}: ${nextStep}`);
  }
  console.log(
    alerts.length === 0
      ? 'nothing waits for people'
      : `${counted(alerts.length, 'matter waits', 'matters wait')} for people`,
  );
}
