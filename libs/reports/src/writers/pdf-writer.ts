import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Cell, Column } from '../definition';
import type { Language } from '../language';
import { makeWhole, partOf } from '../whole-file';
import type { Closing, Fact, Opening, ReportWriter } from './writer';

/** Rows of a PDF: it is for reading, and its pages are in memory until they are numbered. */
export const PDF_ROWS_MAX = 5_000;

/** A report that is too long for paper. */
export class TooLongForPaper extends Error {}

const MARGIN = 36;
const FOOT = 24;
const INK = '#1a1a1a';
const HEADING = '#1f3a5f';
const STRIPE = '#f3f6f9';
const WEIGHTS = { text: 15, code: 15, count: 9, amount: 14, date: 11, instant: 15, customer: 14 } as const;
const PAGE = { id: 'Halaman {n} dari {of}', en: 'Page {n} of {of}' } as const;

/** PDF on A4, for statements and recaps: what it is about, the table with its heading on every page, page numbers. */
export async function openPdf(path: string, opening: Opening, rowsMax = PDF_ROWS_MAX): Promise<ReportWriter> {
  // Loaded by who writes a PDF only: it takes a tenth of a second.
  const { default: PDFDocument } = await import('pdfkit');
  const name = `${path}.pdf`;
  const part = partOf(name);
  const file = createWriteStream(part, { flags: 'wx', mode: 0o600 });
  const closed = once(file, 'close');
  closed.catch(() => undefined);
  const paper = new PDFDocument({
    size: 'A4',
    layout: opening.columns.length > 6 ? 'landscape' : 'portrait',
    margins: { top: MARGIN, left: MARGIN, right: MARGIN, bottom: MARGIN + FOOT },
    bufferPages: true,
    info: { Title: onPaper(opening.title), Creator: 'Simpul' },
  });
  paper.pipe(file);
  const table = tableOn(paper, opening);
  drawHead(paper, opening);
  table.heading();
  let count = 0;

  return {
    async add(rows) {
      count += rows.length;
      if (count > rowsMax)
        throw new TooLongForPaper(
          `more than ${rowsMax} rows are too many for a PDF; ask for csv or xlsx, or for fewer days`,
        );
      for (const cells of rows) table.row(cells);
    },
    async finish({ totals, facts }: Closing) {
      if (totals.some((cell) => cell !== null)) table.row(totals, true);
      drawFacts(paper, facts, 12);
      numberPages(paper, opening);
      paper.end();
      await closed;
      await makeWhole(part, name);
      return [name];
    },
    async abandon() {
      file.destroy();
      // A file that is being opened comes into being yet.
      await closed.catch(() => undefined);
      await rm(part, { force: true });
    },
  };
}

type Paper = PDFKit.PDFDocument;

function drawHead(paper: Paper, { title, about, facts }: Opening): void {
  paper.fillColor(HEADING).font('Helvetica-Bold').fontSize(15).text(onPaper(title));
  paper.moveDown(0.2).fillColor('#555555').font('Helvetica').fontSize(8.5).text(onPaper(about));
  drawFacts(paper, facts, 6);
  paper.moveDown(0.8);
}

/** Labels in a column of their own, what they tell beside them. */
function drawFacts(paper: Paper, facts: readonly Fact[], above: number): void {
  const width = paper.page.width - 2 * MARGIN;
  const labelWidth = Math.min(190, width * 0.38);
  paper.y += above;
  for (const [label, ...values] of facts) {
    const text = values.map((value) => shown(value)).join('   ');
    const height = Math.max(
      paper.font('Helvetica-Bold').fontSize(8.5).heightOfString(onPaper(label), { width: labelWidth }),
      paper
        .font('Helvetica')
        .fontSize(8.5)
        .heightOfString(text || ' ', { width: width - labelWidth - 8 }),
    );
    if (paper.y + height > bottomOf(paper)) paper.addPage();
    const { y } = paper;
    const isAlone = values.every((value) => value === null);
    paper
      .fillColor(INK)
      .font('Helvetica-Bold')
      .text(onPaper(label), MARGIN, y, { width: isAlone ? width : labelWidth });
    paper.font('Helvetica').text(text, MARGIN + labelWidth + 8, y, { width: width - labelWidth - 8 });
    paper.x = MARGIN;
    paper.y = y + height + 2;
  }
}

