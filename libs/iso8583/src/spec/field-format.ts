/**
 * What characters a value may have. ISO 8583:1987 section 4: a letters, n digits, s specials; b binary; z the code set
 * of tracks 2 and 3.
 */
export type FieldType = 'a' | 'n' | 'an' | 'ans' | 'b' | 'z';

/** A field's type and how long it is: fixed, or up to so many with a length of so many digits before it. */
export interface FieldFormat {
  type: FieldType;
  /** Characters; bytes where the type is b. */
  length: number;
  /** 0 where the length is fixed. */
  lengthDigits: 0 | 2 | 3 | 4;
}

const FORMAT = /^(ans|an|a|n|b|z) ?(\.{2,4})?(\d{1,4})$/;

/**
 * Reads a format as ISO 8583 writes it: `n6`, `an12`, `n..19` (two digits of length), `ans...999`, `ans....9999`.
 * @throws RangeError when the text is no format.
 */
export function fieldFormat(text: string): FieldFormat {
  const match = FORMAT.exec(text);
  if (!match)
    throw new RangeError(`"${text}" is no field format; write for example n6, an12, n..19 or ans...999`);
  const [, type, dots = '', digits] = match;
  const length = Number(digits);
  const lengthDigits = dots.length as FieldFormat['lengthDigits'];
  if (length === 0) throw new RangeError(`"${text}" has no room for a value`);
  if (lengthDigits > 0 && length >= 10 ** lengthDigits)
    throw new RangeError(`"${text}" is longer than ${lengthDigits} digits of length can say`);
  return { type: type as FieldType, length, lengthDigits };
}
