/** How much of one fact is kept, and how much of it is shown in one place; in characters. */
const KEPT_MAX = 4_096;
const SHOWN_MAX = 200;

const PLAIN = /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/;

/**
 * What a biller says, as data and nothing else. Control characters, the escape sequences of printers with them,
 * direction marks, what is invisible and what is no character become a space; what is longer than a receipt can bear is
 * cut. Everything that a receipt keeps or shows has passed here; markup and formulas stay the harmless text they are.
 */
export function cleaned(text: string): string {
  return bounded(text, KEPT_MAX);
}

/** The same, as long as one place of a receipt shows it. */
export function shownPart(text: string): string {
  return bounded(text, SHOWN_MAX);
}

function bounded(text: string, max: number): string {
  if (text.length <= max && PLAIN.test(text)) return text;
  // Nothing that follows looks at more than a few thousand characters, whatever was sent.
  const visible = text
    .slice(0, 2 * KEPT_MAX)
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .trim();
  return visible.length <= max ? visible : `${visible.slice(0, max - 3).replace(/\p{Cs}$/u, '')}...`;
}

/**
 * Text for a thermal printer and for the fonts that every PDF reader has: letters lose their accents, and what has no
 * ASCII letter becomes a question mark, so that a column is a character and no printer is told anything.
 */
export function asciiOf(text: string): string {
  return /^[\x20-\x7e]*$/.test(text)
    ? text
    : text
        .normalize('NFKD')
        .replace(/\p{M}+/gu, '')
        .replace(/[\u2018\u2019]/g, "'")
        .replace(/[\u201c\u201d]/g, '"')
        .replace(/[\u2010-\u2015\u2212]/g, '-')
        .replace(/[^\x20-\x7e]/gu, '?');
}
