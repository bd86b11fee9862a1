import type { SecretBox } from './secret-box';

/** A secret as it stands in a row: sealed, with the id of the key that opens it. */
export interface SealedSecret {
  keyId: string;
  sealed: Buffer;
}

/** Seals secrets under the installation's data key, and opens those of an earlier one too: a key is changed without a stop. */
export class SecretRing {
  private readonly boxes: ReadonlyMap<string, SecretBox>;

  /** @param older boxes of keys that nothing is sealed with any more. */
  constructor(
    /** Seals what is sealed today. */
    readonly current: SecretBox,
    ...older: readonly SecretBox[]
  ) {
    this.boxes = new Map([...older, current].map((box) => [box.keyId, box]));
  }

  /** @param place as in `SecretBox.seal`. */
  seal(secret: string, place: string): SealedSecret {
    return { keyId: this.current.keyId, sealed: this.current.seal(secret, place) };
  }

  /** @throws Error where it was sealed under a key that is not at hand, for another place, or was changed. */
  open({ keyId, sealed }: SealedSecret, place: string): string {
    const box = this.boxes.get(keyId);
    if (!box)
      throw new Error(`the secret of ${place} was sealed with the data key ${keyId}, which is not here`);
    return box.open(sealed, place);
  }

  /** The ids of the keys that are at hand. */
  get keyIds(): string[] {
    return [...this.boxes.keys()];
  }

  /** Whether a secret should be sealed anew, because its key is not the one of today. */
  isOld({ keyId }: Pick<SealedSecret, 'keyId'>): boolean {
    return keyId !== this.current.keyId;
  }
}
