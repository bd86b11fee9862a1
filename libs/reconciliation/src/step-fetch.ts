import { keepArrival, lookAtDrop, seqOf, wasSeenSince } from './arrivals';
import { wasWorked, type Batch } from './batches';
import { dueTimes } from './due-times';
import { closedRun, effectiveRun, type ClosedRun } from './files-and-runs';
import type { JobLease, MoveChanges } from './job-lease';
import { countOurs, staleCarry } from './ours';
import { closedOutcome, type ReconOutcome } from './outcome';
import type { DayInHand, DayTools } from './reconciliation-day';
import {
  backTo,
  decisionNeeded,
  isReopened,
  moveUnlessSettled,
  reopenedBatch,
  rerunOf,
} from './reopened-days';
import { writeReports } from './step-report';

const SOON_MS = 60_000;
const LATER_MAX_MS = 3_600_000;

/**
 * Looks at the drop and archives the day's files.
 * @returns undefined when there is something to work; else how the day stands without it.
 */
export async function fetchStep(
  tools: DayTools,
  day: DayInHand,
  lease: JobLease,
): Promise<ReconOutcome | undefined> {
  const { database, clock } = tools;
  const effective = await effectiveRun(database, day);

  const arrival = await lookAtDrop(tools, day);
  if (arrival.kind === 'growing') {
    const { name, lacks } = arrival;
    const reason = lacks === undefined ? `${name} is still being written` : `${name} waits for ${lacks}`;
    if (!effective) await waitForFile(tools, day, lease, reason);
    return { source: day.source, businessDate: day.businessDate, state: 'waiting', reason };
  }

  if (arrival.kind === 'ready') {
    const batch = await keepArrival(tools, day, arrival.files, effective);
    if (!effective || (await isNew(tools, day, effective, batch))) {
      if (effective) {
        const content = await decisionFor(tools, effective, batch);
        const need = () => reopeningNeeded(tools, day, batch, content);
        return workAnew(tools, day, lease, effective, { content, need }, inHand(batch));
      }
      await lease.move('file archived', clock.now(), async () => inHand(batch));
      return undefined;
    }
  }

  if (!effective) return nothingYet(tools, day, lease, arrival.kind === 'nothing' ? arrival.near : []);

  const decided = await reopenedBatch(database, day);
  if (decided) {
    await lease.move('file archived', clock.now(), async () => inHand(decided));
    return undefined;
  }

  // An earlier day was closed, or closed anew, after this one: the same file meets other carry items.
  const isStale = await staleCarry(database, effective.runId, day);
  const content = rerunOf(effective.runId);
  if (isStale || (await isReopened(database, day, content))) {
    const why = `what an earlier day hands on changed after ${day.businessDate} was settled; its files are to be worked once more`;
    const need = () => decisionNeeded(tools, day, { content, why });
    const { batchId, fileId, fileName } = effective;
    return workAnew(tools, day, lease, effective, { content, need }, { batchId, fileId, fileName });
  }
  return standAsClosed(tools, day, lease, effective);
}

/**
 * Takes files of a closed day in hand, unless the day is settled and waits for people.
 * @param order.need what it waits for; told to people. It is asked again where the day is settled only now.
 */
async function workAnew(
  tools: DayTools,
  day: DayInHand,
  lease: JobLease,
  effective: ClosedRun,
  { content, need }: { content: string; need: () => Promise<string | undefined> },
  files: MoveChanges,
): Promise<ReconOutcome | undefined> {
  let undecided = await need();
  if (
    undecided === undefined &&
    !(await moveUnlessSettled(tools, lease, 'file archived', content, async () => files))
  )
    undecided = (await need()) ?? 'the day has just been settled';
  return undecided === undefined ? undefined : standAsClosed(tools, day, lease, effective, undecided);
}

function inHand({ batchId, content, files }: Batch): MoveChanges {
  const [first] = files;
  if (!first) throw new Error(`batch ${batchId} has no files`);
  const names = files.map(({ fileName }) => fileName);
  return { batchId, fileId: first.fileId, fileName: first.fileName, evidence: { content, files: names } };
}

/**
 * Whether what lies on the drop takes the place of what counts: the same files under whatever name do not, nor does a
 * lower sequence. A content that counted before counts again where its sender has sent it once more since.
 */
async function isNew(
  { database }: DayTools,
  day: DayInHand,
  effective: ClosedRun,
  { batchId, files }: Batch,
): Promise<boolean> {
  if (batchId === effective.batchId) return false;
  const highest = Math.max(...files.map(({ fileName }) => seqOf(day, fileName)));
  const counting = seqOf(day, effective.fileName);
  if (highest !== counting) return highest > counting;
  if (!(await wasWorked(database, batchId))) return true;
  const names = files.map(({ fileName }) => fileName);
  return wasSeenSince(database, day.source, names, effective.closedAt);
}

