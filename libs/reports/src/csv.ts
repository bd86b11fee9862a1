import type { Cell } from './recap-table';

/**
 * Text as a spreadsheet may show it. A text that begins like a formula comes from the other side as often as from us,
 * and would be run when the file is opened; a leading apostrophe makes it text again.
 */
export function plainText(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
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
