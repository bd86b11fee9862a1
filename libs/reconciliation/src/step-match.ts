import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fromJson, type Statements } from '#lib/platform';
import { limitsFor, withDuck, type Duck } from './engine/duck';
import { paidOnOtherDates, type OtherDates } from './engine/other-dates';
import { endAlerts, raiseAlert, type Alert } from './alerts';
import { windowOf } from './day-clock';
import { isStatement } from '#lib/files';
import { BREAK_COLUMNS, foundBreaks, matchArchived, type FoundBreak } from './engine/match-archived';
import { snapshotPath, workFolder } from './engine/places';
import { sha256OfFile, takeSnapshot, type Snapshot } from './engine/snapshot';
import type { JobLease } from './job-lease';
import { rulesFromJson, type MatchRules } from './match-rules';
import { guessOurs } from './ours';
import type { DayInHand, ReconciliationTools } from './reconciliation-day';
import { normalisedLines } from './step-stage';
import { totalsToJson, TotalsDoNotTie, untiedEquation, type RunTotals } from './totals';

/**
 * Takes our side of the day, matches it with theirs, adds up and proves the bridge, all outside the database; then
 * writes breaks and totals and closes the run in place of the one before, in one commit.
 * @throws TotalsDoNotTie when a row is in no class or in two; the run stays open.
 */
export async function matchStep(tools: ReconciliationTools, day: DayInHand, lease: JobLease): Promise<void> {
  const { database, home } = tools;
  const { runId } = lease.job;
  if (runId === null) throw new Error(`the job of ${day.source} ${day.businessDate} has no run in hand`);
  const theirs = await normalisedLines(tools, day, lease);
  const run = await openRun(database, runId);
  const rows = Math.max(await guessOurs(database, day), run.details);
  const work = workFolder(home, day);
  // A worker that was killed here before left its own; whoever overslept beside us finds itself fenced out.
  await rm(join(work, 'engine'), { recursive: true, force: true });

  await withDuck(join(work, 'engine', randomUUID()), limitsFor(2 * rows), async (duck) => {
    const { timeZone } = day.format.cutOff;
    const taken = takeSnapshot(duck, database, { ...day, timeZone }, run.rules);
    const ours = taken.then(({ path }) => path);
    // It is heard of where it is waited for, which may be later than it fails.
    ours.catch(() => undefined);
    const [snapshot, totals] = await both(taken, matchArchived(duck, { theirs, ours, rows }, run.rules));
    const untied = untiedEquation(totals);
    if (untied) throw new TotalsDoNotTie(`${day.source} ${day.businessDate}: ${untied}`);
    const others = await otherDates(duck, day, totals);
    const sha256 = await archive(home, day, snapshot);
    await close(tools, day, lease, { duck, runId, snapshot, sha256, totals, rules: run.rules, others });
  });
  await rm(work, { recursive: true, force: true });
}

/** Waits for both to have ended, however they do: the engine they share may be closed then. */
async function both<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([a, b]);
  return Promise.all([a, b]);
}

/** What a run that was matched is closed with. */
interface MatchedRun {
  duck: Duck;
  runId: number;
  rules: MatchRules;
  snapshot: Snapshot;
  sha256: string;
  totals: RunTotals;
  others: OtherDates | undefined;
}

async function close(
  { clock, logger }: ReconciliationTools,
  day: DayInHand,
  lease: JobLease,
  run: MatchedRun,
): Promise<void> {
  const now = clock.now();
  await lease.move('bridge proven', now, async (statements) => {
    const { runId, snapshot, totals } = run;
    await inBatches(snapshot.carry, (items) =>
      statements.run(
        'INSERT INTO recon_carry (run_id, match_key, payment_id, leg_no, carry_until) VALUES ?',
        [items.map(({ matchKey, paymentId, legNo, until }) => [runId, matchKey, paymentId, legNo, until])],
      ),
    );
    for await (const found of foundBreaks(run.duck, run.rules))
      await inBatches(found, (some) => writeBreaks(statements, runId, some));
    const runNo = await closeRun(statements, day, run, now);
    await endAlerts(statements, day, ['other_date'], `run ${runNo}`, now);
    if (run.others) await raiseAlert(statements, logger, alertOf(day, runNo, run.others), now);
    const { others } = run;
    return {
      evidence: {
        run: runNo,
        details: totals.theirs.count,
        ours: run.sha256,
        ...(others && { otherDates: others }),
      },
    };
  });
}

