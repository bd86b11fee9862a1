import { addDays, type BusinessDate } from '#lib/kernel';
import type { Database } from '#lib/platform';
import { localInstant } from '../day-clock';
import type { OutboundContract } from './contract';
import { planDay, planRun } from './outbound-files';

/** How many days are caught up at once; the next look goes on. */
const DAYS_AT_ONCE = 31;

/**
 * Plans what a contract owes by now: a file for each run that counts, or one for each day that is over, also for one
 * without payments. What was missed while nothing ran is caught up here, oldest first; safe to repeat.
 * @returns how many files were planned.
 */
export async function planOutbound(
  database: Database,
  contract: OutboundContract,
  now: Date,
): Promise<number> {
  return contract.send.after === 'run'
    ? planAfterRuns(database, contract, now)
    : planAfterDays(database, contract, contract.send.at, now);
}

async function planAfterRuns(
  database: Database,
  { contract, about, effectiveFrom }: OutboundContract,
  now: Date,
) {
  if (!('source' in about)) return 0;
  const runs = await database.rows<{ run_id: number; run_no: number; effective_date: BusinessDate }>(
    `SELECT r.run_id, r.run_no, r.effective_date FROM recon_run r
     LEFT JOIN outbound_file o ON o.contract = ? AND o.business_date = r.effective_date AND o.run_id = r.run_id
     WHERE r.source = ? AND r.effective_date >= ? AND o.contract IS NULL ORDER BY r.effective_date`,
    [contract, about.source, effectiveFrom],
  );
  let planned = 0;
  for (const run of runs)
    if (await planRun(database, contract, run.effective_date, { runId: run.run_id, runNo: run.run_no }, now))
      planned += 1;
  return planned;
}

async function planAfterDays(
  database: Database,
  { contract, about, effectiveFrom, timeZone }: OutboundContract,
  at: string,
  now: Date,
): Promise<number> {
  const [last] = await database.rows<{ day: BusinessDate | null }>(
    'SELECT MAX(business_date) AS day FROM outbound_file WHERE contract = ?',
    [contract],
  );
  const begin = last?.day ? addDays(last.day, 1) : await firstDay(database, about);
  if (begin === undefined) return 0;
  const first = begin < effectiveFrom ? effectiveFrom : begin;
  let planned = 0;
  for (
    let day = first;
    planned < DAYS_AT_ONCE && now >= localInstant(addDays(day, 1), at, timeZone);
    day = addDays(day, 1)
  ) {
    await planDay(database, contract, day, now);
    planned += 1;
  }
  return planned;
}

/** The day of the first payment, with which the files begin; from then on every day has one. */
async function firstDay(
  database: Database,
  about: OutboundContract['about'],
): Promise<BusinessDate | undefined> {
  const [row] =
    'channel' in about
      ? await database.rows<{ day: BusinessDate }>(
          'SELECT business_date AS day FROM payment WHERE channel_id = ? ORDER BY payment_id LIMIT 1',
          [about.channel],
        )
      : await database.rows<{ day: BusinessDate }>(
          'SELECT source_business_date AS day FROM payment_leg WHERE source = ? ORDER BY source_business_date LIMIT 1',
          [about.source],
        );
  return row?.day;
}
