import type { BusinessDate, Clock } from '#lib/kernel';
import type { Database, Statements } from '#lib/platform';
import { dueTimes } from './due-times';
import { sumOfOurs } from './ours';
import { calendarOf, dayInHand, type ReconciliationTools } from './reconciliation-day';

/** Something that is due and is not there. */
export interface Missing {
  source: string;
  businessDate: BusinessDate;
  /** `file`: no closed run of the day; `lines`: its file does not list payments of ours. */
  what: 'file' | 'lines';
  /** How the day's job stands. */
  state: string;
  /** When the file was owed. */
  dueAt: Date;
  /** Payment legs of ours that wait for it, and what they come to in whole rupiah. */
  legs: number;
  amount: bigint;
}

type MissingTools = Pick<ReconciliationTools, 'formats' | 'jobs'> & { database: Database; clock: Clock };

/**
 * What is due and missing: days whose file should be there and that no run has closed, and days whose file left out
 * payments of ours, until their break has ended. Which source lists a payment on which date is known since the payment was sent, so this is a read.
 * @param businessDate one date; undefined: all that are open.
 */
export async function missingOn(tools: MissingTools, businessDate?: BusinessDate): Promise<Missing[]> {
  const days = [
    ...(await daysWithoutRun(tools.database, businessDate)),
    ...(await daysWithLinesLeftOut(tools.database, businessDate)),
  ];
  const calendar = await calendarOf(tools);
  const now = tools.clock.now();
  const known = days.filter(({ source }) => tools.jobs.sources.has(source));
  const dated: Missing[] = [];
  for (const day of known) {
    const inHand = dayInHand(tools, day.source, day.businessDate);
    const waiting = day.what === 'file' ? await waitingOf(tools.database, day, inHand.format.channel) : {};
    dated.push({ ...day, ...waiting, dueAt: dueTimes(inHand, calendar).expectedAt });
  }
  return dated
    .filter(({ what, dueAt }) => what === 'lines' || dueAt <= now)
    .toSorted((a, b) =>
      a.businessDate === b.businessDate
        ? compare(a.source, b.source)
        : compare(a.businessDate, b.businessDate),
    );
}

/** A channel's file lists payments and not legs. */
async function waitingOf(
  statements: Statements,
  day: MissingDay,
  channel: string | undefined,
): Promise<{ legs?: number; amount?: bigint }> {
  if (channel === undefined) return {};
  const { count, amount } = await sumOfOurs(statements, day, channel);
  return { legs: count, amount };
}

type MissingDay = Omit<Missing, 'dueAt'>;

async function daysWithoutRun(statements: Statements, businessDate?: BusinessDate): Promise<MissingDay[]> {
  const rows = await statements.rows<DayRow>(
    `SELECT j.source, j.business_date, j.state, COUNT(l.payment_id) AS legs,
       COALESCE(SUM(IF(l.state IN ('DECLINED', 'REVERSED'), 0, l.amount)), 0) AS amount
     FROM recon_job j
       LEFT JOIN recon_run r ON r.source = j.source AND r.effective_date = j.business_date
       LEFT JOIN payment_leg l ON l.source = j.source AND l.source_business_date = j.business_date
     WHERE j.direction = 'in' AND j.state <> 'empty' AND r.run_id IS NULL ${businessDate ? 'AND j.business_date = ?' : ''}
     GROUP BY j.source, j.business_date, j.state`,
    businessDate ? [businessDate] : [],
  );
  return rows.map((row) => missingOf('file', row));
}

async function daysWithLinesLeftOut(
  statements: Statements,
  businessDate?: BusinessDate,
): Promise<MissingDay[]> {
  const rows = await statements.rows<DayRow>(
    `SELECT r.source, r.business_date, 'closed' AS state, COUNT(*) AS legs, SUM(b.our_amount) AS amount
     FROM recon_run r JOIN recon_break b ON b.run_id = r.run_id AND b.kind = 'only_ours'
     WHERE r.effective_date IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM break_case c WHERE c.payment_id = b.payment_id AND c.leg_no = b.leg_no
         AND c.kind = b.kind AND c.state = 'resolved') ${businessDate ? 'AND r.effective_date = ?' : ''}
     GROUP BY r.source, r.business_date`,
    businessDate ? [businessDate] : [],
  );
  return rows.map((row) => missingOf('lines', row));
}

interface DayRow {
  source: string;
  business_date: BusinessDate;
  state: string;
  legs: string;
  amount: string;
}

function missingOf(what: Missing['what'], row: DayRow): MissingDay {
  const { source, business_date: businessDate, state, legs, amount } = row;
  return { source, businessDate, what, state, legs: Number(legs), amount: BigInt(amount) };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
