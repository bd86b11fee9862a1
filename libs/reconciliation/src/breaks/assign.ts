import { lapse } from '#lib/audit';
import { formatRupiah, rupiah, type BusinessDate } from '#lib/kernel';
import type { Statements } from '#lib/platform';
import { bookedForBreaks } from './books';
import { listBreaks, type Break } from './break';
import { moveBreak, type BreakMove } from './break-moves';
import type { BreakDesk } from './desk';
import { dueAtOf } from './due';
import { FACTS, FOUND, type FoundRow } from './found';
import type { TwoSidesRow } from '../two-sides';

/** What became of the breaks of a run. */
export interface Assigned {
  opened: number;
  /** Found before, as they were or with other facts. */
  kept: number;
  /** Not found any more, or listed by a later file. */
  closed: number;
  /** Not found any more, and something stays booked for them that is to be taken back. */
  reopened: number;
}

interface RunRow {
  source: string;
  business_date: BusinessDate;
  run_no: number;
  file_name: string;
  sha256: string;
}

/**
 * Makes cases of the breaks of a closed run, in one transaction: new ones are opened with an owner and a due time, those
 * found before stay as people have left them, and what the run no longer finds is closed by it. Safe to repeat; a run
 * that no longer counts changes nothing.
 */
export async function assignBreaks(
  desk: Pick<BreakDesk, 'database' | 'clock' | 'rules' | 'isWorking'>,
  runId: number,
): Promise<Assigned> {
  const now = desk.clock.now();
  return desk.database.transaction(async (statements) => {
    const [run] = await statements.rows<RunRow>(
      'SELECT r.source, r.business_date, r.run_no, r.file_name, f.sha256 FROM recon_run r ' +
        'JOIN settlement_file f ON f.file_id = r.file_id WHERE r.run_id = ? AND r.effective_date IS NOT NULL FOR UPDATE',
      [runId],
    );
    if (!run) return { opened: 0, kept: 0, closed: 0, reopened: 0 };
    const { opened, kept } = await openFound(desk, statements, runId, run, now);
    await keepAsFound(statements, runId, run);
    await tellChanges(statements, runId, run, now);
    const closed =
      (await closeUnfound(statements, runId, run, now)) + (await closeCarried(statements, runId, run, now));
    const reopened = await reopenBooked(statements, runId, run, now);
    await statements.run('UPDATE recon_run SET breaks_at = ? WHERE run_id = ?', [now, runId]);
    return { opened, kept, closed, reopened };
  });
}

/** One statement for each own date and each due time; breaks that have a case are left alone. */
async function openFound(
  { rules, isWorking }: Pick<BreakDesk, 'rules' | 'isWorking'>,
  statements: Statements,
  runId: number,
  { source }: RunRow,
  now: Date,
): Promise<{ opened: number; kept: number }> {
  const classes = await statements.rows<{
    own_date: BusinessDate;
    kind: string;
    sub: string | null;
    n: string;
  }>(`SELECT own_date, kind, sub, COUNT(*) AS n FROM (${FOUND}) found GROUP BY own_date, kind, sub`, [runId]);
  for (const { own_date, kind, sub } of classes) {
    const dueAt = dueAtOf(rules, isWorking, source, own_date, { kind, sub });
    await statements.run(
      `INSERT INTO break_case (break_id, source, business_date, kind, match_key, line_key, sub, payment_id, leg_no,
         our_amount, their_amount, our_st, their_st, their_ref, line_no, amount, run_id, run_date, state, last_event_no,
         owner, due_at, opened_at)
       SELECT found.break_id, found.source, found.own_date, found.kind, found.match_key, found.line_key, found.sub,
         found.payment_id, found.leg_no, found.our_amount, found.their_amount, found.our_st, found.their_st,
         found.their_ref, found.line_no, found.amount, ?, found.run_date, IF(found.kind = 'late', 'carried', 'open'), 1,
         ?, ?, ?
       FROM (${FOUND}) found LEFT JOIN break_case c ON c.break_id = found.break_id
       WHERE c.break_id IS NULL AND found.own_date = ? AND found.kind = ? AND found.sub <=> ?`,
      [runId, rules.owner, dueAt, now, runId, own_date, kind, sub],
    );
  }
  const opened = await statements.run(
    `INSERT INTO break_event (break_id, event_no, from_state, event, to_state, by_user, amount, run_id, at)
     SELECT c.break_id, 1, 'new', IF(c.kind = 'late', 'found late', 'found'), c.state, 'the run', c.amount, c.run_id, ?
     FROM break_case c WHERE c.run_id = ? AND c.last_event_no = 1
       AND NOT EXISTS (SELECT 1 FROM break_event e WHERE e.break_id = c.break_id)`,
    [now, runId],
  );
  const found = classes.reduce((sum, { n }) => sum + Number(n), 0);
  return { opened, kept: found - opened };
}

