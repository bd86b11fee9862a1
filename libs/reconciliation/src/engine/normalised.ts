import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readSettlementFile, type FileToRead, type FileTotals, type GateFailure } from '#lib/files';
import type { Result } from '#lib/kernel';

/**
 * Reads an archived file into normalised lines, which appear whole under their name or not at all.
 * @param fileNo tells the files of one batch apart, from 1.
 */
export async function normalise(
  file: FileToRead,
  fileNo: number,
  path: string,
): Promise<Result<FileTotals, GateFailure>> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const part = `${path}.${randomUUID()}.part`;
  const handle = await open(part, 'wx', 0o600);
  try {
    const read = await readSettlementFile({
      ...file,
      onRows: async (rows) => {
        const lines = rows.map(({ lineNo, ourRef, theirRef, amount, status, paidAt }) =>
          [fileNo, lineNo, ourRef, theirRef ?? '', amount, status, paidAt ?? '', '', '', ''].join('\t'),
        );
        await handle.appendFile(`${lines.join('\n')}\n`);
      },
    });
    if (read.ok) await rename(part, path);
    return read;
  } finally {
    await handle.close();
    await rm(part, { force: true });
  }
}
