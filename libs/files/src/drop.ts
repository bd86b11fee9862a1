import { setTimeout as sleep } from 'node:timers/promises';
import type { BusinessDate } from '#lib/kernel';
import { companionOf } from './companion';
import { signatureOf } from './detached-signature';
import type { SettlementFormat } from './settlement-format';

/** A regular file on the other side, as its listing shows it. */
export interface RemoteFile {
  name: string;
  /** The folder of the drop that lists it; a name may stand in several. */
  folder: string;
  /** Bytes. */
  size: number;
  /** Milliseconds since 1970 by their clock, in whole seconds. */
  modifiedAt: number;
}

/** Where a source leaves its files: their SFTP server, our inbox that they push into, or a folder of this machine. */
export interface Drop {
  /** Regular files of all its folders: a link could lead anywhere. */
  list(): Promise<RemoteFile[]>;
  /** The bytes of one of the listed files, in order and to its end. A chunk holds until the next one is asked for. */
  read(file: RemoteFile): AsyncIterable<Buffer>;
  close(): Promise<void>;
}

/** One of the files that make a day. */
export interface FoundFile {
  file: RemoteFile;
  seq: number;
  companion?: RemoteFile;
  /** The signature beside it. */
  signature?: RemoteFile;
}

/** What the drop holds for a day. */
export type Found =
  /** `near`: names on it that were probably meant for the day and do not fit the pattern, a few at most. */
  | { kind: 'nothing'; near: readonly string[] }
  /** It changed between two looks, or what belongs beside it is not there: its sender is still writing. */
  | { kind: 'growing'; name: string; lacks?: string }
  /** In the order of their sequence; at least one. */
  | { kind: 'ready'; files: readonly FoundFile[] };

/**
 * Looks for the files of a business date. One is ready once its companion and its signature are there; where a source writes neither, once two
 * listings `stableMs` apart show the same size and time. Names that do not fit the pattern are not looked at.
 */
export async function findFiles(
  drop: Drop,
  format: SettlementFormat,
  businessDate: BusinessDate,
  stableMs: number,
): Promise<Found> {
  const listing = await drop.list();
  const first = filesOfDay(listing, format, businessDate);
  if (first.length === 0) return nothingOf(listing, format, businessDate);
  if (format.companion || format.pgp?.detached) return withWhatBelongs(first, format);

  await sleep(stableMs);
  const again = await drop.list();
  const second = filesOfDay(again, format, businessDate);
  if (second.length === 0) return nothingOf(again, format, businessDate);
  const growing = second.find(({ file }, at) => !isSame(file, first[at]?.file));
  return growing ? { kind: 'growing', name: growing.file.name } : { kind: 'ready', files: second };
}

const NEAR_MAX = 3;

function nothingOf(
  listing: readonly RemoteFile[],
  { name }: SettlementFormat,
  businessDate: BusinessDate,
): Found {
  const near = listing.map((file) => file.name).filter((one) => name.isNearly(one, businessDate));
  return { kind: 'nothing', near: near.toSorted().slice(0, NEAR_MAX) };
}

/** Whether two looks show the same file, unchanged. */
export function isSame(a: RemoteFile, b: RemoteFile | undefined): boolean {
  return a.name === b?.name && a.folder === b.folder && a.size === b.size && a.modifiedAt === b.modifiedAt;
}

/**
 * The files of a listing that make a business date by their names, in the order of their sequence: the highest replaces
 * the others, or is one of several parts, as the format says.
 */
export function filesOfDay(
  listing: readonly RemoteFile[],
  format: SettlementFormat,
  businessDate: BusinessDate,
): FoundFile[] {
  const named = listing
    .flatMap((file): FoundFile[] => {
      const parts = format.name.read(file.name);
      if (parts?.businessDate !== businessDate) return [];
      const beside = (wanted: string | undefined) =>
        listing.find(({ name, folder }) => folder === file.folder && name === wanted);
      const companion = beside(companionOf(format, file.name));
      const signature = beside(signatureOf(format, file.name));
      return [{ file, seq: parts.seq, ...(companion && { companion }), ...(signature && { signature }) }];
    })
    .toSorted(byAge);
  if (format.seq === 'replace') return named.slice(-1);
  // Names such as _1 and _001 are one part; the newest of them is that part.
  return named.filter((one, at) => one.seq !== named[at + 1]?.seq);
}

/** By sequence; within one, time, name and folder decide, so that every look decides alike. */
function byAge(a: FoundFile, b: FoundFile): number {
  const textOf = ({ file }: FoundFile) => `${file.name}/${file.folder}`;
  return a.seq - b.seq || a.file.modifiedAt - b.file.modifiedAt || (textOf(a) < textOf(b) ? 1 : -1);
}

function withWhatBelongs(files: readonly FoundFile[], format: SettlementFormat): Found {
  for (const { file, companion, signature } of files) {
    const { name } = file;
    const lacks =
      (companion ? undefined : companionOf(format, name)) ??
      (signature ? undefined : signatureOf(format, name));
    if (lacks !== undefined) return { kind: 'growing', name, lacks };
  }
  return { kind: 'ready', files };
}