/** What two people agree to where the day is settled: these files, or those that counted before, in the place of a run. */
async function decisionFor(
  { database }: DayTools,
  { runId }: ClosedRun,
  { batchId, content }: Batch,
): Promise<string> {
  return (await wasWorked(database, batchId)) ? backTo(runId, batchId) : content;
}

/** @returns what a file that came after its day was settled waits for. */
function reopeningNeeded(
  tools: DayTools,
  day: DayInHand,
  { files }: Batch,
  content: string,
): Promise<string | undefined> {
  const names = files
    .map(({ fileName, sha256 }) => `${fileName} (SHA-256 ${sha256.slice(0, 16)}…)`)
    .join(', ');
  return decisionNeeded(tools, day, { content, why: `${names} came after the day was settled` });
}

/**
 * Without a file a day waits, but for one without a sale whose source writes no file for such a day.
 * @param near names on the drop that were probably meant for the day.
 */
async function nothingYet(
  tools: DayTools,
  day: DayInHand,
  lease: JobLease,
  near: readonly string[],
): Promise<ReconOutcome> {
  const { database, clock } = tools;
  const { source, businessDate, format } = day;
  const legs = await countOurs(database, day);
  const isEmpty = legs === 0 && near.length === 0 && format.emptyDay === 'no_file';
  if (isEmpty && ['scheduled', 'waiting'].includes(lease.job.state)) {
    const reason = `nothing was sold on ${businessDate}, and ${source} writes no file for such a day`;
    await lease.move('nothing sold', clock.now(), async () => ({ evidence: { reason } }));
    return { source, businessDate, state: 'empty', reason };
  }
  // As JSON, so that a blank at the end is seen and nothing else of a stranger's name does harm.
  const hint =
    near.length === 0 ? '' : `; nearly fits: ${near.map((name) => JSON.stringify(name)).join(', ')}`;
  const reason = `no file named ${format.name.text} for ${businessDate} is on the drop${hint}; ${legs} payments of ours wait for it`;
  await waitForFile(tools, day, lease, reason);
  return { source, businessDate, state: 'waiting', reason };
}

async function waitForFile(
  { clock, logger, calendar }: DayTools,
  day: DayInHand,
  lease: JobLease,
  reason: string,
): Promise<void> {
  const now = clock.now();
  const { source, businessDate } = day;
  logger.info({ source, businessDate, reason }, 'settlement file awaited');
  const nextAt = nextLook(dueTimes(day, calendar).expectedAt, now);
  await lease.move('no file yet', now, async () => ({ evidence: { reason }, nextAt }));
}

/** A day that has just fallen due is looked at each minute; the longer it waits, the less often, down to hourly. */
function nextLook(dueAt: Date, now: Date): Date {
  const pauseMs = Math.min(Math.max((now.getTime() - dueAt.getTime()) / 60, SOON_MS), LATER_MAX_MS);
  return new Date(now.getTime() + pauseMs);
}

/** The day stays closed by the run it has, unless that run was started before the day was over and missed sales. */
async function standAsClosed(
  tools: DayTools,
  day: DayInHand,
  lease: JobLease,
  run: ClosedRun,
  undecided?: string,
): Promise<ReconOutcome> {
  const { database, clock, logger } = tools;
  const now = clock.now();
  const dueAt = dueTimes(day, tools.calendar).expectedAt;
  const missed = now < dueAt ? 0 : (await countOurs(database, day)) - run.totals.ours.count;
  const { batchId, fileId, fileName, runId } = run;
  if (missed > 0) {
    const { source, businessDate } = day;
    const reason = `run ${run.runNo} was closed before ${missed} payments of the day; a file that replaces ${fileName} is needed`;
    logger.warn({ source, businessDate, reason }, 'settlement file awaited');
    const nextAt = nextLook(dueAt, now);
    await lease.move('closed too early', now, async () => ({ evidence: { reason }, nextAt }));
  } else {
    await lease.move('nothing new', now, async () => ({
      batchId,
      fileId,
      fileName,
      runId,
      evidence: undecided === undefined ? {} : { undecided },
    }));
  }
  if (run.reports === null) await writeReports(tools, day, run);
  const outcome = await closedOutcome(database, await closedRun(database, runId), true);
  return undecided === undefined ? outcome : { ...outcome, undecided };
}
