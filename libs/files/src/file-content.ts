import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { gunzipped, unzipped, withinLimits } from './packed-content';
import { keyFromEnvironment, opened, type SecretByName } from './pgp-content';
import type { SettlementFormat } from './settlement-format';

const CHUNK_BYTES = 262_144;
/** What a message may unpack to, and by how much: PGP packs by itself. */
const PGP_LIMITS = { ratioMax: 200, sizeMaxBytes: 17_179_869_184 };

/**
 * The plain bytes of a file as it lies with us: decrypted, its signature checked, unpacked.
 * @throws Refused (while read) when it is not packed, encrypted or signed as its format says.
 */
export function fileContent(
  path: string,
  { packing, pgp }: Pick<SettlementFormat, 'packing' | 'pgp'>,
  secret: SecretByName = keyFromEnvironment,
): AsyncIterable<Buffer> {
  if (packing?.kind === 'zip') return unzipped(path, packing);
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
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }))
    hash.update(chunk as Buffer);
  return hash.digest('hex');
}
