/** How a signature is written: Base64 with or without its padding, or hex. */
export const SIGNATURE_ENCODINGS = ['base64', 'base64 unpadded', 'hex'] as const;
export type SignatureEncoding = (typeof SIGNATURE_ENCODINGS)[number];

/** Writes the bytes of a signature. */
export function encodeSignature(bytes: Buffer, encoding: SignatureEncoding): string {
  if (encoding === 'hex') return bytes.toString('hex');
  const text = bytes.toString('base64');
  return encoding === 'base64' ? text : text.replace(/=+$/, '');
}

/**
 * Reads a signature of a known size in one of the accepted encodings; its length tells them apart.
 * @returns undefined for any other length, and for characters the encoding does not have.
 */
export function decodeSignature(
  text: string,
  bytes: number,
  accepted: readonly SignatureEncoding[],
): Buffer | undefined {
  if (text.length === bytes * 2)
    return accepted.includes('hex') && /^[0-9a-fA-F]+$/.test(text) ? Buffer.from(text, 'hex') : undefined;
  const padded = Math.ceil(bytes / 3) * 4;
  const unpadded = padded - ((3 - (bytes % 3)) % 3);
  // Where the size needs no padding the two spellings are one.
  const isAccepted =
    (text.length === padded && accepted.includes('base64')) ||
    (text.length === unpadded && accepted.includes('base64 unpadded'));
  // Node also reads the URL-safe alphabet. Any other stray character makes the bytes too few or too many.
  if (!isAccepted || text.includes('-') || text.includes('_')) return undefined;
  const decoded = Buffer.from(text, 'base64');
  return decoded.length === bytes ? decoded : undefined;
}
