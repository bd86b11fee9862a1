import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BusinessDate } from '#lib/kernel';
import type { SettlementFormat } from './settlement-format';

/** A regular file on the other side, as its listing shows it. */
export interface RemoteFile {
  name: string;
  /** Bytes. */
  size: number;
  /** Milliseconds since 1970 by their clock, in whole seconds. */
  modifiedAt: number;
}

/** The folder in which a source leaves its files. */
export interface Drop {
  /** Regular files only: a link could lead anywhere. */
  list(): Promise<RemoteFile[]>;
  /** The bytes of one of the listed files. */
  read(name: string): Readable;
  close(): Promise<void>;
}

/** What the drop holds for a day. */
export type Found =
  | { kind: 'nothing' }
  /** It changed between two looks, so its sender is still writing. */
  | { kind: 'growing'; name: string }
  | { kind: 'ready'; file: RemoteFile; seq: number };

/**
 * Looks for the file of a business date: the highest sequence replaces those before it, and a file is ready once two
 * listings `stableMs` apart show the same size and time. Names that do not fit the pattern are not looked at.
 */
export async function findFile(
  drop: Drop,
  format: SettlementFormat,
  businessDate: BusinessDate,
  stableMs: number,
): Promise<Found> {
  const first = newest(await drop.list(), format, businessDate);
  if (!first) return { kind: 'nothing' };
  await sleep(stableMs);
  const second = newest(await drop.list(), format, businessDate);
  if (!second) return { kind: 'nothing' };
  return isSame(first.file, second.file)
    ? { kind: 'ready', ...second }
    : { kind: 'growing', name: second.file.name };
}

/** Whether two looks show the same file, unchanged. */
export function isSame(a: RemoteFile, b: RemoteFile | undefined): boolean {
  return a.name === b?.name && a.size === b.size && a.modifiedAt === b.modifiedAt;
}

function newest(
  files: readonly RemoteFile[],
  format: SettlementFormat,
  businessDate: BusinessDate,
): { file: RemoteFile; seq: number } | undefined {
  return (
    files
      .flatMap((file) => {
        const parts = format.name.read(file.name);
        return parts?.businessDate === businessDate ? [{ file, seq: parts.seq }] : [];
      })
      // Names such as _1 and _001 share a sequence; time and name decide, so that every look decides alike.
      .toSorted(
        (a, b) =>
          b.seq - a.seq || b.file.modifiedAt - a.file.modifiedAt || (a.file.name < b.file.name ? -1 : 1),
      )[0]
  );
}
