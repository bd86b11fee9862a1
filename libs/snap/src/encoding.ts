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
  const padding = (3 - (bytes % 3)) % 3;
  const digits = text.length === padded ? text.slice(0, padded - padding) : text;
  if (digits.length !== padded - padding || !/^[A-Za-z0-9+/]+$/.test(digits)) return undefined;
  if (text.slice(digits.length) !== (text.length === padded ? '='.repeat(padding) : '')) return undefined;
  // Where the size needs no padding the two spellings are one.
  const isPadded = text.length === padded;
  const isAccepted =
    (isPadded && accepted.includes('base64')) ||
    ((!isPadded || padding === 0) && accepted.includes('base64 unpadded'));
  return isAccepted ? Buffer.from(digits, 'base64') : undefined;
}
