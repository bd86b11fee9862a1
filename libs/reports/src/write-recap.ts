import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { stream as excelStream, type AddWorksheetOptions, type FillPattern, type Worksheet } from 'exceljs';
import { csvLine, plainText } from './csv';
import type { RecapInput } from './recap-input';
import { recapRows, type Cell } from './recap-table';

/** Rows of one workbook; more than this a spreadsheet bears badly, and the CSV has them all. */
const XLSX_ROWS_MAX = 200_000;

/**
 * Writes the recap of a run as CSV and XLSX below `<home>/reports`. A file appears whole or not at all, and writing
 * the same run again replaces its files.
 * @returns the paths of both.
 */
export async function writeRecap(home: string, recap: RecapInput): Promise<string[]> {
  const folder = join(home, 'reports');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const day = recap.businessDate.replaceAll('-', '');
  const path = join(folder, `recap-${recap.source}-${day}-run${recap.run}`);
  return [
    await wholeFile(`${path}.csv`, (part) => writeCsv(part, recap)),
    await wholeFile(`${path}.xlsx`, (part) => writeXlsx(part, recap)),
  ];
}

async function wholeFile(path: string, write: (part: string) => Promise<void>): Promise<string> {
  const part = `${path}.${randomUUID()}.part`;
  try {
    await write(part);
    const handle = await open(part, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, path);
    return path;
  } finally {
    await rm(part, { force: true });
  }
}

async function writeCsv(path: string, recap: RecapInput): Promise<void> {
  const handle = await open(path, 'wx', 0o600);
  try {
    // Spreadsheets take a CSV for UTF-8 only by its byte order mark.
    let text = '\uFEFF';
    for await (const { cells } of recapRows(recap)) {
      text += csvLine(cells);
      if (text.length < 65_536) continue;
      await handle.appendFile(text);
      text = '';
    }
    await handle.appendFile(text);
  } finally {
    await handle.close();
  }
}

async function writeXlsx(path: string, recap: RecapInput): Promise<void> {
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  const closed = once(file, 'close');
  // A full disk may show before anybody waits for the end; it is met again below.
  closed.catch(() => undefined);
  try {
    const workbook = new excelStream.xlsx.WorkbookWriter({ stream: file, useStyles: true });
    await fillSheet(workbook.addWorksheet('Rekap', ON_PAPER), recap);
    await Promise.all([workbook.commit(), closed]);
  } finally {
    file.destroy();
  }
}

/** Printed, the whole width of the table stands on one page. */
const ON_PAPER: Partial<AddWorksheetOptions> = {
  pageSetup: { paperSize: 9, orientation: 'landscape', fitToPage: true, fitToWidth: 1, fitToHeight: 0 },
};
const HEADING_FILL: FillPattern = { type: 'pattern', pattern: 'solid', fgColor: { argb: 'FFE8EEF4' } };

async function fillSheet(sheet: Worksheet, recap: RecapInput): Promise<void> {
  sheet.columns = [52, 46, 24, 22, 22, 22, 18, 14].map((width) => ({ width }));
  let rows = 0;
  for await (const { cells, isHeading } of recapRows(recap)) {
    rows += 1;
    if (rows > XLSX_ROWS_MAX) {
      sheet.addRow(['Selengkapnya di berkas CSV / The CSV file has the rest']).commit();
      break;
    }
    const row = sheet.addRow(cells.map(xlsxCell));
    for (const [index, value] of cells.entries()) {
      const cell = row.getCell(index + 1);
      if (typeof value === 'bigint') cell.numFmt = '#,##0';
      if (!isHeading) continue;
      cell.font = { bold: true };
      cell.fill = HEADING_FILL;
      cell.alignment = { wrapText: true, vertical: 'top' };
    }
    row.commit();
  }
  sheet.commit();
}

/** A spreadsheet counts in floats, exact to 15 digits: an amount beyond them is shown as text, not rounded. */
function xlsxCell(cell: Cell): string | number | null {
  if (typeof cell === 'string') return plainText(cell);
  if (typeof cell !== 'bigint') return cell;
  return cell < 1_000_000_000_000_000n && cell > -1_000_000_000_000_000n ? Number(cell) : cell.toString();
}
