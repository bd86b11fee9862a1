import { randomUUID } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { formatOn, type Formats } from '#lib/files';
import { fromJson, type Statements } from '#lib/platform';
import { archivedCopy } from './archived-copy';
import { batchOf } from './batches';
import { limitsFor, withDuck } from './engine/duck';
import { BREAK_COLUMNS, foundBreaks, matchArchived } from './engine/match-archived';
import { readIntoLines } from './engine/normalised';
import { snapshotPath } from './engine/places';
import { sha256OfFile } from './engine/snapshot';
import { rulesFromJson } from './match-rules';
import { totalsFromJson, totalsToJson } from './totals';

/** What became of a replay. */
export interface ReplayOutcome {
  source: string;
  businessDate: string;
  /** Number of the run within its day. */
  run: number;
  same: boolean;
  breaks: number;
  /** Where the two differ first; null where they are the same. */
  difference: { where: string; stored: string; replayed: string } | null;
}

/** The run that was asked for cannot be replayed; the message says why. */
export class CannotReplay extends Error {}

interface ReplayRequest {
  statements: Statements;
  /** Folder of the installation, where the two inputs are archived. */
  home: string;
  formats: Formats;
  /** `recon_run.run_id`. */
  runId: number;
}

/**
 * Makes a closed run again from its two archived inputs and its rules alone, and compares breaks, totals and bridge with
 * what was stored, byte for byte. Nothing is written.
 * @throws CannotReplay when an input is missing, or is not what its SHA-256 says.
 */
export async function replayRun({ statements, home, formats, runId }: ReplayRequest): Promise<ReplayOutcome> {
  const run = await runToReplay(statements, runId);
  const work = join(home, 'work', 'replay', randomUUID());
  try {
    const ours = snapshotPath(home, run, run.oursSha256);
    await requireContent(ours, run.oursSha256, `the snapshot of run ${runId}`);
    const theirs = await linesAgain(statements, home, formats, run, join(work, 'lines'));
    const rows = Math.max(run.totals.ours.count + run.totals.carryIn.count, run.totals.theirs.count);
    return await withDuck(join(work, 'engine'), limitsFor(2 * rows), async (duck) => {
      const totals = await matchArchived(duck, { theirs, ours, rows }, run.rules);
      const replayed = textOfReplay(foundBreaks(duck, run.rules));
      const compared = await firstDifference(textOfStored(statements, runId), replayed);
      const difference =
        compared.difference ?? differenceOf('totals', totalsToJson(run.totals), totalsToJson(totals));
      const { source, businessDate, runNo } = run;
      return {
        source,
        businessDate,
        run: runNo,
        same: difference === null,
        breaks: compared.rows,
        difference,
      };
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function runToReplay(statements: Statements, runId: number) {
  const [row] = await statements.rows<{
    source: string;
    business_date: string;
    run_no: number | null;
    batch_id: number | null;
    ours_sha256: string | null;
    rules: unknown;
    totals: unknown;
  }>(
    'SELECT source, business_date, run_no, batch_id, ours_sha256, rules, totals FROM recon_run WHERE run_id = ?',
    [runId],
  );
  if (!row) throw new CannotReplay(`run ${runId} is not known; \`simpul recon list\` shows the runs`);
  if (row.run_no === null)
    throw new CannotReplay(`run ${runId} was never closed; there is nothing to compare`);
  if (row.ours_sha256 === null || row.rules === null || row.batch_id === null)
    throw new CannotReplay(`run ${runId} was closed before snapshots were archived; it cannot be made again`);
  return {
    source: row.source,
    businessDate: row.business_date,
    runNo: row.run_no,
    batchId: row.batch_id,
    oursSha256: row.ours_sha256,
    rules: rulesFromJson(fromJson(row.rules)),
    totals: totalsFromJson(fromJson(row.totals)),
  };
}

type RunToReplay = Awaited<ReturnType<typeof runToReplay>>;

/** Reads their archived files once more. @returns the paths of their normalised lines. */
async function linesAgain(
  statements: Statements,
  home: string,
  formats: Formats,
  { source, businessDate, batchId }: RunToReplay,
  folder: string,
): Promise<string[]> {
  const format = formatOn(formats, source, businessDate);
  if (!format) throw new CannotReplay(`${source} has no format that holds on ${businessDate}`);
  const { files } = await batchOf(statements, batchId);
  const paths: string[] = [];
  for (const [at, file] of files.entries()) {
    const { fileName, sha256, companion, signature } = file;
    const copy = await archivedCopy(home, { source, businessDate }, format, file).catch((error: unknown) => {
      throw new CannotReplay(`the archived copy of ${fileName} cannot be read: ${(error as Error).message}`);
    });
    await requireContent(copy.path, sha256, `the archived copy of ${fileName}`);
    if (companion !== null && copy.companionPath !== undefined)
      await requireContent(copy.companionPath, companion, `the archived control file of ${fileName}`);
    if (signature !== null && copy.signaturePath !== undefined)
      await requireContent(copy.signaturePath, signature, `the archived signature of ${fileName}`);
    const lines = join(folder, `${at + 1}-${sha256}`);
    const read = await readIntoLines(copy, at + 1, lines);
    if (!read.ok)
      throw new CannotReplay(
        `${fileName} does not pass its gates any more (${read.error.gate}): ${read.error.reason}`,
      );
    paths.push(lines);
  }
  return paths;
}

async function requireContent(path: string, sha256: string, what: string): Promise<void> {
  const status = await stat(path).catch(() => undefined);
  if (!status) throw new CannotReplay(`${what} is not in the archive (${path}); restore it from the backup`);
  if ((await sha256OfFile(path)) !== sha256)
    throw new CannotReplay(
      `${what} holds other bytes than its SHA-256 says (${path}); restore it from the backup`,
    );
}

const PAGE_ROWS = 5_000;

/** Every break as one line of text, in the order of the run. */
type Texts = AsyncGenerator<string>;

async function* textOfReplay(batches: ReturnType<typeof foundBreaks>): Texts {
  for await (const found of batches)
    for (const one of found) yield BREAK_COLUMNS.map((column) => one[column]).join('|');
}

const STORED_CELLS = BREAK_COLUMNS.map((column) => `IFNULL(${column}, '')`).join(', ');

/** A break of the ledger's check is found after the run, and is no part of it. */
async function* textOfStored(statements: Statements, runId: number): Texts {
  let after = '0';
  for (;;) {
    const page = await statements.rows<{ break_id: string; text: string }>(
      `SELECT break_id, CONCAT_WS('|', ${STORED_CELLS}) AS text
       FROM recon_break WHERE run_id = ? AND kind <> 'clearing' AND break_id > ? ORDER BY break_id LIMIT ${PAGE_ROWS}`,
      [runId, after],
    );
    for (const { text } of page) yield text;
    after = page.at(-1)?.break_id ?? after;
    if (page.length < PAGE_ROWS) return;
  }
}

async function firstDifference(stored: Texts, replayed: Texts) {
  for (let rows = 0; ; rows += 1) {
    const [one, other] = await Promise.all([stored.next(), replayed.next()]);
    if (one.done && other.done) return { rows, difference: null };
    const difference = differenceOf(
      `break ${rows + 1}`,
      one.done ? 'none' : one.value,
      other.done ? 'none' : other.value,
    );
    if (difference) return { rows, difference };
  }
}

function differenceOf(where: string, stored: string, replayed: string): ReplayOutcome['difference'] {
  return stored === replayed ? null : { where, stored, replayed };
}
