import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const FORMAT = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Seals secrets that live in tables: AES-256-GCM under the installation's data key, bound to their place. */
export class SecretBox {
  /** Names the key beside what it has sealed, without saying anything about it: 16 hex digits. */
  readonly keyId: string;
  private readonly key: Buffer;
  private readonly markKey: Buffer;

  /** @throws RangeError when the key is not 32 bytes in Base64. */
  constructor(keyBase64: string) {
    this.key = Buffer.from(keyBase64, 'base64');
    if (this.key.length !== 32) throw new RangeError('SIMPUL_DATA_KEY must be 32 bytes in Base64');
    this.markKey = Buffer.from(hkdfSync('sha256', this.key, '', 'marks', 32));
    this.keyId = Buffer.from(hkdfSync('sha256', this.key, '', 'key id', 8)).toString('hex');
  }

  /**
   * What tells one secret from others without saying it: always the same for it, and nobody makes it without the key.
   * @param place as in `seal`; the same secret has another mark elsewhere.
   * @returns 32 hex digits.
   */
  mark(secret: string, place: string): string {
    return createHmac('sha256', this.markKey).update(`${place}\n${secret}`).digest('hex').slice(0, 32);
  }

  /**
   * The same of a whole message.
   * @returns 32 bytes.
   */
  trace(message: Buffer, place: string): Buffer {
    return createHmac('sha256', this.markKey).update(`${place}\n`).update(message).digest();
  }

  /** @param place table, row and column; a sealed value copied elsewhere does not open. */
  seal(secret: string, place: string): Buffer {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, iv).setAAD(Buffer.from(place));
    const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.of(FORMAT), iv, cipher.getAuthTag(), sealed]);
  }

  /** @throws Error when the value was sealed under another key, for another place, or was changed. */
  open(sealed: Buffer, place: string): string {
    if (sealed[0] !== FORMAT) throw new Error(`the secret of ${place} has an unknown format`);
    const iv = sealed.subarray(1, 1 + IV_BYTES);
    const tag = sealed.subarray(1 + IV_BYTES, 1 + IV_BYTES + TAG_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', this.key, iv).setAAD(Buffer.from(place)).setAuthTag(tag);
    try {
      const opened = Buffer.concat([
        decipher.update(sealed.subarray(1 + IV_BYTES + TAG_BYTES)),
        decipher.final(),
      ]);
      return opened.toString('utf8');
    } catch (error) {
      throw new Error(
        `the secret of ${place} does not open: is SIMPUL_DATA_KEY the one it was sealed with?`,
        {
          cause: error,
        },
      );
    }
  }
}
