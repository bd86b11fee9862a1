import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { AddWorksheetOptions, FillPattern, Worksheet } from 'exceljs';
import { csvLine } from './csv';
import type { RecapInput } from './recap-input';
import { amountOf, sidesOf, successesOf } from './recap-sums';
import { recapRows } from './recap-table';
import { wholeFile } from './whole-file';
import { workbookWriter, XLSX_ROWS_MAX, xlsxCell } from './writers/xlsx-writer';

/** The outcomes of a run do not come to its bridge, so nothing was written. */
export class RecapDoesNotTie extends Error {}

/**
 * Writes the recap of a run as CSV and XLSX below `<home>/reports`. A file appears whole or not at all, and writing
 * the same run again replaces its files.
 * @returns the paths of both.
 * @throws RecapDoesNotTie; nothing is left behind then.
 */
export async function writeRecap(home: string, recap: RecapInput): Promise<string[]> {
  mustTie(recap);
  const folder = join(home, 'reports');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const day = recap.businessDate.replaceAll('-', '');
  const path = join(folder, `recap-${recap.source}-${day}-run${recap.run}`);
  return [
    await wholeFile(`${path}.csv`, (part) => writeCsv(part, recap)),
    await wholeFile(`${path}.xlsx`, (part) => writeXlsx(part, recap)),
  ];
}

function mustTie({ source, businessDate, run, outcomes, bridge, remainder }: RecapInput): void {
  const { ours, theirs } = sidesOf(successesOf(outcomes, bridge));
  const wrong = Object.entries({ ours, theirs }).flatMap(([side, sum]) => {
    const figure = amountOf(bridge, side);
    return sum === figure ? [] : [`${side}: outcomes ${sum}, bridge ${figure}`];
  });
  if (remainder !== 0n) wrong.push(`remainder of the bridge ${remainder}`);
  if (wrong.length > 0)
    throw new RecapDoesNotTie(
      `the recap of ${source} ${businessDate} #${run} does not tie and was not written: ${wrong.join('; ')}`,
    );
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
  const WorkbookWriter = await workbookWriter();
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  const closed = once(file, 'close');
  // A full disk may show before anybody waits for the end; it is met again below.
  closed.catch(() => undefined);
  try {
    const workbook = new WorkbookWriter({ stream: file, useStyles: true });
    await fillSheet(workbook.addWorksheet('Rekap', ON_PAPER), recap);
    await Promise.all([workbook.commit(), closed]);
  } finally {
    file.destroy();
    // A file that is being opened comes into being yet.
    await closed.catch(() => undefined);
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
