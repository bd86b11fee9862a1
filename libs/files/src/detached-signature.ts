import { open, readFile, stat } from 'node:fs/promises';
import { Refused, shown } from './gates';
import { keyFromEnvironment, requireSignature, type SecretByName } from './pgp-content';
import type { SettlementFormat } from './settlement-format';

/** A signature is a few hundred bytes; of several keys, a few thousand. */
const BYTES_MAX = 65_536;
/** What of a file is held in memory to check it. */
const FILE_BYTES_MAX = 268_435_456;

/** The name of the file with a file's signature; undefined where the format has none. */
export function signatureOf({ pgp }: Pick<SettlementFormat, 'pgp'>, name: string): string | undefined {
  return pgp?.detached && `${name}${pgp.detached}`;
}

/**
 * Holds a file, byte by byte as it came, against the signature beside it (RFC 9580, section 10.4), armored or binary. The
 * library wants the whole of it in memory, so it is bounded.
 * @param signaturePath where the signature lies; undefined: it did not come.
 * @throws Refused where it is missing, is none, or was not made by their key over these bytes.
 */
export async function requireDetachedSignature(
  { path, name, signaturePath }: { path: string; name: string; signaturePath: string | undefined },
  pgp: NonNullable<SettlementFormat['pgp']>,
  secret: SecretByName = keyFromEnvironment,
): Promise<void> {
  const { verify = '' } = pgp;
  const beside = shown(signatureOf({ pgp }, name) ?? '');
  if (signaturePath === undefined)
    throw wrong(
      null,
      verify,
      `its signature ${beside} is not there, and only the key of ${verify} may sign it`,
    );
  const openpgp = await import('openpgp');
  const signature = await signatureIn(signaturePath, beside, verify);
  const verificationKeys = await openpgp.readKey({ armoredKey: secret(verify) });
  const { size } = await stat(path);
  if (size > FILE_BYTES_MAX)
    throw wrong(
      `${size} bytes`,
      `at most ${FILE_BYTES_MAX}`,
      `the file has more than ${FILE_BYTES_MAX} bytes, which is too much for a signature beside it: have it packed, or signed inside`,
    );
  const message = await openpgp.createMessage({ binary: new Uint8Array(await readFile(path)) });
  const { signatures } = await openpgp.verify({
    message,
    signature,
    verificationKeys,
    format: 'binary',
  });
  await requireSignature(signatures, verify);
}

async function signatureIn(path: string, beside: string, verify: string) {
  const openpgp = await import('openpgp');
  const bytes = await start(path);
  const isArmored = bytes.subarray(0, 10).toString('latin1') === '-----BEGIN';
  const unreadable = (why: string) => wrong(beside, verify, `${beside} is no OpenPGP signature: ${why}`);
  if (bytes.length === 0) throw unreadable('it is empty');
  if (bytes.length > BYTES_MAX) throw unreadable(`it has more than ${BYTES_MAX} bytes`);
  try {
    return isArmored
      ? await openpgp.readSignature({ armoredSignature: bytes.toString('latin1') })
      : await openpgp.readSignature({ binarySignature: new Uint8Array(bytes) });
  } catch (error) {
    throw unreadable((error as Error).message);
  }
}

async function start(path: string): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(BYTES_MAX + 1), 0, BYTES_MAX + 1, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function wrong(stated: string | null, expected: string, reason: string): Refused {
  return new Refused('signature_wrong', null, stated ?? 'no signature', expected, reason);
}
