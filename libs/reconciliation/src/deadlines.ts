import { wibText, type BusinessDate } from '#lib/kernel';
import { endAlerts, raiseAlert, type AlertKind } from './alerts';
import { dueTimes } from './due-times';
import { BANK } from './calendar';
import { calendarOf, dayInHand, type DayTools, type ReconciliationTools } from './reconciliation-day';

/**
 * Tells people what is overdue: files that are expected, missed and long missed, jobs that hang, and years that nobody
 * has entered into the calendar. Each is told once, however often this is called.
 */
export async function watchDeadlines(request: ReconciliationTools): Promise<void> {
  const tools: DayTools = { ...request, calendar: await calendarOf(request) };
  for (const day of await missingDays(tools)) await tellMissing(tools, day);
  await tellHanging(tools);
  await tellCalendar(tools);
}

interface MissingDay {
  source: string;
  business_date: BusinessDate;
  reason: string | null;
}

/** Days that are owed and have no run that counts. */
function missingDays({ database }: DayTools): Promise<MissingDay[]> {
  return database.rows<MissingDay>(
    `SELECT j.source, j.business_date, JSON_UNQUOTE(JSON_EXTRACT(j.evidence, '$.reason')) AS reason FROM recon_job j
       LEFT JOIN recon_run r ON r.source = j.source AND r.effective_date = j.business_date
     WHERE j.direction = 'in' AND j.state IN ('scheduled', 'waiting', 'failed', 'quarantined') AND r.run_id IS NULL
     ORDER BY j.business_date, j.source`,
  );
}

async function tellMissing(tools: DayTools, { source, business_date, reason }: MissingDay): Promise<void> {
  const { database, logger, calendar, jobs } = tools;
  // A source that was taken out of the configuration is nobody's to wait for.
  if (!jobs.sources.has(source)) return;
  const now = tools.clock.now();
  const due = dueTimes(dayInHand(tools, source, business_date), calendar);
  const levels: [AlertKind, Date][] = [
    ['expected', due.expectedAt],
    ['warn', due.warnAt],
    ['escalate', due.escalateAt],
  ];
  const reached = levels.filter(([, at]) => now >= at);
  const [kind] = reached.at(-1) ?? [];
  if (kind === undefined) return;
  const about = { source, businessDate: business_date };
  const text = `the file of ${business_date} was due at ${wibText(due.expectedAt)}: ${reason ?? 'nobody has looked for it yet'}`;
  await raiseAlert(database, logger, { ...about, kind, reason: text }, now);
  // One file that is missing is one matter: the graver word takes the place of the milder ones.
  const milder = reached.slice(0, -1).map(([one]) => one);
  if (milder.length > 0) await endAlerts(database, about, milder, `it is ${kind} now`, now);
}

/** A job that somebody holds for longer than it may: its process stands still, or its clock does. */
async function tellHanging({ database, logger, jobs, clock }: DayTools): Promise<void> {
  const held = await database.rows<{
    source: string;
    business_date: BusinessDate;
    fence: number;
    state: string;
  }>(
    `SELECT source, business_date, fence, state FROM recon_job WHERE lease_until >= UTC_TIMESTAMP(3)
       AND claimed_at < UTC_TIMESTAMP(3) - INTERVAL ? SECOND`,
    [Math.ceil(jobs.timeLimitMs / 1_000)],
  );
  for (const { source, business_date, fence, state } of held) {
    const reason = `the job is ${state} and in one go for more than ${jobs.timeLimitMs / 60_000} minutes (time_limit_minutes)`;
    const alert = {
      source,
      businessDate: business_date,
      kind: 'hanging',
      subject: `claim ${fence}`,
      reason,
    } as const;
    await raiseAlert(database, logger, alert, clock.now());
  }
}

/** The bank, and sources that work by weekdays, stand still on holidays, which only people know. */
async function tellCalendar({ database, logger, jobs, clock, calendar }: DayTools): Promise<void> {
  const now = clock.now();
  for (const year of new Set([yearOf(now), yearOf(new Date(now.getTime() + NOTICE_MS))])) {
    const resting = [...jobs.sources].flatMap(([source, { week }]) => (week === 'weekdays' ? [source] : []));
    for (const source of [BANK, ...resting]) {
      if (calendar.isEntered(source, year)) {
        const end = { source, businessDate: `${year}-01-01` };
        await endAlerts(database, end, ['calendar'], 'the calendar was entered', now);
        continue;
      }
      const reason = `nobody has entered the holidays of ${year}; until then every weekday counts as a business day`;
      const alert = { source, businessDate: `${year}-01-01`, kind: 'calendar', reason } as const;
      await raiseAlert(database, logger, alert, now);
    }
  }
}

/** The next year's calendar is asked for so long before it begins. */
const NOTICE_MS = 14 * 86_400_000;

function yearOf(instant: Date): string {
  return new Date(instant.getTime() + 7 * 3_600_000).toISOString().slice(0, 4);
}
