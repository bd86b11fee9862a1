import type { SFTPWrapper } from 'ssh2';

/** What every server must bear in one answer; larger ones are cut by some. */
const CHUNK_BYTES = 32_768;
/** Requests on their way at once: 2 MB, which fills a line of 100 Mbit/s over 160 ms. */
const IN_FLIGHT = 64;

/** A request for a chunk, and the memory that its answer fills. */
interface Asked {
  buffer: Buffer;
  read: Promise<number>;
}

/**
 * Reads a remote file in order and to its end, with many requests on their way at once: one at a time would wait for
 * the line at each of them. The memory of a chunk is used again once the next one is asked for: a file of any size would
 * otherwise leave all of its bytes to the collector.
 * @param size as the listing shows it; one request asks beyond it, so that a file that has grown is seen.
 * @param gone fails once the line is cut: what is asked after that is never answered.
 */
export async function* readAhead(
  sftp: SFTPWrapper,
  path: string,
  size: number,
  gone: Promise<never>,
): AsyncGenerator<Buffer> {
  const handle = await Promise.race([openFile(sftp, path), gone]);
  const onTheirWay: Asked[] = [];
  const spare: Buffer[] = [];
  let asked = 0;
  try {
    for (;;) {
      while (onTheirWay.length < IN_FLIGHT && asked <= size) {
        const buffer = spare.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES);
        const read = readChunk(sftp, handle, asked, buffer);
        // Whoever stops early leaves the rest to itself.
        read.catch(() => undefined);
        onTheirWay.push({ buffer, read });
        asked += CHUNK_BYTES;
      }
      const next = onTheirWay.shift();
      const bytes = next && (await Promise.race([next.read, gone]));
      if (!next || !bytes) return;
      yield next.buffer.subarray(0, bytes);
      if (bytes < CHUNK_BYTES) return;
      spare.push(next.buffer);
    }
  } finally {
    await Promise.race([closeFile(sftp, handle), gone.catch(() => undefined)]);
  }
}

function openFile(sftp: SFTPWrapper, path: string): Promise<Buffer> {
  return new Promise((resolve, reject) =>
    sftp.open(path, 'r', (error, handle) => (error ? reject(error) : resolve(handle))),
  );
}

/** Fills a chunk. @returns its bytes, fewer only at the end of the file: a server may answer with less than it was asked. */
async function readChunk(
  sftp: SFTPWrapper,
  handle: Buffer,
  position: number,
  buffer: Buffer,
): Promise<number> {
  let filled = 0;
  while (filled < CHUNK_BYTES) {
    const bytes = await new Promise<number>((resolve, reject) =>
      sftp.read(handle, buffer, filled, CHUNK_BYTES - filled, position + filled, (error, count) =>
        error ? reject(error) : resolve(count),
      ),
    );
    if (bytes === 0) break;
    filled += bytes;
  }
  return filled;
}

/** A server that is gone has closed it too. */
function closeFile(sftp: SFTPWrapper, handle: Buffer): Promise<void> {
  return new Promise((resolve) => {
    try {
      sftp.close(handle, () => resolve());
    } catch {
      resolve();
    }
  });
}
