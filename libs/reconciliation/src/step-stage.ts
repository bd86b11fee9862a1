import { existsSync } from 'node:fs';
import { failPoint } from '#lib/platform';
import { readIntoLines } from './engine/normalised';
import { linesPath } from './engine/places';
import type { JobLease } from './job-lease';
import { rulesOf, rulesToJson } from './match-rules';
import type { DayInHand, ReconciliationTools } from './reconciliation-day';
import { archivedFile, archivedFiles } from './step-verify';

/**
 * Reads the lines of the verified file into one normalised file, and opens a run for them with the rules it will be
 * matched by. The lines lie beside the archive: they are made again wherever they are missing.
 */
export async function stageStep(tools: ReconciliationTools, day: DayInHand, lease: JobLease): Promise<void> {
  const { source, businessDate, format } = day;
  const file = await archivedFile(tools, day, lease);
  const now = tools.clock.now();
  await normalisedLines(tools, day, lease);
  failPoint('K10 batch staged', `${source} ${businessDate}`);

  await lease.move('lines staged', now, async (statements) => {
    await statements.run(
      `INSERT INTO recon_run (source, business_date, channel_id, file_id, file_name, state, rules, created_at)
       VALUES (?, ?, ?, ?, ?, 'staged', ?, ?)`,
      [
        source,
        businessDate,
        format.channel ?? null,
        file.fileId,
        lease.job.fileName ?? file.name,
        rulesToJson(rulesOf(format, businessDate)),
        now,
      ],
    );
    const [row] = await statements.rows<{ run_id: string }>('SELECT LAST_INSERT_ID() AS run_id');
    return { runId: Number(row?.run_id), evidence: {} };
  });
}

/** The files of normalised lines of a day in hand, made where they are not there. */
export async function normalisedLines(
  tools: ReconciliationTools,
  day: DayInHand,
  lease: JobLease,
): Promise<string[]> {
  const files = await archivedFiles(tools, day, lease);
  const paths: string[] = [];
  for (const [at, file] of files.entries()) {
    const path = linesPath(tools.home, day, at + 1, file.sha256);
    paths.push(path);
    if (existsSync(path)) continue;
    const read = await readIntoLines(file, at + 1, path);
    if (!read.ok)
      throw new Error(
        `the archived copy of ${file.name} has changed since it passed its gates: ${read.error.reason}`,
      );
  }
  return paths;
}
