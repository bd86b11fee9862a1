import { randomUUID } from 'node:crypto';
import { mkdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { normaliseFile, type FileTotals, type GateFailure, type SettlementFile } from '#lib/files';
import type { Result } from '#lib/kernel';

/**
 * Holds an archived file to its gates and writes its normalised lines, which appear whole under their name or not at
 * all. Whoever overslept writes under a name of its own, so that it never puts another's half-written file in place.
 * @param fileNo tells the files of one batch apart, from 1.
 */
export async function readIntoLines(
  file: SettlementFile,
  fileNo: number,
  path: string,
): Promise<Result<FileTotals, GateFailure>> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const own = `${path}.${randomUUID()}`;
  const read = await normaliseFile(file, own, fileNo);
  if (read.ok) await rename(own, path);
  return read;
}
