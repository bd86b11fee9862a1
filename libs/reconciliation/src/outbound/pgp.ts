import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { SettingError } from '#lib/platform';
import type { OutboundContract } from './contract';

/** Files above this are not encrypted in memory; the contract must do without PGP then. */
const SIZE_MAX = 512 * 1_048_576;

/**
 * Encrypts a file for its receiver, and signs it where the contract says so; the encrypted one appears whole or not at all.
 * Keys are files (RFC 9580, armored) that settings name: `<name>_FILE`.
 * @throws SettingError when a key is missing.
 */
export async function encryptFile(
  plain: string,
  encrypted: string,
  { encryptTo, signWith }: NonNullable<OutboundContract['pgp']>,
): Promise<void> {
  const openpgp = await import('openpgp');
  const bytes = await readFile(plain);
  if (bytes.length > SIZE_MAX) throw new Error(`${plain} has ${bytes.length} bytes, too many for PGP`);
  const message = await openpgp.createMessage({ binary: new Uint8Array(bytes) });
  const sealed = await openpgp.encrypt({
    message,
    encryptionKeys: await openpgp.readKey({ armoredKey: await keyOf(encryptTo) }),
    ...(signWith === undefined
      ? {}
      : { signingKeys: await openpgp.readPrivateKey({ armoredKey: await keyOf(signWith) }) }),
    format: 'binary',
  });
  const part = `${encrypted}.part`;
  try {
    await writeFile(part, sealed as Uint8Array, { mode: 0o600 });
    await rename(part, encrypted);
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
