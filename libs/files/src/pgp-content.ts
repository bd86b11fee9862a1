import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { setting } from '#lib/platform';
import { Refused } from './gates';

/** Gives a key by the name of its secret, as armored text. @throws when there is none. */
export type SecretByName = (name: string) => string;

/**
 * Reads a key from the file that the environment names: PGP_LPB01 stands for PGP_LPB01_FILE.
 * @throws SettingError when it names none.
 */
export function keyFromEnvironment(name: string): string {
  return readFileSync(
    setting(`${name}_FILE`, 'the file with this OpenPGP key, armored, without a password'),
    'utf8',
  );
}

/** What is done with the message that a file is. */
interface Pgp {
  decrypt?: string | undefined;
  verify?: string | undefined;
}

/**
 * Decrypts a message, checks its signature, or both, as it streams. Whoever takes the bytes may use them only when all
 * of them have come: the signature and the message's integrity are known at its end.
 * @throws Refused (while read) for a message that our key does not open, or that is not signed by theirs.
 */
export async function* opened(
  bytes: AsyncIterable<Buffer>,
  { decrypt, verify }: Pgp,
  secret: SecretByName,
): AsyncGenerator<Buffer> {
  const pgp = await import('openpgp');
  const decryptionKeys = decrypt && (await pgp.readPrivateKey({ armoredKey: secret(decrypt) }));
  const verificationKeys = verify && (await pgp.readKey({ armoredKey: secret(verify) }));
  const options = {
    format: 'binary' as const,
    ...(verificationKeys && { verificationKeys }),
    // Without it a whole message is held in memory; what comes out is used only after its end.
    config: { allowUnauthenticatedStream: true },
  };
  try {
    const message = await readMessage(pgp, bytes);
    const { data, signatures } = decryptionKeys
      ? await pgp.decrypt({ ...options, message, decryptionKeys })
      : await pgp.verify({ ...options, message, verificationKeys: verificationKeys || [] });
    for await (const chunk of data as unknown as ReadableStream<Uint8Array>) yield Buffer.from(chunk);
    if (verify) await requireSignature(signatures, verify);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // What the disk says is no fault of the file's sender.
    if (error instanceof Refused || code?.startsWith('E')) throw error;
    throw new Refused('not_decrypted', null, 'another message', 'a message to our key', `PGP: ${message}`);
  }
}

type OpenPgp = typeof import('openpgp');

async function readMessage(pgp: OpenPgp, bytes: AsyncIterable<Buffer>) {
  const iterator = bytes[Symbol.asyncIterator]();
  const first = await iterator.next();
  const start: Buffer = first.done ? Buffer.alloc(0) : first.value;
  const whole = async function* (): AsyncGenerator<Uint8Array> {
    yield start;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  };
  const isArmored = start.subarray(0, 10).toString('latin1') === '-----BEGIN';
  if (!isArmored) return pgp.readMessage({ binaryMessage: Readable.toWeb(Readable.from(whole())) as never });
  const text = async function* (): AsyncGenerator<string> {
    for await (const chunk of whole()) yield Buffer.from(chunk).toString('latin1');
  };
  return pgp.readMessage({ armoredMessage: Readable.toWeb(Readable.from(text())) as never });
}

/** A signature as the library has it. */
export interface Signed {
  verified: Promise<true>;
  keyID: { toHex(): string };
}

/** @throws Refused unless one of the signatures was made by this key over these bytes. */
export async function requireSignature(signatures: readonly Signed[], name: string): Promise<void> {
  const reason = (what: string) => `${what}; the key of ${name} must have signed it`;
  let wrong = new Refused('signature_wrong', null, 'no signature', name, reason('the file is not signed'));
  for (const { verified, keyID } of signatures)
    try {
      await verified;
      return;
    } catch (error) {
      const what = `its signature does not hold: ${(error as Error).message}`;
      wrong = new Refused('signature_wrong', null, `key ${keyID.toHex()}`, name, reason(what));
    }
  throw wrong;
}
