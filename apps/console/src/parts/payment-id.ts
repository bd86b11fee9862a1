/** Crockford's base 32, as Payment IDs are written. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 12;

/**
 * What a text is, as far as its check character tells while it is typed: a Payment ID; one with a slip of the finger; or
 * something else, such as a reference.
 */
export function checkPaymentId(typed: string): 'fine' | 'mistyped' | 'other' {
  const text = typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  if (text.length !== LENGTH || !/^[PT]/.test(text)) return 'other';
  let rest = 0;
  for (const letter of text) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) return 'other';
    // Doubled in GF(32) with the polynomial x^5 + x^2 + 1.
    const doubled = rest << 1;
    rest = (doubled & 0x20 ? doubled ^ 0x25 : doubled) ^ value;
  }
  return rest === 0 ? 'fine' : 'mistyped';
}
