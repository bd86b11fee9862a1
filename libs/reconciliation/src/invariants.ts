import { fromJson, type Statements } from '#lib/platform';
import { staleCarry, type Day } from './ours';
import {
  totalsFrom,
  totalsFromJson,
  totalsToJson,
  untiedEquation,
  type BreakSum,
  type RunTotals,
} from './totals';

/** What a check of the stored data found. */
export interface InvariantResult {
  id: 'I10' | 'I11' | 'I12';
  ok: boolean;
  /** How many things were looked at. */
  checked: number;
  firstCounterExample: string | null;
}

/**
 * Checks what reconciliation promises, from its tables alone: totals tie with their breaks and carry items pass from
 * day to day (I10), every file is worked once and every line is in one class (I11), every day has one run that counts
 * (I12). That a run follows from its archived inputs is what `replayRun` shows.
 */
export async function checkReconciliationInvariants(statements: Statements): Promise<InvariantResult[]> {
  return [await totalsTie(statements), await filesOnce(statements), await oneRunADay(statements)];
}

async function totalsTie(statements: Statements): Promise<InvariantResult> {
  const result = fresh('I10');
  for (const run of await effectiveRuns(statements)) {
    result.checked += 1;
    const name = nameOf(run);
    const stored = totalsFromJson(fromJson(run.totals));
    const untied = untiedEquation(stored);
    if (untied) fail(result, `${name}: ${untied}`);
    const computed = await totalsWithBreaks(statements, run.run_id, stored);
    if (totalsToJson(computed) !== totalsToJson(stored))
      fail(result, `${name}: its breaks add up to other totals than it was closed with`);
    const key = await staleCarry(statements, run.run_id, dayOf(run));
    if (key)
      fail(
        result,
        `${name}: ${key} is carried out of an earlier day and not into this one, or the reverse; run this day again`,
      );
  }
  return result;
}

/** The stored sides of a run with its breaks as they are in their table, added up anew. */
async function totalsWithBreaks(
  statements: Statements,
  runId: number,
  stored: RunTotals,
): Promise<RunTotals> {
  const breaks = await statements.rows<BreakSum>(
    `SELECT kind, our_st, their_st, COUNT(*) AS n, COALESCE(SUM(our_amount), 0) AS ours,
       COALESCE(SUM(their_amount), 0) AS theirs
     FROM recon_break WHERE run_id = ? AND kind <> 'clearing' GROUP BY kind, our_st, their_st`,
    [runId],
  );
  const { matched, agreed_failed: agreedFailed } = stored.kinds;
  return totalsFrom({ ...stored, matched, agreedFailed, breaks });
}

async function filesOnce(statements: Statements): Promise<InvariantResult> {
  const result = fresh('I11');
  for (const run of await effectiveRuns(statements)) {
    result.checked += 1;
    const name = nameOf(run);
    const [file] = await statements.rows<{ gate: string | null; details: string | null; runs: string }>(
      `SELECT gate, COALESCE((SELECT CAST(SUM(part.details) AS SIGNED) FROM recon_run mine JOIN recon_batch_file l ON l.batch_id = mine.batch_id
           JOIN settlement_file part ON part.file_id = l.file_id WHERE mine.run_id = ?), f.details) AS details,
         (SELECT COUNT(*) FROM recon_run r WHERE r.file_id = f.file_id AND r.effective_date IS NOT NULL) AS runs
       FROM settlement_file f WHERE f.file_id = ?`,
      [run.run_id, run.file_id],
    );
    if (!file) fail(result, `${name}: its file is not known`);
    else if (file.gate !== null) fail(result, `${name}: its file was refused (${file.gate})`);
    else if (Number(file.runs) > 1 && Number(file.details) > 0)
      fail(result, `${name}: ${file.runs} runs count on its one file`);

    const lines = totalsFromJson(fromJson(run.totals)).theirs.count;
    if (file && lines !== Number(file.details))
      fail(result, `${name}: the file has ${file.details} lines, the run was closed with ${lines}`);
    const [twice] = await statements.rows<{ line_no: number }>(
      'SELECT line_no FROM recon_break WHERE run_id = ? AND line_no IS NOT NULL GROUP BY file_no, line_no HAVING COUNT(*) > 1 LIMIT 1',
      [run.run_id],
    );
    if (twice) fail(result, `${name}: line ${twice.line_no} is in two classes`);
  }
  const [refused] = await statements.rows<{ run_id: number; gate: string }>(
    `SELECT r.run_id, f.gate FROM recon_run r JOIN settlement_file f ON f.file_id = r.file_id
     WHERE f.gate IS NOT NULL AND r.run_no IS NOT NULL LIMIT 1`,
  );
  if (refused) fail(result, `run ${refused.run_id} was closed on a file that was refused (${refused.gate})`);
  return result;
}

async function oneRunADay(statements: Statements): Promise<InvariantResult> {
  const result = fresh('I12');
  const days = await statements.rows<{
    source: string;
    business_date: string;
    closed: string;
    effective: string;
  }>(
    `SELECT source, business_date, COUNT(*) AS closed, COUNT(effective_date) AS effective
     FROM recon_run WHERE run_no IS NOT NULL GROUP BY source, business_date`,
  );
  for (const { source, business_date, closed, effective } of days) {
    result.checked += 1;
    if (Number(effective) !== 1)
      fail(result, `${source} ${business_date}: ${effective} of ${closed} closed runs count, must be 1`);
  }
  const [jobless] = await statements.rows<{ source: string; business_date: string; state: string }>(
    `SELECT j.source, j.business_date, j.state FROM recon_job j
       LEFT JOIN recon_run r ON r.source = j.source AND r.effective_date = j.business_date
     WHERE j.state IN ('matched', 'reported', 'archived') AND r.run_id IS NULL LIMIT 1`,
  );
  if (jobless)
    fail(
      result,
      `${jobless.source} ${jobless.business_date}: the job is ${jobless.state} and no run of the day counts`,
    );
  return result;
}

interface EffectiveRun {
  run_id: number;
  source: string;
  business_date: string;
  run_no: number;
  file_id: number;
  totals: unknown;
}

function effectiveRuns(statements: Statements): Promise<EffectiveRun[]> {
  return statements.rows<EffectiveRun>(
    `SELECT run_id, source, business_date, run_no, file_id, totals FROM recon_run
     WHERE effective_date IS NOT NULL ORDER BY source, effective_date`,
  );
}

function dayOf(run: EffectiveRun): Day {
  return { source: run.source, businessDate: run.business_date };
}

function nameOf(run: EffectiveRun): string {
  return `${run.source} ${run.business_date} run ${run.run_no}`;
}

function fresh(id: InvariantResult['id']): InvariantResult {
  return { id, ok: true, checked: 0, firstCounterExample: null };
}

function fail(result: InvariantResult, counterExample: string): void {
  result.ok = false;
  result.firstCounterExample ??= counterExample;
}
