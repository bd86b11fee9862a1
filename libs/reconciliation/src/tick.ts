import { addDays, type BusinessDate } from '#lib/kernel';
import { correctedDays, keepSightings } from './corrected-days';
import { lateFrom } from './day-clock';
import { dueTimes } from './due-times';
import { insertJobs } from './job-lease';
import { firstDayOfOurs, hasPaymentsSince } from './ours';
import type { ReconOutcome } from './outcome';
import { reopenedDays } from './reopened-days';
import { calendarOf, dayInHand, type DayTools, type ReconciliationTools } from './reconciliation-day';
import { runReconciliation } from './run-reconciliation';

/**
 * One wake-up: plans what is owed and works what is due and not closed, the oldest day of each source first. What
 * fails leaves the others their turn; a day that could still hand late rows on holds back the days after it. Then it
 * looks whether a correction of a closed day has come.
 * @param stop ends it before the next day, not in the middle of one.
 * @param looks when the drop of each source was last looked at for corrections; kept from wake-up to wake-up.
 * @returns the outcomes of the days that were worked.
 */
export async function tick(
  tools: ReconciliationTools,
  stop?: AbortSignal,
  looks = new Map<string, number>(),
): Promise<ReconOutcome[]> {
  const outcomes: ReconOutcome[] = [];
  const waiting = [...tools.jobs.sources.keys()];
  const lane = async (): Promise<void> => {
    for (let source = waiting.shift(); source !== undefined; source = waiting.shift())
      try {
        await workSource(tools, source, outcomes, { stop, looks });
      } catch (error) {
        tools.logger.error({ err: error, source }, 'this source could not be planned');
      }
  };
  await Promise.all(Array.from({ length: tools.jobs.sourcesAtOnce }, lane));
  return outcomes;
}

/**
 * Inserts the jobs that the schedule owes by now: every business date of a source from the first that has payments
 * to the last whose file is expected. Safe to repeat; what was missed while nothing ran is caught up here.
 * @returns how many jobs were new.
 * @throws UnknownDay for a source without format or schedule.
 */
export async function planReconciliation(tools: ReconciliationTools, source: string): Promise<number> {
  return plan({ ...tools, calendar: await calendarOf(tools) }, source);
}

async function plan(tools: DayTools, source: string): Promise<number> {
  const now = tools.clock.now();
  const dates: BusinessDate[] = [];
  const first = await firstDayOwed(tools, source);
  for (let date = first; date && isOwed(tools, source, date, now); date = addDays(date, 1)) dates.push(date);
  return insertJobs(tools.database, source, dates, now);
}

/** A channel may have sold for long before it sends a file: it owes none before its format holds. */
async function firstDayOwed({ database, formats }: DayTools, source: string): Promise<BusinessDate | null> {
  const [format] = formats.get(source) ?? [];
  const first = await firstDayOfOurs(database, source, format?.channel);
  const begins = format?.channel === undefined ? undefined : format.effectiveFrom;
  return first !== null && begins !== undefined && begins > first ? begins : first;
}

async function workSource(
  request: ReconciliationTools,
  source: string,
  outcomes: ReconOutcome[],
  { stop, looks }: { stop: AbortSignal | undefined; looks: Map<string, number> },
): Promise<void> {
  const tools: DayTools = { ...request, calendar: await calendarOf(request) };
  await plan(tools, source);
  for (const { businessDate, isDue } of await openDays(tools, source)) {
    if (stop?.aborted) return;
    const outcome = isDue ? await workOneDay(tools, source, businessDate) : undefined;
    if (outcome) outcomes.push(outcome);
    if (!isOver(outcome) && (await mayHandRowsOn(tools, source, businessDate))) break;
  }
  const now = tools.clock.now().getTime();
  if (stop?.aborted || !(await isLookDue(tools, source, looks, now))) return;
  looks.set(source, now);
  for (const day of await correctedDays(tools, source)) {
    if (stop?.aborted) return;
    const outcome = await workOneDay(tools, source, day.businessDate);
    if (outcome) outcomes.push(outcome);
    if (isOver(outcome) || outcome?.state === 'quarantined') await keepSightings(tools, source, day);
  }
}

/** A drop is looked at in its turn, and at once where two people have re-opened a day since. */
async function isLookDue(
  { database, jobs }: DayTools,
  source: string,
  looks: Map<string, number>,
  now: number,
): Promise<boolean> {
  const keys = new Set((await reopenedDays(database, source)).map((date) => `${source} ${date}`));
  for (const key of looks.keys()) if (key.startsWith(`${source} `) && !keys.has(key)) looks.delete(key);
  const isDue = [source, ...keys].some((key) => now >= (looks.get(key) ?? -Infinity) + jobs.correctionLookMs);
  if (isDue) for (const key of keys) looks.set(key, now);
  return isDue;
}

function isOver(outcome: ReconOutcome | undefined): boolean {
  return outcome?.state === 'closed' || outcome?.state === 'empty';
}

async function workOneDay(
  tools: ReconciliationTools,
  source: string,
  businessDate: BusinessDate,
): Promise<ReconOutcome | undefined> {
  try {
    return await runReconciliation({ ...tools, source, businessDate });
  } catch (error) {
    tools.logger.error({ err: error, source, businessDate }, 'reconciliation failed; it will be tried again');
    return undefined;
  }
}

function isOwed(tools: DayTools, source: string, businessDate: BusinessDate, now: Date): boolean {
  return now >= dueTimes(dayInHand(tools, source, businessDate), tools.calendar).expectedAt;
}

/**
 * Days of a source that are owed and not closed, oldest first. A day closed by hand before its file was expected is
 * looked at once more when it is. What rests as quarantined or failed waits for a person, and is not due.
 */
async function openDays(
  tools: DayTools,
  source: string,
): Promise<{ businessDate: BusinessDate; isDue: boolean }[]> {
  const now = tools.clock.now();
  const rows = await tools.database.rows<JobRow>(
    `SELECT j.business_date, j.state, j.next_at, j.updated_at FROM recon_job j
     WHERE j.source = ? AND j.direction = 'in' AND j.state <> 'empty'
       AND (j.state <> 'archived' OR j.updated_at < j.business_date + INTERVAL ${REST_DAYS} DAY)
     ORDER BY j.business_date`,
    [source],
  );
  return rows
    .filter(({ business_date }) => isOwed(tools, source, business_date, now))
    .filter(({ business_date, state, updated_at }) => {
      return state !== 'archived' || !isOwed(tools, source, business_date, updated_at);
    })
    .map(({ business_date, state, next_at }) => ({
      businessDate: business_date,
      isDue: state !== 'quarantined' && state !== 'failed' && (next_at === null || next_at <= now),
    }));
}

/** So long after a business date, weekends and holidays included, its file may be expected at the latest. */
const REST_DAYS = 45;

interface JobRow {
  business_date: BusinessDate;
  state: string;
  next_at: Date | null;
  updated_at: Date;
}

/** Whether a day has rows that, if their file does not list them, belong to the next day's file. */
async function mayHandRowsOn(
  tools: ReconciliationTools,
  source: string,
  businessDate: BusinessDate,
): Promise<boolean> {
  const day = dayInHand(tools, source, businessDate);
  return hasPaymentsSince(tools.database, day, lateFrom(businessDate, day.format.cutOff));
}