function tableOn(paper: Paper, { columns, language }: Opening) {
  const size = columns.length > 10 ? 6.5 : 7.5;
  const widths = widthsOn(paper, columns);
  let stripe = false;

  const line = (cells: readonly string[], style: 'heading' | 'row' | 'total') => {
    paper.font(style === 'row' ? 'Helvetica' : 'Helvetica-Bold').fontSize(size);
    const height =
      Math.max(
        ...cells.map((text, index) => paper.heightOfString(text || ' ', { width: (widths[index] ?? 0) - 6 })),
      ) + 5;
    if (paper.y + height > bottomOf(paper)) {
      paper.addPage();
      if (style !== 'heading') heading();
      paper.font(style === 'row' ? 'Helvetica' : 'Helvetica-Bold').fontSize(size);
    }
    const { y } = paper;
    const whole = paper.page.width - 2 * MARGIN;
    if (style === 'heading') paper.rect(MARGIN, y, whole, height).fill(HEADING);
    else if (style === 'row' && stripe) paper.rect(MARGIN, y, whole, height).fill(STRIPE);
    if (style === 'total')
      paper
        .moveTo(MARGIN, y)
        .lineTo(MARGIN + whole, y)
        .lineWidth(0.8)
        .stroke(HEADING);
    paper.fillColor(style === 'heading' ? '#ffffff' : INK);
    let x = MARGIN;
    for (const [index, text] of cells.entries()) {
      const width = widths[index] ?? 0;
      paper.text(text, x + 3, y + 3, {
        width: width - 6,
        align: isNumber(columns[index]) ? 'right' : 'left',
      });
      x += width;
    }
    stripe = style === 'row' ? !stripe : false;
    paper.x = MARGIN;
    paper.y = y + height;
  };
  const heading = () =>
    line(
      columns.map(({ title }) => onPaper(title[language])),
      'heading',
    );
  return {
    heading,
    row: (cells: readonly Cell[], isTotal = false) =>
      line(
        cells.map((cell) => shown(cell)),
        isTotal ? 'total' : 'row',
      ),
  };
}

function widthsOn(paper: Paper, columns: readonly Column[]): number[] {
  const weights = columns.map(({ width, type }) => width ?? WEIGHTS[type]);
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => (weight / all) * (paper.page.width - 2 * MARGIN));
}

function numberPages(paper: Paper, { title, language }: { title: string; language: Language }): void {
  const { start, count } = paper.bufferedPageRange();
  for (let index = start; index < start + count; index += 1) {
    paper.switchToPage(index);
    // Below the margin the text would begin a page of its own.
    paper.page.margins.bottom = 0;
    const y = paper.page.height - MARGIN - 6;
    const width = paper.page.width - 2 * MARGIN;
    const number = PAGE[language].replace('{n}', String(index - start + 1)).replace('{of}', String(count));
    paper.fillColor('#777777').font('Helvetica').fontSize(7.5);
    paper.text(onPaper(title), MARGIN, y, { width: width / 2, lineBreak: false });
    paper.text(number, MARGIN + width / 2, y, { width: width / 2, align: 'right', lineBreak: false });
  }
}

function bottomOf(paper: Paper): number {
  return paper.page.height - MARGIN - FOOT;
}

function isNumber(column: Column | undefined): boolean {
  return column?.type === 'amount' || column?.type === 'count';
}

/** Numbers as people in Indonesia read them: 1.074.500. */
function shown(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'string') return onPaper(cell);
  return cell.toString().replace(/\B(?=(\d{3})+$)/g, '.');
}

/** The letters that every PDF reader has (WinAnsi); any other becomes a question mark. */
function onPaper(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[\u201c\u201d]/g, '"')
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/\p{C}+/gu, ' ')
    .replace(/[^\x20-\x7e\u00a0-\u00ff]/gu, '?');
}
