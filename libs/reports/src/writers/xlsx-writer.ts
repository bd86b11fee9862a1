import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import type { Borders, FillPattern, stream, Worksheet } from 'exceljs';
import type { Cell, Column } from '../definition';
import { plainText } from '../csv';
import { makeWhole, partOf } from '../whole-file';
import type { Closing, Fact, Opening, ReportWriter } from './writer';

/** Rows of one workbook; more than this a spreadsheet bears badly. */
export const XLSX_ROWS_MAX = 200_000;

/** Bytes that may wait to be compressed before the feed pauses. */
const WAITING_MAX = 262_144;
const HEADING_FILL: FillPattern = { type: 'pattern', pattern: 'solid', fgColor: { argb: 'FF1F3A5F' } };
const ABOVE: Partial<Borders> = { top: { style: 'thin' } };
const WIDTHS = { text: 24, code: 22, count: 12, amount: 20, date: 12, instant: 20, customer: 20 } as const;
const SHEETS = { id: ['Data', 'Keterangan'], en: ['Data', 'About'] } as const;
const CONTINUED = {
  id: 'Jumlah bagian ini; total laporan ada di bagian terakhir',
  en: 'Sums of this part; those of the whole report are in the last one',
} as const;

/**
 * Workbooks: numbers as numbers, the heading fixed, a second sheet that says what the report is. Above `rowsMax` rows the
 * report goes on in a further, numbered workbook.
 */
export async function openXlsx(
  path: string,
  opening: Opening,
  rowsMax = XLSX_ROWS_MAX,
): Promise<ReportWriter> {
  const done: string[] = [];
  let book = await openBook(partOf(path), opening);

  return {
    async add(rows) {
      for (const cells of rows) {
        if (book.rows === rowsMax) {
          await book.close({ totals: book.sums(), facts: [[CONTINUED[opening.language], null]] });
          done.push(book.part);
          book = await openBook(partOf(path), opening);
        }
        await book.add(cells);
      }
    },
    async finish(closing) {
      await book.close(closing);
      done.push(book.part);
      const names = done.map((_, index) =>
        done.length === 1 ? `${path}.xlsx` : `${path}-${String(index + 1).padStart(2, '0')}.xlsx`,
      );
      for (const [index, part] of done.entries()) await makeWhole(part, names[index] ?? '');
      return names;
    },
    async abandon() {
      await book.drop();
      for (const part of [...done, book.part]) await rm(part, { force: true });
    },
  };
}

/** One workbook in the making. */
interface Book {
  part: string;
  rows: number;
  add(cells: readonly Cell[]): Promise<void>;
  sums(): Cell[];
  close(closing: Closing): Promise<void>;
  drop(): Promise<void>;
}

/** What writes workbooks; loaded by who writes one only, for it takes a third of a second. */
export async function workbookWriter(): Promise<typeof stream.xlsx.WorkbookWriter> {
  const { default: exceljs } = await import('exceljs');
  return exceljs.stream.xlsx.WorkbookWriter;
}

async function openBook(part: string, opening: Opening): Promise<Book> {
  const { columns, language } = opening;
  const WorkbookWriter = await workbookWriter();
  const file = createWriteStream(part, { flags: 'wx', mode: 0o600 });
  const closed = once(file, 'close');
  // A full disk may show before anybody waits for the end; it is met again there.
  closed.catch(() => undefined);
  const workbook = new WorkbookWriter({ stream: file, useStyles: true });
  const [dataName, aboutName] = SHEETS[language];
  const sheet = workbook.addWorksheet(dataName, {
    views: [{ state: 'frozen', ySplit: 1 }],
    pageSetup: {
      paperSize: 9,
      orientation: columns.length > 6 ? 'landscape' : 'portrait',
      fitToPage: true,
      fitToWidth: 1,
      fitToHeight: 0,
      printTitlesRow: '1:1',
    },
    headerFooter: { oddFooter: `&L${opening.title}&R&P / &N` },
  });
  sheet.columns = columns.map((column) => ({
    width: Math.max(column.width ?? WIDTHS[column.type], ...wordLengths(column.title[language])),
    style: styleOf(column),
  }));
  sheet.autoFilter = { from: { row: 1, column: 1 }, to: { row: 1, column: columns.length } };
  addHeading(sheet, opening);
  const sums = new Map<number, bigint>();
  const feed = feedOf(sheet, file);

  const book: Book = {
    part,
    rows: 0,
    async add(cells) {
      book.rows += 1;
      for (const [index, column] of columns.entries())
        if (column.isSummed) sums.set(index, (sums.get(index) ?? 0n) + BigInt(cells[index] ?? 0));
      sheet.addRow(cells.map(xlsxCell)).commit();
      if (book.rows % 200 === 0) await feed.pause();
    },
    sums: () => columns.map((column, index) => (column.isSummed ? (sums.get(index) ?? 0n) : null)),
    async close({ totals, facts }) {
      addTotals(sheet, totals);
      sheet.commit();
      const about = workbook.addWorksheet(aboutName, {
        pageSetup: { paperSize: 9, fitToPage: true, fitToHeight: 0 },
      });
      fillAbout(about, opening, facts);
      await Promise.all([workbook.commit(), closed]);
    },
    async drop() {
      file.destroy();
      // A file that is being opened comes into being yet.
      await closed.catch(() => undefined);
    },
  };
  return book;
}

