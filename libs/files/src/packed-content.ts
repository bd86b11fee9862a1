import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { Refused, shown } from './gates';
import type { Packing } from './settlement-format';

/** Below this many bytes no ratio is looked at: a short file of equal lines packs very well. */
const RATIO_FROM_BYTES = 1_048_576;
const LINK = 0o120_000;
const KIND = 0o170_000;
/** How packed things begin: zip, gzip, 7z, xz, bzip2, rar. */
const PACKED = ['504b0304', '1f8b', '377abcaf271c', 'fd377a585a00', '425a68', '526172211a07'];

/**
 * Unpacks gzip as it streams, within its limits.
 * @throws Refused (while read) for a bomb, an archive in the archive, or bytes that are no gzip.
 */
export async function* gunzipped(bytes: AsyncIterable<Buffer>, packing: Packing): AsyncGenerator<Buffer> {
  let packed = 0;
  const counted = async function* () {
    for await (const chunk of bytes) {
      packed += chunk.length;
      yield chunk;
    }
  };
  const unpacked = createGunzip();
  pipeline(counted(), unpacked, () => undefined);
  try {
    yield* withinLimits(unpacked as AsyncIterable<Buffer>, packing, () => packed);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!code?.startsWith('Z_')) throw error;
    throw refused(shown(message), 'a whole gzip file', `the file is no whole gzip file: ${message}`);
  }
}

/**
 * Unpacks the one settlement file of a zip.
 * @throws Refused (while read) for a bomb, an archive in the archive, names that lead out of it, links and folders.
 */
export async function* unzipped(path: string, packing: Packing): AsyncGenerator<Buffer> {
  const zip = await opened(path);
  try {
    const entry = await onlyEntry(zip, packing);
    const stream = await zip.openReadStreamPromise(entry);
    yield* withinLimits(stream as AsyncIterable<Buffer>, packing, () => entry.compressedSize);
  } catch (error) {
    throw unreadableZip(error);
  } finally {
    zip.close();
  }
}

async function opened(path: string): Promise<ZipFile> {
  try {
    return await yauzl.openPromise(path, {
      lazyEntries: true,
      autoClose: false,
      strictFileNames: true,
      validateEntrySizes: true,
    });
  } catch (error) {
    throw unreadableZip(error);
  }
}

/** What the disk says is no fault of the file's sender. */
function unreadableZip(error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof Refused || code?.startsWith('E')) return error;
  return refused(shown(message), 'a whole zip file', `the zip cannot be read: ${message}`);
}

/** The zip library refuses names that are absolute or lead upwards by itself. */
async function onlyEntry(zip: ZipFile, { sizeMaxBytes }: Packing): Promise<Entry> {
  const { entryCount } = zip;
  const { value: entry } = entryCount === 1 ? await zip.eachEntry().next() : { value: undefined };
  if (!entry) throw refused(`${entryCount} entries`, 'one', `the zip has ${entryCount} entries, and not one`);
  const name = shown(entry.fileName);
  if (entry.fileName.endsWith('/')) throw refused(name, 'a file', `the zip has a folder in it: ${name}`);
  if (((entry.externalFileAttributes >>> 16) & KIND) === LINK)
    throw refused(name, 'a file', `the zip has a link in it: ${name}`);
  if (entry.isEncrypted()) throw refused(name, 'no password', `the zip is closed by a password`);
  if (entry.uncompressedSize > sizeMaxBytes) throw tooLarge(entry.uncompressedSize, sizeMaxBytes);
  return entry;
}

/** Lets bytes through until they are too many, by themselves or for what they were packed in. */
export async function* withinLimits(
  bytes: AsyncIterable<Buffer>,
  { ratioMax, sizeMaxBytes }: Pick<Packing, 'ratioMax' | 'sizeMaxBytes'>,
  packed: () => number,
): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of bytes) {
    if (size === 0) refuseNested(chunk);
    size += chunk.length;
    if (size > sizeMaxBytes) throw tooLarge(size, sizeMaxBytes);
    if (size > RATIO_FROM_BYTES && size > ratioMax * Math.max(1, packed()))
      throw refused(
        `over ${ratioMax} times as large`,
        `at most ${ratioMax} times`,
        `unpacked it is more than ${ratioMax} times as large as packed: no settlement file is`,
      );
    yield chunk;
  }
}

function refuseNested(chunk: Buffer): void {
  const start = chunk.subarray(0, 6).toString('hex');
  if (PACKED.some((magic) => start.startsWith(magic)))
    throw refused('an archive', 'a settlement file', 'there is an archive in the archive');
}

function tooLarge(size: number, sizeMax: number): Refused {
  return refused(`${size} bytes or more`, `at most ${sizeMax}`, `unpacked it has more than ${sizeMax} bytes`);
}

function refused(stated: string, expected: string, reason: string): Refused {
  return new Refused('packing_refused', null, stated, expected, reason);
}
