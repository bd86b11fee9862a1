import { archiveFolder, fetchFile, findFile, type Fetched } from '#lib/files';
import { onTheDayAfter } from './day-clock';
import { closedRun, effectiveRun, keepFile, wasWorked, type ClosedRun } from './files-and-runs';
import type { JobLease } from './job-lease';
import { countOurs, staleCarry } from './ours';
import { closedOutcome, type ReconOutcome } from './outcome';
import { openDropOf, type DayInHand, type ReconciliationTools } from './reconciliation-day';
import { writeReports } from './step-report';

const SOON_MS = 60_000;
const LATER_MAX_MS = 3_600_000;

/**
 * Looks at the drop and archives the day's file.
 * @returns undefined when there is a file to work; else how the day stands without one.
 */
export async function fetchStep(
  tools: ReconciliationTools,
  day: DayInHand,
  lease: JobLease,
): Promise<ReconOutcome | undefined> {
  const { database, clock } = tools;
  const effective = await effectiveRun(database, day);

  const arrival = await lookAtDrop(tools, day);
  if (arrival.kind === 'growing') {
    const reason = `${arrival.name} is still being written`;
    if (!effective) await waitForFile(tools, day, lease, reason);
    return { source: day.source, businessDate: day.businessDate, state: 'waiting', reason };
  }

  if (arrival.kind === 'ready' && !(effective && (await isNothingNew(tools, day, effective, arrival)))) {
    const { name, fetched } = arrival;
    await lease.move('file archived', clock.now(), async (statements) => ({
      fileId: await keepFile(statements, day, { ...fetched, name }, clock.now()),
      fileName: name,
    }));
    return undefined;
  }

  if (!effective) {
    const legs = await countOurs(database, day);
    const reason = `no file named ${day.format.name.text} for ${day.businessDate} is on the drop; ${legs} payments of ours wait for it`;
    await waitForFile(tools, day, lease, reason);
    return { source: day.source, businessDate: day.businessDate, state: 'waiting', reason };
  }

  // An earlier day was closed, or closed anew, after this one: the same file meets other carry items.
  if (await staleCarry(database, effective.runId, day)) {
    const { fileId, fileName } = effective;
    await lease.move('file archived', clock.now(), async () => ({ fileId, fileName }));
    return undefined;
  }
  return standAsClosed(tools, day, lease, effective);
}

type Arrival =
  | { kind: 'nothing' }
  | { kind: 'growing'; name: string }
  | { kind: 'ready'; name: string; seq: number; fetched: Fetched };

async function lookAtDrop(tools: ReconciliationTools, day: DayInHand): Promise<Arrival> {
  const drop = await openDropOf(tools, day);
  try {
    const found = await findFile(drop, day.format, day.businessDate, tools.jobs.stableMs);
    if (found.kind !== 'ready') return found;
    const folder = archiveFolder(tools.home, day.source, day.businessDate);
    const fetched = await fetchFile(drop, found.file, folder, tools.jobs.fileSizeMaxBytes);
    const { name } = found.file;
    return fetched ? { kind: 'ready', name, seq: found.seq, fetched } : { kind: 'growing', name };
  } finally {
    await drop.close();
  }
}

/** A content that was worked before stays worked, whatever its name; and a lower sequence replaces nothing. */
async function isNothingNew(
  { database, clock }: ReconciliationTools,
  day: DayInHand,
  effective: ClosedRun,
  { name, seq, fetched }: { name: string; seq: number; fetched: Fetched },
): Promise<boolean> {
  if (seq < (day.format.name.read(effective.fileName)?.seq ?? 0)) return true;
  const fileId = await database.transaction((statements) =>
    keepFile(statements, day, { ...fetched, name }, clock.now()),
  );
  return fileId === effective.fileId || (await wasWorked(database, fileId, day));
}

async function waitForFile(
  { clock, logger }: ReconciliationTools,
  day: DayInHand,
  lease: JobLease,
  reason: string,
): Promise<void> {
  const now = clock.now();
  const { source, businessDate } = day;
  const isMissed = now >= onTheDayAfter(businessDate, day.schedule.warnAt, day.format.cutOff.timeZone);
  logger[isMissed ? 'warn' : 'info']({ source, businessDate, reason }, 'settlement file awaited');
  await lease.move('no file yet', now, async () => ({ evidence: { reason }, nextAt: nextLook(day, now) }));
}

/** A day that has just fallen due is looked at each minute; the longer it waits, the less often, down to hourly. */
function nextLook(day: DayInHand, now: Date): Date {
  const dueAt = onTheDayAfter(day.businessDate, day.schedule.expectedAt, day.format.cutOff.timeZone);
  const pauseMs = Math.min(Math.max((now.getTime() - dueAt.getTime()) / 60, SOON_MS), LATER_MAX_MS);
  return new Date(now.getTime() + pauseMs);
}

/** The day stays closed by the run it has, unless that run was started before the day was over and missed sales. */
async function standAsClosed(
  tools: ReconciliationTools,
  day: DayInHand,
  lease: JobLease,
  run: ClosedRun,
): Promise<ReconOutcome> {
  const { database, clock, logger } = tools;
  const now = clock.now();
  const dueAt = onTheDayAfter(day.businessDate, day.schedule.expectedAt, day.format.cutOff.timeZone);
  const missed = now < dueAt ? 0 : (await countOurs(database, day)) - run.totals.ours.count;
  if (missed > 0) {
    const { source, businessDate } = day;
    const reason = `run ${run.runNo} was closed before ${missed} payments of the day; a file that replaces ${run.fileName} is needed`;
    logger.warn({ source, businessDate, reason }, 'settlement file awaited');
    await lease.move('closed too early', now, async () => ({
      evidence: { reason },
      nextAt: nextLook(day, now),
    }));
  } else {
    await lease.move('nothing new', now, async () => ({
      fileId: run.fileId,
      fileName: run.fileName,
      runId: run.runId,
    }));
  }
  if (run.reports === null) await writeReports(tools, day, run);
  return closedOutcome(database, await closedRun(database, run.runId), true);
}