const SAME_FACTS = FACTS.map((fact) => `c.${fact} <=> found.${fact}`).join(' AND ');

/** What is as it was stays as people have left it, and is known to stand in this run too. */
async function keepAsFound(statements: Statements, runId: number, { business_date }: RunRow): Promise<void> {
  await statements.run(
    `UPDATE break_case c JOIN (${FOUND}) found ON found.break_id = c.break_id
     SET c.run_id = ?, c.run_date = ?, c.line_no = found.line_no
     WHERE c.run_id <> ? AND ${SAME_FACTS} AND NOT (c.state = 'resolved' AND c.resolution = 'run')`,
    [runId, runId, business_date, runId],
  );
}

/** What is seen otherwise now, or turns up again after a run had closed it, is told in its history. */
async function tellChanges(statements: Statements, runId: number, run: RunRow, now: Date): Promise<void> {
  const rows = await statements.rows<FoundRow>(
    `SELECT found.break_id, found.sub, found.our_amount, found.their_amount, found.our_st, found.their_st,
       found.their_ref, found.line_no, found.amount
     FROM (${FOUND}) found JOIN break_case c ON c.break_id = found.break_id
     WHERE c.run_id <> ? OR NOT (${SAME_FACTS})`,
    [runId, runId],
  );
  const found = new Map(rows.map((row) => [row.break_id, row]));
  for (const before of await locked(statements, [...found.keys()])) {
    const row = found.get(before.breakId);
    if (!row) continue;
    const { break_id: _, ...columns } = row;
    const facts = { ...columns, run_id: runId, run_date: run.business_date };
    const again = before.kind === 'late' ? 'found late again' : 'found again';
    const event = before.state === 'resolved' ? again : 'facts changed';
    const reason =
      event !== 'facts changed'
        ? `run ${run.run_no} of ${run.business_date} finds it again`
        : `run ${run.run_no} of ${run.business_date} sees ${factsOf(row)}; before it was ${factsOf({
            our_amount: before.ourAmount?.toString() ?? null,
            their_amount: before.theirAmount?.toString() ?? null,
            our_st: before.ourStatus,
            their_st: before.theirStatus,
          })}`;
    // What people have ended for good stays ended, unless what they rested on has changed.
    await change(statements, before, {
      event,
      by: 'the run',
      at: now,
      runId,
      reason,
      facts,
      evidence: run.sha256,
    });
  }
}

function factsOf(row: TwoSidesRow): string {
  const side = (st: string | null, amount: string | null) =>
    amount === null ? 'nothing' : `${st ?? '?'} ${amount}`;
  return `ours ${side(row.our_st, row.our_amount)}, theirs ${side(row.their_st, row.their_amount)}`;
}

/**
 * What an earlier run of the day found and this one does not; but for what is booked and not taken back: the run alone
 * does not end that.
 */
async function closeUnfound(statements: Statements, runId: number, run: RunRow, now: Date): Promise<number> {
  const unfound = await statements.rows<{ break_id: string }>(
    "SELECT break_id FROM break_case WHERE source = ? AND run_date = ? AND run_id <> ? AND state <> 'resolved'",
    [run.source, run.business_date, runId],
  );
  const booked = await bookedForBreaks(
    statements,
    unfound.map(({ break_id }) => break_id),
  );
  const ids = unfound.filter(({ break_id }) => !booked.has(break_id));
  const reason = `run ${run.run_no} of ${run.business_date} (${run.file_name}) no longer finds it`;
  return closeAll(statements, ids, { event: 'no longer found', reason, runId, run, now });
}

/**
 * What people or a rule had ended by a journal, and a further run of the day no longer finds: the two sides agree, so the
 * journal is one too many, and people are asked to take it back. A refund is told once.
 */