/** A bank's entries have a date of value, which may be another than that of their statement. */
async function otherDates(
  duck: Duck,
  { format, businessDate }: DayInHand,
  totals: RunTotals,
): Promise<OtherDates | undefined> {
  if (isStatement(format.body) || totals.kinds.only_theirs.count === 0) return undefined;
  return paidOnOtherDates(duck, windowOf(businessDate, format.cutOff));
}

function alertOf(
  { source, businessDate }: DayInHand,
  runNo: number,
  { count, first, last }: OtherDates,
): Alert {
  const when = first.slice(0, 10) === last.slice(0, 10) ? first.slice(0, 10) : `${first} to ${last}`;
  const reason =
    `${count} lines that we do not know were paid on another business date than ${businessDate} (${when}): ` +
    'it may be the file of another day under this name';
  return { source, businessDate, kind: 'other_date', subject: `run ${runNo}`, reason };
}

const ROWS_PER_STATEMENT = 1_000;

async function inBatches<T>(rows: readonly T[], write: (some: T[]) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < rows.length; from += ROWS_PER_STATEMENT)
    await write(rows.slice(from, from + ROWS_PER_STATEMENT));
}

function writeBreaks(statements: Statements, runId: number, found: readonly FoundBreak[]): Promise<number> {
  return statements.run(`INSERT INTO recon_break (run_id, ${BREAK_COLUMNS.join(', ')}) VALUES ?`, [
    found.map((one) => [runId, ...BREAK_COLUMNS.map((column) => one[column])]),
  ]);
}

/** Moves the snapshot to its place in the archive. @returns its SHA-256. */
async function archive(home: string, day: DayInHand, { path }: Snapshot): Promise<string> {
  const sha256 = await sha256OfFile(path);
  const place = snapshotPath(home, day, sha256);
  await sync(path);
  await rename(path, place);
  await sync(dirname(place));
  return sha256;
}

/** What was written, or named, is durable only then. */
async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function openRun(
  statements: Statements,
  runId: number,
): Promise<{ rules: MatchRules; details: number }> {
  const [row] = await statements.rows<{ rules: unknown; details: string | null }>(
    `SELECT r.rules, (SELECT CAST(SUM(f.details) AS SIGNED) FROM recon_batch_file l JOIN settlement_file f ON f.file_id = l.file_id
       WHERE l.batch_id = r.batch_id) AS details
     FROM recon_run r WHERE r.run_id = ?`,
    [runId],
  );
  if (!row?.rules) throw new Error(`run ${runId} was opened without rules`);
  return { rules: rulesFromJson(fromJson(row.rules)), details: Number(row.details ?? 0) };
}

/** Makes this run the one that counts. @returns its number within the day. */
async function closeRun(
  statements: Statements,
  { source, businessDate }: DayInHand,
  { runId, totals, sha256 }: MatchedRun,
  now: Date,
): Promise<number> {
  const closedRuns = await statements.rows<{ run_no: number; effective_date: string | null }>(
    'SELECT run_no, effective_date FROM recon_run WHERE source = ? AND business_date = ? AND run_no IS NOT NULL',
    [source, businessDate],
  );
  const runNo = Math.max(0, ...closedRuns.map(({ run_no }) => run_no)) + 1;
  const superseded = closedRuns.find(({ effective_date }) => effective_date !== null)?.run_no ?? null;
  await statements.run(
    "UPDATE recon_run SET state = 'superseded', effective_date = NULL WHERE source = ? AND effective_date = ?",
    [source, businessDate],
  );
  const closed = await statements.run(
    `UPDATE recon_run SET state = 'closed', run_no = ?, effective_date = ?, supersedes = ?, totals = ?,
       ours_sha256 = ?, closed_at = ?
     WHERE run_id = ? AND state = 'staged'`,
    [runNo, businessDate, superseded, totalsToJson(totals), sha256, now, runId],
  );
  if (closed !== 1) throw new Error(`run ${runId} of ${source} ${businessDate} is no longer open`);
  return runNo;
}
