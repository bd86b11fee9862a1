import { duplicateKey, fromJson } from '#lib/platform';
import { totalsFromJson } from '../totals';
import { listBreaks, type Break } from './break';
import { billerOf, bookedForBreaks, breakJournal, rowsOfJournals } from './books';
import { moveToWrite, unitOfMoves, type MoveToWrite } from './break-moves';
import type { AutoRule, BreakDesk } from './desk';
import { owedMore } from './resolutions';
import { endPause, pauseRules } from './rule-pauses';

/** What a rule has done in a run. Amounts in whole rupiah. */
export interface RuleRun {
  ruleNo: number;
  rule: string;
  closed: number;
  amount: bigint;
  /** It would have closed too much of the run's value, and closed nothing. */
  isStopped: boolean;
}

/** Breaks of one commit. */
const AT_ONCE = 200;

/** Each redo means that somebody was first with one of the breaks, or that the writer has too much to do. */
const REDO_MAX = 3;

/** The account that bears what a rule writes off: its cap keeps it a matter of rounding. */
const BORNE_BY = 'own:rounding';

/**
 * Applies the automatic rules of a run's source to its open breaks, once for each rule: small differences are written
 * off against rounding, repeated lines are closed as their mistake. A rule that would close more than the allowed part of
 * the run's value stops itself and says so. Safe to repeat.
 */
export async function applyAutoRules(desk: BreakDesk, runId: number): Promise<RuleRun[]> {
  const { database, termsOf, logger } = desk;
  const [run] = await database.rows<{ source: string; business_date: string; totals: unknown }>(
    'SELECT source, business_date, totals FROM recon_run WHERE run_id = ? AND effective_date IS NOT NULL',
    [runId],
  );
  if (!run) return [];
  const value = totalsFromJson(fromJson(run.totals)).theirs.amount;
  const { auto } = termsOf(run.source, run.business_date);
  const runs: RuleRun[] = [];
  const leftOut: string[] = [];
  for (const [index, rule] of auto.entries()) {
    if (rule.resolve !== 'write_off' && rule.resolve !== 'counterparty_error') continue;
    const done = await applyRule(desk, runId, index + 1, rule, value);
    if (done === 'known') continue;
    if ('leftOut' in done) {
      leftOut.push(done.leftOut);
      continue;
    }
    runs.push(done);
    const level = done.isStopped ? 'warn' : 'info';
    logger[level](
      { source: run.source, businessDate: run.business_date, ...done, amount: done.amount.toString() },
      done.isStopped ? 'an automatic rule stopped itself' : 'an automatic rule was applied',
    );
  }
  if (leftOut.length === 0) await endPause(desk, runId);
  else await pauseRules(desk, runId, leftOut.join('; '));
  return runs;
}

/** @returns `known`: applied before; `leftOut`: why not all of it could be written; a later look takes the rest. */
async function applyRule(
  desk: BreakDesk,
  runId: number,
  ruleNo: number,
  rule: AutoRule,
  value: bigint,
): Promise<RuleRun | 'known' | { leftOut: string }> {
  const { database } = desk;
  const known = await database.rows('SELECT 1 FROM break_rule_run WHERE run_id = ? AND rule_no = ?', [
    runId,
    ruleNo,
  ]);
  if (known.length > 0) return 'known';
  const text = `${rule.kind}${rule.statuses === undefined ? '' : ` ${rule.statuses}`} up to ${rule.max}: ${rule.resolve}`;
  let why: string | undefined;
  for (let attempt = 1; attempt <= REDO_MAX; attempt += 1) {
    const matching = await matchingOf(desk, runId, rule);
    const before = await closedBefore(desk, runId, ruleNo);
    const amount = before.amount + matching.reduce((sum, one) => sum + one.amount, 0n);
    const isStopped = amount * 10_000n > value * BigInt(desk.rules.ruleStopBps);
    // In the end each by itself: one that cannot be written keeps no other open.
    const piece = attempt === REDO_MAX ? 1 : AT_ONCE;
    why = isStopped ? undefined : await closeAllByRule(desk, matching, { rule, ruleNo, text, runId, piece });
    if (why !== undefined) continue;
    const after = await closedBefore(desk, runId, ruleNo);
    const done: RuleRun = {
      ruleNo,
      rule: text,
      closed: after.closed,
      amount: isStopped ? amount : after.amount,
      isStopped,
    };
    await keepRuleRun(desk, runId, done);
    return done;
  }
  return { leftOut: `rule ${ruleNo} (${text}) cannot be written: ${why ?? 'it was not tried'}` };
}

