import { readFileSync } from 'node:fs';
import { plainCopy, type FileToRead, type SettlementFormat } from '#lib/files';
import { setting } from '#lib/platform';
import type { BatchFile } from './batches';
import type { Day } from './ours';

/** A file of a day, at its place in the archive. */
export type ArchivedFile = FileToRead & { fileId: number; sha256: string };

/**
 * A file of a day with all that reading it needs: its private copy, that of its control file, and how to find its keys.
 * @throws Error when a copy is not in the archive.
 */
export async function archivedCopy(
  home: string,
  { source, businessDate }: Day,
  format: SettlementFormat,
  { fileId, fileName, sha256, companion, signature }: BatchFile,
): Promise<ArchivedFile> {
  const path = await plainCopy(home, source, businessDate, sha256);
  const beside = async (content: string | null) =>
    content === null ? undefined : plainCopy(home, source, businessDate, content);
  const [companionPath, signaturePath] = [await beside(companion), await beside(signature)];
  return { fileId, sha256, path, name: fileName, format, companionPath, signaturePath, secret: keyByName };
}

/** A PGP key by the name that its format gives it: the text of the file that `<name>_FILE` names. */
function keyByName(name: string): string {
  return readFileSync(setting(`${name}_FILE`, 'file with an armored PGP key for settlement files'), 'utf8');
}
