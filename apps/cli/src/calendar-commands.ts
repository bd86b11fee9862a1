import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describeRefusal, findApproval } from '#lib/audit';
import { fail, type Result } from '#lib/kernel';
import { clockFromEnvironment } from '#lib/platform';
import {
  approveCalendar,
  CALENDAR,
  proposeCalendar,
  readCalendarFile,
  readJobs,
  type CalendarRow,
} from '#lib/reconciliation';
import { calendarInWords } from '#lib/proposals';
import { withDatabase } from './database';
import { asksChecker, asksMaker, type Agreement, type Checker, type Maker } from './four-eyes';
import { JSON_HELP, printJson, refuse, say } from './output';
import { CONFIG } from './places';
import { counted, printTable } from './table';

/** `simpul calendar`: the days on which sources and the bank do not work, entered by one person and let in by another. */
export function addCalendarCommands(program: Command): void {
  const calendar = program
    .command('calendar')
    .description(
      'which days sources and the bank work; where nobody has said so, the rule of the week holds',
    );
  calendar
    .command('list')
    .description('the days that were entered and agreed to')
    .argument('[year]', 'only this year, for example 2027')
    .option('--json', JSON_HELP)
    .action(async (year: string | undefined, { json }: { json?: boolean }) => {
      const days = await withDatabase((database) =>
        database.rows<{
          source: string;
          date: string;
          is_business_day: number;
          note: string;
          approved_by: string;
        }>(
          'SELECT source, date, is_business_day, note, approved_by FROM source_calendar WHERE ? IS NULL OR YEAR(date) = ? ORDER BY date, source',
          [year ?? null, year ?? null],
        ),
      );
      const rows = days.map(({ is_business_day, approved_by, ...day }) => {
        return { ...day, isBusinessDay: is_business_day === 1, approvedBy: approved_by };
      });
      if (json) printJson({ ok: true, days: rows });
      else printDays(rows);
    });
  asksMaker(
    calendar
      .command('import')
      .description(
        'propose the days of a file: source,date,is_business_day,note; source BANK is the bank, * all sources',
      )
      .argument('<file>', 'comma-separated, with that heading')
      .option('--reason <text>', 'from which decree or letter', 'entered from a file'),
  ).action(async (file: string, options: Maker & { reason: string }) => {
    const jobs = readJobs(join(CONFIG, 'jobs.yaml'));
    const rows = readCalendarFile(readFileSync(file, 'utf8'), new Set(jobs.sources.keys()));
    const at = clockFromEnvironment().now();
    const proposed = await withDatabase((database) =>
      proposeCalendar(database, { rows, by: options.as, reason: options.reason, at }),
    );
    if (!proposed.ok) return refuse(describeRefusal(proposed.error), options.json);
    const { approvalId, version } = proposed.value;
    say(
      `${rows.length} days proposed as ${approvalId}; another person looks with: simpul calendar show ${approvalId}`,
      { approvalId, version, days: rows.length },
      options.json,
    );
  });
  calendar
    .command('show')
    .description('the days of a proposal, and how to agree to them')
    .argument('<approval>', 'as “import” printed it')
    .option('--json', JSON_HELP)
    .action(async (approvalId: string, { json }: { json?: boolean }) => {
      const proposal = await withDatabase((database) => findApproval(database, approvalId));
      if (proposal?.kind !== CALENDAR)
        return refuse('it is no proposal for the calendar', json, { approvalId });
      const { rows } = proposal.payload as { rows: CalendarRow[] };
      if (json) {
        printJson({ ok: true, ...proposal, payload: undefined, days: rows });
        return;
      }
      printDays(rows);
      console.log(`${proposal.state}; ${proposal.maker}: ${proposal.reason}`);
      console.log(
        `to agree: simpul calendar approve ${approvalId} --version ${proposal.version} --as <checker>`,
      );
    });
  asksChecker(
    calendar
      .command('approve')
      .description('agree to proposed days; they hold from now on')
      .argument('<approval>', 'as “import” printed it'),
    'simpul calendar show',
  ).action(async (approvalId: string, { as: by, version, json }: Checker) => {
    const agreed = await agreeToDays({ approvalId, version, by });
    if (!agreed.ok) return refuse(agreed.error, json, { approvalId });
    say(`${agreed.value} days hold from now on`, { days: agreed.value }, json);
  });
}

async function agreeToDays(agreement: Agreement): Promise<Result<number, string>> {
  const decision = { ...agreement, at: clockFromEnvironment().now() };
  const approved = await withDatabase((database) => approveCalendar(database, decision));
  if (approved.ok) return approved;
  const { error } = approved;
  return fail(calendarInWords(error).en);
}

function printDays(rows: readonly CalendarRow[]): void {
  printTable(
    ['date', 'source', 'business day', 'note'],
    rows.map(({ source, date, isBusinessDay, note }) => [date, source, isBusinessDay ? 'yes' : 'no', note]),
  );
  console.log(rows.length === 0 ? 'no days were entered' : counted(rows.length, 'day'));
}