/** What was booked for and reopened is left to people: a rule would book the whole difference on top of it. */
async function matchingOf({ database }: BreakDesk, runId: number, rule: AutoRule): Promise<Break[]> {
  const found = await listBreaks(database, {
    runId,
    kind: rule.kind,
    ...(rule.statuses === undefined ? {} : { sub: rule.statuses }),
    amountMax: rule.max,
    states: ['open', 'investigating', 'reopened'],
    rowsMax: 1_000_000,
  });
  const booked = await bookedForBreaks(
    database,
    found.map(({ breakId }) => breakId),
  );
  return found.filter(({ breakId }) => !booked.has(breakId));
}

/** Kept once: whoever else applied the rule to the same run has closed the same. */
async function keepRuleRun(
  { database, clock }: BreakDesk,
  runId: number,
  { ruleNo, rule, closed, amount, isStopped }: RuleRun,
): Promise<void> {
  try {
    await database.run(
      'INSERT INTO break_rule_run (run_id, rule_no, rule, closed, amount, stopped, at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      [runId, ruleNo, rule.slice(0, 200), closed, amount, isStopped ? 1 : 0, clock.now()],
    );
  } catch (error) {
    if (duplicateKey(error) === undefined) throw error;
  }
}

/** What the rule closed before its process ended in the middle of it. */
async function closedBefore(
  { database }: BreakDesk,
  runId: number,
  ruleNo: number,
): Promise<{ closed: number; amount: bigint }> {
  const [row] = await database.rows<{ closed: string; amount: string | null }>(
    "SELECT COUNT(*) AS closed, SUM(amount) AS amount FROM break_event WHERE run_id = ? AND event = 'closed by rule' AND by_user = ?",
    [runId, ruleName(ruleNo)],
  );
  return { closed: Number(row?.closed ?? 0), amount: BigInt(row?.amount ?? 0) };
}

/** A rule as it is applied to a run. */
interface Application {
  rule: AutoRule;
  ruleNo: number;
  /** As people read it. */
  text: string;
  runId: number;
  /** Breaks of one commit. */
  piece: number;
}

/** @returns why some were not written, the first reason; those of a piece in which somebody else was first are looked at again. */
async function closeAllByRule(
  desk: BreakDesk,
  matching: readonly Break[],
  application: Application,
): Promise<string | undefined> {
  let why: string | undefined;
  for (let from = 0; from < matching.length; from += application.piece) {
    const piece = matching.slice(from, from + application.piece);
    const leftOut = await closeByRule(desk, piece, application);
    why ??= leftOut;
  }
  return why;
}

async function closeByRule(
  desk: BreakDesk,
  breaks: readonly Break[],
  { rule, ruleNo, text, runId }: Application,
): Promise<string | undefined> {
  const at = desk.clock.now();
  const moves: MoveToWrite[] = [];
  const journals = [];
  for (const one of breaks) {
    const resolution = rule.resolve === 'write_off' ? 'write_off' : 'counterparty_error';
    const move = moveToWrite(one, {
      event: 'closed by rule',
      by: ruleName(ruleNo),
      at,
      reason: text,
      amount: one.amount,
      runId,
      resolution,
      outcome: resolution === 'write_off' && one.kind === 'amount' ? 'paid' : 'none',
    });
    const owed = owedMore(one);
    const billerId = await billerOf(desk.database, one);
    if (!move || (resolution === 'write_off' && (owed === 0n || billerId === undefined))) continue;
    moves.push(move);
    if (resolution !== 'write_off' || billerId === undefined) continue;
    const standsOn = desk.termsOf(one.source, one.businessDate).differenceStandsOn;
    const booking = { kind: 'write_off', billerId, owedMore: owed, against: BORNE_BY, standsOn } as const;
    const about = { eventNo: one.lastEventNo + 1, reason: `rule ${ruleNo}: ${text}`.slice(0, 200), at };
    journals.push(await breakJournal(desk.database, one, booking, about));
  }
  if (moves.length === 0) return undefined;
  const result = await desk.writer.commit(unitOfMoves(moves, { inserts: rowsOfJournals(journals) }));
  if (result.kind === 'committed') return undefined;
  desk.logger.warn({ runId, ruleNo, result }, 'an automatic rule came second and closed nothing of these');
  return `${breaks[0]?.breakId}: ${result.kind}`;
}

function ruleName(ruleNo: number): string {
  return `rule ${ruleNo}`;
}

/** What the automatic rules did in a run. */
export async function ruleRuns({ database }: Pick<BreakDesk, 'database'>, runId: number): Promise<RuleRun[]> {
  const rows = await database.rows<{
    rule_no: number;
    rule: string;
    closed: number;
    amount: string;
    stopped: number;
  }>('SELECT rule_no, rule, closed, amount, stopped FROM break_rule_run WHERE run_id = ? ORDER BY rule_no', [
    runId,
  ]);
  return rows.map(({ rule_no, rule, closed, amount, stopped }) => ({
    ruleNo: rule_no,
    rule,
    closed,
    amount: BigInt(amount),
    isStopped: stopped === 1,
  }));
}
