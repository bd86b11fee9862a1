import type { Cell } from './definition';

/** What a spreadsheet takes for the beginning of a formula, also behind blanks and in the wide forms of East Asia. */
const FORMULA = /^[\s\u00a0]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;
/** What no workbook may hold (XML 1.0, section 2.2) and no report needs. */
// oxlint-disable-next-line no-control-regex
const NO_TEXT = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]|\p{Surrogate}/gu;
/** Most characters of a cell in a workbook. */
const TEXT_MAX = 32_000;

/**
 * Text as a spreadsheet may show it. A text that begins like a formula comes from the other side as often as from us,
 * and would be run when the file is opened; a leading apostrophe makes it text again. Control characters are taken out.
 */
export function plainText(text: string): string {
  const clean = text.replace(NO_TEXT, '').slice(0, TEXT_MAX);
  return FORMULA.test(clean) ? `'${clean}` : clean;
}

/** One line of CSV (RFC 4180, CRLF). Amounts and counts are bare numbers. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return cell.toString();
  const text = plainText(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
