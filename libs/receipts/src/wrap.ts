/** Stands for a space at which no line may end. */
const TIE = '\u0001';

/** What is read as one although it has spaces: money, a token in groups, a masked card, a time with its zone. */
const TIED = /\d\d:\d\d(?::\d\d)? WI(?:B|T|TA)|-?Rp \d[\d.,]*|\d{4}(?: \d{4}){4}|\*{4}(?: [*\d]{4})+/g;

/**
 * Breaks a text into lines of at most so many characters, at its spaces.
 * @param isWhole whether the text has no space to break at. Only what is longer than a line by itself is cut.
 */
export function wrapped(text: string, width: number, isWhole = false): string[] {
  const tied = isWhole
    ? text.replaceAll(' ', TIE)
    : text.replaceAll(TIED, (whole) => whole.replaceAll(' ', TIE));
  const lines: string[] = [];
  let line = '';
  for (const word of tied.split(' ')) {
    if (line !== '' && line.length + 1 + word.length <= width) line += ` ${word}`;
    else {
      if (line !== '') lines.push(line);
      const pieces = piecesOf(word, width);
      lines.push(...pieces.slice(0, -1));
      line = pieces.at(-1) ?? '';
    }
  }
  if (line !== '') lines.push(line);
  return lines.map((one) => one.replaceAll(TIE, ' ').trim());
}

/** A word that is longer than a line, at its ties where it has some, else where the line ends. */
function piecesOf(word: string, width: number): string[] {
  if (word.length <= width) return [word];
  if (word.includes(TIE)) return wrapped(word.replaceAll(TIE, ' '), width, false);
  const pieces: string[] = [];
  for (let at = 0; at < word.length; at += width) pieces.push(word.slice(at, at + width));
  return pieces;
}

/** A line in the middle of so many columns. */
export function centred(line: string, columns: number): string {
  return ' '.repeat(Math.max(0, Math.floor((columns - line.length) / 2))) + line;
}
