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
      if (value.length <= SHOWN_MAX && !UNPRINTABLE.test(value)) return value;
      const shown = value.slice(0, SHOWN_MAX).replace(/[^\x20-\x7e]/g, '.');
      return value.length > SHOWN_MAX ? `${shown}…` : shown;
    }
    case 'pan':
      return value.length < 13 ? stars(value.length) : covered(value, 6, 4);
    case 'last4':
      return value.length < 8 ? stars(value.length) : covered(value, 0, 4);
    case 'all':
      return stars(value.length);
  }
}

function covered(value: string, first: number, last: number): string {
  const open = (text: string) => text.replace(/[^\x20-\x7e]/g, '.');
  return open(value.slice(0, first)) + stars(value.length - first - last) + open(value.slice(-last));
}

function stars(length: number): string {
  return length > 24 ? `*(${length})` : '*'.repeat(length);
}
