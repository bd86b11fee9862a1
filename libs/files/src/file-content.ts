import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { gunzipped, unzipped, withinLimits } from './packed-content';
import { keyFromEnvironment, opened, type SecretByName } from './pgp-content';
import type { SettlementFormat } from './settlement-format';

const CHUNK_BYTES = 262_144;
/** What a message may unpack to, and by how much: PGP packs by itself. */
const PGP_LIMITS = { ratioMax: 200, sizeMaxBytes: 17_179_869_184 };

/**
 * The plain bytes of a file as it lies with us: decrypted, its signature checked, unpacked. A chunk holds until the next
 * one is asked for.
 * @throws Refused (while read) when it is not packed, encrypted or signed as its format says.
 */
export function fileContent(
  path: string,
  { packing, pgp }: Pick<SettlementFormat, 'packing' | 'pgp'>,
  secret: SecretByName = keyFromEnvironment,
): AsyncIterable<Buffer> {
  if (packing?.kind === 'zip') return unzipped(path, packing);
  if (!packing && !pgp) return chunksOf(path);
  const raw = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  let content: AsyncIterable<Buffer> = raw;
  // A signature beside the file is checked before, over the bytes as they came.
  const inFile = pgp?.detached === undefined ? pgp : pgp.decrypt && { decrypt: pgp.decrypt };
  if (inFile) {
    const message = opened(raw, inFile, secret);
    content = packing ? message : withinLimits(message, PGP_LIMITS, () => raw.bytesRead);
  }
  return packing ? gunzipped(content, packing) : content;
}

/** The SHA-256 of a file as it came, in hex. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of chunksOf(path)) hash.update(chunk);
  return hash.digest('hex');
}

/** The bytes of a file, the next chunk of which is read while one is worked; two pieces of memory hold any file. */
async function* chunksOf(path: string): AsyncGenerator<Buffer> {
  const handle = await open(path, 'r');
  const spare = [Buffer.allocUnsafeSlow(CHUNK_BYTES), Buffer.allocUnsafeSlow(CHUNK_BYTES)] as const;
  let next = readInto(handle, spare[0]);
  try {
    for (let turn = 1; ; turn += 1) {
      const chunk = await next;
      if (chunk.length === 0) return;
      next = readInto(handle, turn % 2 === 0 ? spare[0] : spare[1]);
      // It is heard of when it is waited for.
      next.catch(() => undefined);
      yield chunk;
    }
  } finally {
    await next.catch(() => undefined);
    await handle.close();
  }
}

async function readInto(handle: FileHandle, memory: Buffer): Promise<Buffer> {
  const { bytesRead } = await handle.read(memory, 0, memory.length, null);
  return memory.subarray(0, bytesRead);
}
