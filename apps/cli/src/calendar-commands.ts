import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describeRefusal, findApproval } from '#lib/audit';
import { clockFromEnvironment, Database, setting } from '#lib/platform';
import {
  approveCalendar,
  CALENDAR,
  proposeCalendar,
  readCalendarFile,
  readJobs,
  type CalendarRow,
} from '#lib/reconciliation';
import { CONFIG } from './places';
import { printTable } from './table';

const JSON_HELP = 'one JSON object on standard output and nothing else';

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
      if (json) console.log(JSON.stringify({ ok: true, days: rows }));
      else printDays(rows);
    });
  calendar
    .command('import')
    .description(
      'propose the days of a file: source,date,is_business_day,note; source BANK is the bank, * all sources',
    )
    .argument('<file>', 'comma-separated, with that heading')
    .requiredOption('--as <user>', 'who enters it, for example an e-mail address')
    .option('--reason <text>', 'from which decree or letter', 'entered from a file')
    .option('--json', JSON_HELP)
    .action(async (file: string, options: { as: string; reason: string; json?: boolean }) => {
      const jobs = readJobs(join(CONFIG, 'jobs.yaml'));
      const rows = readCalendarFile(readFileSync(file, 'utf8'), new Set(jobs.sources.keys()));
      const at = clockFromEnvironment().now();
      const proposed = await withDatabase((database) =>
        proposeCalendar(database, { rows, by: options.as, reason: options.reason, at }),
      );
      if (!proposed.ok) return refused(describeRefusal(proposed.error), options);
      const { approvalId, version } = proposed.value;
      if (options.json) console.log(JSON.stringify({ ok: true, approvalId, version, days: rows.length }));
      else
        console.log(
          `${rows.length} days proposed as ${approvalId}; another person looks with: simpul calendar show ${approvalId}`,
        );
    });
  calendar
    .command('show')
    .description('the days of a proposal, and how to agree to them')
    .argument('<approval>', 'as “import” printed it')
    .option('--json', JSON_HELP)
    .action(async (approvalId: string, options: { json?: boolean }) => {
      const proposal = await withDatabase((database) => findApproval(database, approvalId));
      if (proposal?.kind !== CALENDAR)
        return refused(`${approvalId} is no proposal for the calendar`, options);
      const { rows } = proposal.payload as { rows: CalendarRow[] };
      if (options.json) {
        console.log(JSON.stringify({ ok: true, ...proposal, payload: undefined, days: rows }));
        return;
      }
      printDays(rows);
      console.log(`${proposal.state}; ${proposal.maker}: ${proposal.reason}`);
      console.log(
        `to agree: simpul calendar approve ${approvalId} --seen ${proposal.version} --as <checker>`,
      );
    });
  calendar
    .command('approve')
    .description('agree to proposed days; they hold from now on')
    .argument('<approval>', 'as “import” printed it')
    .requiredOption('--seen <version>', 'the version that you have looked at, as “show” prints it')
    .requiredOption('--as <user>', 'who agrees, for example an e-mail address')
    .option('--json', JSON_HELP)
    .action(async (approvalId: string, options: { seen: string; as: string; json?: boolean }) => {
      const decision = {
        approvalId,
        version: options.seen,
        by: options.as,
        at: clockFromEnvironment().now(),
      };
      const approved = await withDatabase((database) => approveCalendar(database, decision));
      if (!approved.ok) {
        const { error } = approved;
        return refused(
          error.kind === 'another kind' ? 'it is no proposal for the calendar' : describeRefusal(error),
          options,
        );
      }
      if (options.json) console.log(JSON.stringify({ ok: true, days: approved.value }));
      else console.log(`${approved.value} days hold from now on`);
    });
}

function printDays(rows: readonly CalendarRow[]): void {
  printTable(
    ['date', 'source', 'business day', 'note'],
    rows.map(({ source, date, isBusinessDay, note }) => [date, source, isBusinessDay ? 'yes' : 'no', note]),
  );
  console.log(`${rows.length} days`);
}

function refused(reason: string, { json }: { json?: boolean }): void {
  if (json) console.log(JSON.stringify({ ok: false, reason }));
  else console.error(`simpul: ${reason}`);
  process.exitCode = 1;
}

async function withDatabase<T>(use: (database: Database) => Promise<T>): Promise<T> {
  const database = new Database(setting('DATABASE_URL', 'the payment database'), { connectionsMax: 1 });
  try {
    return await use(database);
  } finally {
    await database.close();
  }
}