async function reopenBooked(statements: Statements, runId: number, run: RunRow, now: Date): Promise<number> {
  const rows = await statements.rows<{ break_id: string; resolution: string }>(
    `SELECT break_id, resolution FROM break_case WHERE source = ? AND run_date = ? AND run_id <> ? AND state = 'resolved'
       AND kind <> 'late'`,
    [run.source, run.business_date, runId],
  );
  const ids = rows.map(({ break_id }) => break_id);
  const booked = await bookedForBreaks(statements, ids);
  const isRefund = new Set(rows.filter((row) => row.resolution === 'refund').map((row) => row.break_id));
  const stands = ids.filter((id) => {
    const { owedMore = 0n, isBooked = false } = booked.get(id) ?? {};
    return owedMore !== 0n || (isBooked && isRefund.has(id));
  });
  let reopened = 0;
  for (const before of await locked(statements, stands)) {
    const isMoved = await change(statements, before, {
      event: 'gone though booked',
      by: 'the run',
      at: now,
      runId,
      reason:
        `run ${run.run_no} of ${run.business_date} (${run.file_name}) no longer finds it; what was booked to end it ` +
        `stands (the biller is owed ${formatRupiah(rupiah(booked.get(before.breakId)?.owedMore ?? 0n))} more by it) and is to be taken back`,
      evidence: run.sha256,
      facts: { run_id: runId },
    });
    if (isMoved) reopened += 1;
  }
  return reopened;
}

/** Late rows of earlier days that this run took in and did not hand on: listed at last, or missing for good. */
async function closeCarried(statements: Statements, runId: number, run: RunRow, now: Date): Promise<number> {
  const rows = await statements.rows<{
    break_id: string;
    is_missing: string | number;
    leg_state: string | null;
  }>(
    `SELECT c.break_id, MAX(IF(b.break_id IS NULL, 0, 1)) AS is_missing, MAX(l.state) AS leg_state
     FROM recon_carry k JOIN break_case c ON c.match_key = k.match_key
       LEFT JOIN recon_break b ON b.run_id = k.run_id AND b.match_key = k.match_key AND b.kind = 'only_ours'
       LEFT JOIN payment_leg l ON l.payment_id = c.payment_id AND l.leg_no = c.leg_no
     WHERE k.run_id = ? AND c.source = ? AND c.kind = 'late' AND c.state = 'carried' AND c.run_id <> ?
     GROUP BY c.break_id`,
    [runId, run.source, runId],
  );
  const isMissing = (row: (typeof rows)[number]) => Number(row.is_missing) === 1;
  const isFailed = ({ leg_state }: (typeof rows)[number]) =>
    ['DECLINED', 'REVERSED', 'UNSERVED'].includes(leg_state ?? '');
  const missing = rows.filter(isMissing);
  const failed = rows.filter((row) => !isMissing(row) && isFailed(row));
  const listed = rows.filter((row) => !isMissing(row) && !isFailed(row));
  const day = `the file of ${run.business_date} (${run.file_name})`;
  const by = { runId, run, now };
  return (
    (await closeAll(statements, missing, {
      event: 'missing for good',
      reason: `${day} does not list it either; it is only ours now`,
      ...by,
    })) +
    (await closeAll(statements, failed, {
      event: 'no longer found',
      reason: 'the payment ended as not paid',
      ...by,
    })) +
    (await closeAll(statements, listed, { event: 'listed later', reason: `${day} lists it`, ...by }))
  );
}

async function closeAll(
  statements: Statements,
  ids: readonly { break_id: string }[],
  how: { event: BreakMove['event']; reason: string; runId: number; run: RunRow; now: Date },
): Promise<number> {
  let closed = 0;
  for (const before of await locked(
    statements,
    ids.map(({ break_id }) => break_id),
  )) {
    const { event, reason, runId, run, now } = how;
    const move: BreakMove = {
      event,
      by: 'the run',
      at: now,
      reason,
      runId,
      evidence: run.sha256,
      resolution: 'run',
    };
    if (await change(statements, before, move)) closed += 1;
  }
  return closed;
}

const AT_ONCE = 1_000;

/** Breaks in pieces, held until the end of the transaction, so that no person moves them under our hands. */
async function locked(statements: Statements, ids: readonly string[]): Promise<Break[]> {
  const breaks: Break[] = [];
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const piece = ids.slice(from, from + AT_ONCE);
    breaks.push(...(await listBreaks(statements, { ids: piece, forUpdate: true, rowsMax: AT_ONCE })));
  }
  return breaks;
}

/** A run's word about a break; a proposal that waited for a checker is void with it. */
async function change(statements: Statements, before: Break, move: BreakMove): Promise<boolean> {
  const isMoved = await moveBreak(statements, before, move);
  if (isMoved && before.state === 'proposed' && before.approvalId !== null)
    await lapse(statements, { approvalId: before.approvalId, at: move.at, note: move.reason ?? move.event });
  return isMoved;
}
