import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { SettingError } from './environment';

/** A server's certificate with its chain, and the key that belongs to it; both as PEM. */
export interface TlsMaterial {
  cert: Buffer;
  key: Buffer;
}

/**
 * Reads what a server speaks TLS with from the files that `<prefix>_TLS_CERTIFICATE_FILE` and `<prefix>_TLS_KEY_FILE`
 * name.
 * @param now a certificate that is not valid then is refused.
 * @returns undefined where neither is set.
 * @throws SettingError naming the variable, the file and the remedy.
 */
export function tlsFromEnvironment(prefix: string, now: Date): TlsMaterial | undefined {
  const [certificateName, keyName] = [`${prefix}_TLS_CERTIFICATE_FILE`, `${prefix}_TLS_KEY_FILE`];
  const [certificateFile, keyFile] = [process.env[certificateName] ?? '', process.env[keyName] ?? ''];
  if (certificateFile === '' && keyFile === '') return undefined;
  if (certificateFile === '' || keyFile === '')
    throw new SettingError(
      `${certificateFile === '' ? certificateName : keyName} is missing: give ${certificateName} and ${keyName}, or neither`,
    );
  const cert = read(certificateName, certificateFile);
  const key = read(keyName, keyFile);
  const certificate = certificateOf(cert, `${certificateName}: ${certificateFile}`);
  requireValid(certificate, now, `${certificateName}: ${certificateFile}`);
  if (!certificate.checkPrivateKey(keyOf(key, `${keyName}: ${keyFile}`)))
    throw new SettingError(
      `${keyName}: ${keyFile} is not the key of ${certificateFile}: give the two that were made together`,
    );
  return { cert, key };
}

function read(name: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new SettingError(
      `${name}: ${file} cannot be read (${(error as NodeJS.ErrnoException).code}): give a PEM file that this process may read`,
      { cause: error },
    );
  }
}

function certificateOf(pem: Buffer, what: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new SettingError(`${what} is no certificate: give a PEM file, the server's own certificate first`, {
      cause: error,
    });
  }
}

function keyOf(pem: Buffer, what: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw new SettingError(`${what} is no private key: give a PEM file without a passphrase`, {
      cause: error,
    });
  }
}

function requireValid({ validFrom, validTo }: X509Certificate, now: Date, what: string): void {
  if (now < new Date(validFrom))
    throw new SettingError(`${what} is valid only from ${validFrom}: set the clock right, or give another`);
  if (now > new Date(validTo))
    throw new SettingError(`${what} has expired on ${validTo}: renew it and start again`);
}
