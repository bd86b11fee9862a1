import { createReadStream } from 'node:fs';

const CHUNK_BYTES = 262_144;

/** The bytes of a file as it lies with us. */
export function fileContent({ path }: { path: string }): AsyncIterable<Buffer> {
  return createReadStream(path, { highWaterMark: CHUNK_BYTES });
}
