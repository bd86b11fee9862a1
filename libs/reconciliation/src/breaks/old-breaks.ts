import { userOf } from '#lib/audit';
import {
  addDays,
  businessDateOf,
  fail,
  JAKARTA_MIDNIGHT,
  ok,
  type BusinessDate,
  type Result,
  formatRupiah,
  rupiah,
} from '#lib/kernel';
import type { Statements } from '#lib/platform';
import { raiseAlert } from '../alerts';
import { listBreaks, type Break } from './break';
import { moveBreak } from './break-moves';
import { UNRESOLVED_STATES } from './break-states';
import type { BreakDesk } from './desk';
import { tellDeed } from './people';
import { objectionToReason } from './propose';
import type { BreakRefusal } from './refusals';
import { businessDaysBetween, instantOf } from './working-days';

/** What has been open for too long, on the day it was looked at. Whole rupiah. */
export interface OldBreaks {
  today: BusinessDate;
  count: number;
  amount: bigint;
  oldest: BusinessDate;
}

/** An alert that is about all sources. */
const ALL_SOURCES = '*';
const ROWS_MAX = 100_000;

/**
 * Tells the manager, once in each week from its Monday on, what has been open for longer than the rules allow without a
 * note; what was told ends when nothing is that old any more. Safe to repeat.
 * @param order becomes durable with the telling: orders the list for whoever is told.
 * @returns what was told; undefined where there was nothing to tell, or it was told before.
 */
export async function tellOldBreaks(
  desk: BreakDesk,
  order: (statements: Statements, old: OldBreaks) => Promise<void>,
): Promise<OldBreaks | undefined> {
  const { database, clock, logger, rules } = desk;
  const now = clock.now();
  const { timeZone } = rules.due;
  const today = businessDateOf(now, { ...JAKARTA_MIDNIGHT, timeZone });
  const monday = addDays(today, -((new Date(`${today}T00:00:00Z`).getUTCDay() + 6) % 7));
  if (now < instantOf(monday, rules.old.toldAt, timeZone)) return undefined;
  const found = await oldBreaks(desk, database, today);
  const [first] = found;
  if (!first) {
    await endTelling(database, 'nothing is that old any more', now);
    return undefined;
  }
  const old: OldBreaks = {
    today,
    count: found.length,
    amount: found.reduce((sum, { amount }) => sum + amount, 0n),
    oldest: found.reduce(
      (date, one) => (one.businessDate < date ? one.businessDate : date),
      first.businessDate,
    ),
  };
  const reason =
    `${old.count} breaks have been open for more than ${rules.old.businessDays} business days, ${formatRupiah(rupiah(old.amount))} in ` +
    `question, the oldest of ${old.oldest}`;
  const alert = { source: ALL_SOURCES, businessDate: monday, kind: 'old_breaks', reason } as const;
  return database.transaction(async (statements) => {
    if (!(await raiseAlert(statements, logger, alert, now))) return undefined;
    await order(statements, old);
    return old;
  });
}

/** What a manager has noted: about how many breaks. */
export interface OldBreaksNoted {
  count: number;
  amount: bigint;
}

/**
 * A manager says why what is that old is still open. It stands in the history of each of them, and ends what was told.
 * What waits for a checker is left as it was proposed.
 * @throws NoUser.
 */
export async function noteOldBreaks(
  desk: BreakDesk,
  { by, reason }: { by: string; reason: string },
): Promise<Result<OldBreaksNoted, BreakRefusal>> {
  const { database, clock, rules } = desk;
  const user = userOf(by);
  const objection = objectionToReason(reason);
  if (objection) return fail(objection);
  const { managers } = rules.old;
  if (managers.length > 0 && !managers.includes(user))
    return fail({
      kind: 'needs',
      what: `a note of ${managers.join(' or ')} (old.managers of config/breaks.yaml)`,
    });
  const now = clock.now();
  const today = businessDateOf(now, { ...JAKARTA_MIDNIGHT, timeZone: rules.due.timeZone });
  return database.transaction(async (statements) => {
    const noted: Break[] = [];
    for (const one of await oldBreaks(desk, statements, today)) {
      const move = { event: 'manager noted', by: user, at: now, reason, amount: one.amount } as const;
      if (!(await moveBreak(statements, one, move))) continue;
      tellDeed(statements, one, move);
      noted.push(one);
    }
    if (noted.length === 0)
      return fail({
        kind: 'needs',
        what: `no break has been open for more than ${rules.old.businessDays} business days; there is nothing to note`,
      } as const);
    await endTelling(statements, user, now);
    return ok({ count: noted.length, amount: noted.reduce((sum, { amount }) => sum + amount, 0n) });
  });
}

/** Breaks without an end, so many business days after their own date. */
async function oldBreaks(
  { rules, isWorking }: Pick<BreakDesk, 'rules' | 'isWorking'>,
  statements: Statements,
  today: BusinessDate,
): Promise<Break[]> {
  const days = await statements.rows<{ source: string; business_date: BusinessDate }>(
    `SELECT DISTINCT source, business_date FROM break_case WHERE state IN (?) AND business_date < ?
     ORDER BY business_date, source`,
    [[...UNRESOLVED_STATES], addDays(today, -rules.old.businessDays)],
  );
  const found: Break[] = [];
  for (const { source, business_date: businessDate } of days) {
    if (businessDaysBetween(isWorking, source, businessDate, today) <= rules.old.businessDays) continue;
    const open = await listBreaks(statements, {
      source,
      businessDate,
      states: UNRESOLVED_STATES,
      rowsMax: ROWS_MAX,
    });
    found.push(...open.filter((one) => one.businessDate === businessDate));
  }
  return found;
}

async function endTelling(statements: Statements, by: string, now: Date): Promise<void> {
  await statements.run(
    "UPDATE recon_alert SET ended_at = ?, ended_by = ? WHERE kind = 'old_breaks' AND ended_at IS NULL",
    [now, by],
  );
}