function addHeading(sheet: Worksheet, { columns, language }: Opening): void {
  const row = sheet.addRow(columns.map(({ title }) => title[language]));
  for (const index of columns.keys()) {
    const cell = row.getCell(index + 1);
    cell.numFmt = '@';
    cell.font = { bold: true, color: { argb: 'FFFFFFFF' } };
    cell.fill = HEADING_FILL;
    cell.alignment = {
      wrapText: true,
      vertical: 'middle',
      horizontal: isNumber(columns[index]) ? 'right' : 'left',
    };
  }
  row.commit();
}

function addTotals(sheet: Worksheet, totals: readonly Cell[]): void {
  if (totals.every((cell) => cell === null)) return;
  const row = sheet.addRow(totals.map(xlsxCell));
  for (const index of totals.keys()) {
    row.getCell(index + 1).font = { bold: true };
    row.getCell(index + 1).border = ABOVE;
  }
  row.commit();
}

function fillAbout(sheet: Worksheet, { title, about, facts }: Opening, closing: readonly Fact[]): void {
  sheet.columns = [{ width: 44 }, { width: 60 }, { width: 24 }, { width: 24 }];
  const heading = sheet.addRow([title]);
  heading.font = { bold: true, size: 14 };
  heading.commit();
  sheet.addRow([plainText(about)]).commit();
  for (const block of [facts, closing]) {
    sheet.addRow([]).commit();
    for (const fact of block) {
      const row = sheet.addRow(fact.map(xlsxCell));
      row.getCell(1).font = { bold: true };
      for (const [index, value] of fact.entries()) {
        row.getCell(index + 1).alignment = { wrapText: true, vertical: 'top', horizontal: 'left' };
        if (typeof value === 'bigint') row.getCell(index + 1).numFmt = '#,##0';
      }
      row.commit();
    }
  }
  sheet.commit();
}

/** What of the streams of `exceljs` is needed to pace it: it takes rows without end and never says stop. */
interface Hub {
  buffers: unknown[];
  pipes: { writableLength?: number }[];
}

function feedOf(sheet: Worksheet, file: WriteStream) {
  const hub = (sheet as unknown as { stream: Hub }).stream;
  const isWaiting = () =>
    hub.buffers.length > 4 ||
    hub.pipes.some(({ writableLength = 0 }) => writableLength > WAITING_MAX) ||
    file.writableNeedDrain;
  return {
    /** Waits until what was handed over has been compressed and written. */
    async pause(): Promise<void> {
      while (isWaiting()) {
        if (file.errored) throw file.errored;
        await turn();
      }
    },
  };
}

function styleOf(column: Column) {
  return isNumber(column) ? { numFmt: '#,##0' } : { numFmt: '@' };
}

function isNumber(column: Column | undefined): boolean {
  return column?.type === 'amount' || column?.type === 'count';
}

function wordLengths(text: string): number[] {
  return text.split(' ').map((word) => word.length + 2);
}

/** A spreadsheet counts in floats, exact to 15 digits: an amount beyond them is shown as text, not rounded. */
export function xlsxCell(cell: Cell): string | number | null {
  if (typeof cell === 'string') return plainText(cell);
  if (typeof cell !== 'bigint') return cell;
  return cell < 1_000_000_000_000_000n && cell > -1_000_000_000_000_000n ? Number(cell) : cell.toString();
}
