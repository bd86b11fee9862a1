import { asciiOf } from './clean';
import { copyMark, type Copy } from './copy-mark';
import type { Language } from './formats';
import type { Page, Shown, ShownRow } from './page';
import { centred, wrapped } from './wrap';

/** Widths of paper in characters: 58 mm and 80 mm rolls. */
export const COLUMNS = [32, 48] as const;
export type Columns = (typeof COLUMNS)[number];

/** Where values begin, beside their labels. */
const LABEL_WIDTH: Readonly<Record<Columns, number>> = { 32: 13, 48: 14 };

/** A value that is whole in one line of its own stands a little to the right of its label. */
const INDENT = 2;

/**
 * Lays a page out for a printer of so many columns, in ASCII, each line ended by a line feed. A token, an amount or a
 * number is never cut where it fits a line; what does not fit beside its label goes below it.
 */
export function textOf(page: Page, columns: Columns, language: Language, copy?: Copy): string {
  const lines = wrapped(asciiOf(page.title), columns).map((line) => centred(line, columns));
  if (copy) for (const line of copyMark(copy, language)) lines.push(centred(line, columns));
  const body = page.body.flatMap((part) => linesOf(part, columns));
  lines.push('-'.repeat(columns), ...body);
  if (page.footer.length > 0) lines.push('-'.repeat(columns));
  for (const text of page.footer)
    for (const line of wrapped(asciiOf(text), columns)) lines.push(centred(line, columns));
  return `${withoutDoubles(lines)
    .map((line) => line.trimEnd())
    .join('\n')}\n`;
}

/** Two lines across, one below the other, say no more than one. */
function withoutDoubles(lines: readonly string[]): string[] {
  return lines.filter((line, at) => !(line.startsWith('---') && line === lines[at - 1]));
}

function linesOf(part: Shown, columns: Columns): string[] {
  switch (part.kind) {
    case 'separator':
      return ['-'.repeat(columns)];
    case 'heading':
    case 'text':
      return wrapped(asciiOf(part.text), columns);
    case 'row':
      return rowLines({ ...part, label: asciiOf(part.label), value: asciiOf(part.value) }, columns);
  }
}

function rowLines(row: ShownRow, columns: Columns): string[] {
  if (row.isProminent)
    return [
      `${row.label}:`,
      ...wrapped(row.value, columns, row.isWhole).map((line) => centred(line, columns)),
    ];
  return row.isAmount ? amountLines(row, columns) : valueLines(row, columns);
}

/** The label at the left and the money at the right margin; below its label where both do not fit. */
function amountLines({ label, value }: ShownRow, columns: number): string[] {
  const lines = wrapped(label, columns);
  const last = lines.at(-1) ?? '';
  const beside = last.length + 1 + value.length <= columns;
  if (beside) return [...lines.slice(0, -1), last + value.padStart(columns - last.length)];
  return [...lines, ...wrapped(value, columns, true).map((line) => line.padStart(columns))];
}

function valueLines({ label, value, isWhole }: ShownRow, columns: Columns): string[] {
  const start = LABEL_WIDTH[columns] + 2;
  const beside = label.length <= LABEL_WIDTH[columns] ? wrapped(value, columns - start, isWhole) : [];
  const [first, ...more] = beside;
  if (first !== undefined && beside.every((line) => line.length <= columns - start && !isCut(beside, value)))
    return [`${label.padEnd(start - 2)}: ${first}`, ...more.map((line) => ' '.repeat(start) + line)];
  const indented = wrapped(value, columns - INDENT, isWhole);
  const below = isCut(indented, value)
    ? wrapped(value, columns, isWhole)
    : indented.map((line) => ' '.repeat(INDENT) + line);
  const [head, ...rest] = wrapped(`${label}:`, columns);
  return [head ?? '', ...rest, ...below];
}

/** Whether a word, and not only a space, was broken. */
function isCut(lines: readonly string[], value: string): boolean {
  return lines.join(' ') !== value;
}
