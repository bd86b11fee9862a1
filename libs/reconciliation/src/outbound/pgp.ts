import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { SettingError } from '#lib/platform';
/** Files above this are not encrypted or signed in memory; the contract must do without PGP then. */
const SIZE_MAX = 512 * 1_048_576;

/**
 * Encrypts a file for its receiver, and signs it where the contract says so; the encrypted one appears whole or not at all.
 * Keys are files (RFC 9580, armored) that settings name: `<name>_FILE`.
 * @throws SettingError when a key is missing.
 */
export async function encryptFile(
  plain: string,
  encrypted: string,
  { encryptTo, signWith }: { encryptTo: string; signWith: string | undefined },
): Promise<void> {
  const openpgp = await import('openpgp');
  const message = await messageOf(plain);
  const sealed = await openpgp.encrypt({
    message,
    encryptionKeys: await openpgp.readKey({ armoredKey: await keyOf(encryptTo) }),
    ...(signWith === undefined
      ? {}
      : { signingKeys: await openpgp.readPrivateKey({ armoredKey: await keyOf(signWith) }) }),
    format: 'binary',
  });
  await writeWhole(encrypted, sealed as Uint8Array);
}

/**
 * Signs a file, byte by byte as it goes, into a file beside it (RFC 9580, section 10.4): `.asc` armored, `.sig` binary.
 * @throws SettingError when the key is missing.
 */
export async function signBeside(
  path: string,
  { signWith, detached }: { signWith: string; detached: '.sig' | '.asc' },
): Promise<void> {
  const openpgp = await import('openpgp');
  const signed = {
    message: await messageOf(path),
    signingKeys: await openpgp.readPrivateKey({ armoredKey: await keyOf(signWith) }),
    detached: true as const,
  };
  const signature =
    detached === '.asc'
      ? await openpgp.sign({ ...signed, format: 'armored' })
      : await openpgp.sign({ ...signed, format: 'binary' });
  await writeWhole(`${path}${detached}`, signature);
}

async function messageOf(path: string) {
  const openpgp = await import('openpgp');
  const bytes = await readFile(path);
  if (bytes.length > SIZE_MAX) throw new Error(`${path} has ${bytes.length} bytes, too many for PGP`);
  return openpgp.createMessage({ binary: new Uint8Array(bytes) });
}

async function writeWhole(path: string, bytes: Uint8Array | string): Promise<void> {
  const part = `${path}.part`;
  try {
    await writeFile(part, bytes, { mode: 0o600 });
    await rename(part, path);
  } finally {
    await rm(part, { force: true });
  }
}

async function keyOf(name: string): Promise<string> {
  const path = process.env[`${name}_FILE`];
  if (!path)
    throw new SettingError(`the environment variable ${name}_FILE is missing: a file with the PGP key`);
  return readFile(path, 'utf8');
}
