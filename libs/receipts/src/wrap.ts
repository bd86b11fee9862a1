/** Stands for a space at which no line may end. */
const TIE = '\u0001';

/** What is read as one although it has spaces: money, a token in groups, a masked card, a month, a time with its zone. */
const TIED =
  /\b[A-Z]{3} \d{4}\b|\d\d:\d\d(?::\d\d)? WI(?:B|T|TA)|-?Rp \d[\d.,]*|\d{4}(?: \d{4}){4}|\*{4}(?: [*\d]{4})+/g;

/**
 * Breaks a text into lines of at most so many characters, at its spaces.
 * @param isWhole whether the text has no space to break at. Only what is longer than a line by itself is cut.
 */
export function wrapped(text: string, width: number, isWhole = false): string[] {
  const tied = isWhole
    ? text.replaceAll(' ', TIE)
    : text.replaceAll(TIED, (whole) => whole.replaceAll(' ', TIE));
  return filled(tied.split(' '), width, piecesOf).map((line) => line.replaceAll(TIE, ' ').trim());
}

/** Puts words into lines; one that is longer than a line is first broken. */
function filled(
  words: readonly string[],
  width: number,
  broken: (word: string, width: number) => string[],
): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words)
    if (line !== '' && line.length + 1 + word.length <= width) line += ` ${word}`;
    else {
      if (line !== '') lines.push(line);
      const pieces = word.length <= width ? [word] : broken(word, width);
      lines.push(...pieces.slice(0, -1));
      line = pieces.at(-1) ?? '';
    }
  return line === '' ? lines : [...lines, line];
}

/** A word that is longer than a line: broken at its ties, and where that does not do, where the line ends. */
function piecesOf(word: string, width: number): string[] {
  return filled(word.split(TIE), width, cut);
}

function cut(word: string, width: number): string[] {
  return Array.from({ length: Math.ceil(word.length / width) }, (_, at) =>
    word.slice(at * width, (at + 1) * width),
  );
}

/** A line in the middle of so many columns. */
export function centred(line: string, columns: number): string {
  return ' '.repeat(Math.max(0, Math.floor((columns - line.length) / 2))) + line;
}
