import { join } from 'node:path';
import { archiveFolder } from '#lib/files';
import type { Day } from '../ours';

/** Where the work of a day lies while it is in hand; whatever is there can be made again from the archive. */
export function workFolder(home: string, { source, businessDate }: Day): string {
  return join(home, 'work', source, businessDate);
}

/** The normalised lines of an archived file. */
export function linesPath(home: string, day: Day, fileNo: number, sha256: string): string {
  return join(workFolder(home, day), `${fileNo}-${sha256}.lines`);
}

/** Where the snapshot of our side of a run is kept, below the files of its day. */
export function snapshotPath(home: string, { source, businessDate }: Day, sha256: string): string {
  return join(archiveFolder(home, source, businessDate), `ours-${sha256}.parquet`);
}
