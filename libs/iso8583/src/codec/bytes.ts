/** The bytes of one message, also as text of one character a byte, and how far they are read. */
export class Cursor {
  at = 0;
  /** Why reading stopped; undefined while all is well. */
  problem: string | undefined = undefined;
  /** Values are cut from it: far cheaper than a text made of each one's bytes. */
  readonly text: string;
  readonly end: number;

  constructor(readonly bytes: Buffer) {
    this.text = bytes.toString('latin1');
    this.end = bytes.length;
  }

  /** Stops the reading here. */
  refuse(problem: string): '' {
    this.problem = problem;
    return '';
  }
}

/** Reads one value and moves the cursor behind it; says why in the cursor where it cannot. */
export type Read = (cursor: Cursor) => string;

/**
 * Writes one value into a buffer.
 * @returns the place behind it.
 * @throws ValueRefused where the value does not fit its field.
 */
export type Write = (value: string, out: Uint8Array, at: number) => number;

/** A value that its field cannot hold; the codec says which field. */
export class ValueRefused extends Error {}
