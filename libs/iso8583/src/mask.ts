/** How a value shows in logs and errors. */
export type Mask = 'safe' | 'pan' | 'last4' | 'all';

const UNPRINTABLE = /[^\x20-\x7e]/;

/** As many characters of a value as a log line shows. */
const SHOWN_MAX = 64;

/**
 * A value as logs may show it: a card number keeps its first six and last four, others their last four or nothing.
 * Control characters show as dots, so that one event stays one line.
 */
export function masked(value: string, mask: Mask): string {
  switch (mask) {
    case 'safe': {
      const known = withoutCardNumbers(value);
      if (known.length <= SHOWN_MAX && !UNPRINTABLE.test(known)) return known;
      const shown = known.slice(0, SHOWN_MAX).replace(/[^\x20-\x7e]/g, '.');
      return known.length > SHOWN_MAX ? `${shown}…` : shown;
    }
    case 'pan':
      return value.length < 13 ? stars(value.length) : covered(value, 6, 4);
    case 'last4':
      return value.length < 8 ? stars(value.length) : covered(value, 0, 4);
    case 'all':
      return stars(value.length);
  }
}

/**
 * What stands where a message could not be read: its fields have shifted, so no mask of theirs holds. Every run of
 * digits that could be part of a card number or of a track is covered.
 */
export function maskedRaw(value: string): string {
  return value.replace(/\d[\d=^D]{11,}/g, (run) => stars(run.length));
}

/** A partner may put a card number where none belongs. */
function withoutCardNumbers(value: string): string {
  return value.replace(/(?<!\d)\d{13,19}(?!\d)/g, (run) => (hasCheckDigit(run) ? covered(run, 6, 4) : run));
}

/** ISO/IEC 7812-1, annex B: the check digit that every card number ends with. */
function hasCheckDigit(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = Number(digits[digits.length - 1 - at]);
    const weighed = at % 2 === 0 ? digit : digit * 2;
    sum += weighed > 9 ? weighed - 9 : weighed;
  }
  return sum % 10 === 0;
}

function covered(value: string, first: number, last: number): string {
  const open = (text: string) => text.replace(/[^\x20-\x7e]/g, '.');
  return open(value.slice(0, first)) + stars(value.length - first - last) + open(value.slice(-last));
}

function stars(length: number): string {
  return length > 24 ? `*(${length})` : '*'.repeat(length);
}
