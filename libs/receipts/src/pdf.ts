import { formatPaymentId } from '#lib/kernel';
import { asciiOf } from './clean';
import { copyMark, type Copy } from './copy-mark';
import type { ReceiptFacts } from './facts';
import type { Language } from './formats';
import type { Page, Shown } from './page';
import { qrModules } from './qr';
import { wrapped } from './wrap';

/** A roll of 80 mm, as long as its receipt; in points of 1/72 inch. */
const WIDTH = 226.77;
const MARGIN = 11;
const INNER = WIDTH - 2 * MARGIN;
const LABEL = 78;
const QR = 72;
const QUIET = 4;

const SIZE = { title: 9.5, text: 7.5, large: 11.5 } as const;
const LINE = { title: 12, text: 10, large: 15 } as const;
const REGULAR = 'Helvetica';
const BOLD = 'Helvetica-Bold';

type Pen = PDFKit.PDFDocument;
type Size = keyof typeof SIZE;

/** One line of print, or a mark between lines. */
interface Line {
  cells: { text: string; x: number; width: number; align: 'left' | 'right' | 'center' }[];
  size: Size;
  isBold?: boolean;
  isRule?: boolean;
}

/**
 * Draws a page as a PDF with its Payment ID as a QR code. The same page gives the same bytes: the document's date is
 * the payment's, and nothing is compressed.
 */
export async function pdfOf(
  page: Page,
  { fields }: ReceiptFacts,
  language: Language,
  copy?: Copy,
): Promise<Buffer> {
  // Read only when somebody asks for the first PDF: it takes memory that the online path has a better use for.
  const { default: PDFDocument } = await import('pdfkit');
  const paymentId = fields['paymentId'] ?? '';
  const measure = new PDFDocument({ autoFirstPage: false });
  const lines = linesOf(page, measure, language, copy);
  const height = 2 * MARGIN + lines.reduce((sum, { size }) => sum + LINE[size], 0) + QR + LINE.text;
  const document = new PDFDocument({
    size: [WIDTH, height],
    margin: 0,
    compress: false,
    info: {
      Title: asciiOf(page.title),
      Producer: 'Simpul',
      Creator: 'Simpul',
      CreationDate: new Date(`${(fields['time'] ?? '').replace(' ', 'T')}+07:00`),
    },
  });
  const written = bytesOf(document);
  const end = drawLines(document, lines, MARGIN);
  drawQr(document, paymentId, (WIDTH - QR) / 2, end);
  drawLines(document, [whole(formatPaymentId(paymentId), 'text', 'center')], end + QR);
  document.end();
  return written;
}

function bytesOf(document: Pen): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    document.on('data', (chunk: Buffer) => chunks.push(chunk));
    document.on('error', reject);
    document.on('end', () => resolve(Buffer.concat(chunks)));
  });
}

function linesOf(page: Page, pen: Pen, language: Language, copy: Copy | undefined): Line[] {
  const middle = (text: string, size: Size, isBold = false): Line[] =>
    fitted(pen, text, INNER, size, isBold).map((line) => whole(line, size, 'center', isBold));
  const lines = middle(page.title, 'title', true);
  if (copy) for (const line of copyMark(copy, language)) lines.push(...middle(line, 'text', true));
  lines.push(RULE);
  for (const part of page.body) lines.push(...partLines(pen, part));
  if (page.footer.length > 0) lines.push(RULE);
  for (const text of page.footer) lines.push(...middle(text, 'text'));
  return lines.filter((line, at) => !(line.isRule && lines[at - 1]?.isRule));
}

const RULE: Line = { cells: [], size: 'text', isRule: true };

function whole(text: string, size: Size, align: 'left' | 'right' | 'center', isBold = false): Line {
  return { cells: [{ text, x: MARGIN, width: INNER, align }], size, isBold };
}

function partLines(pen: Pen, part: Shown): Line[] {
  switch (part.kind) {
    case 'separator':
      return [RULE];
    case 'heading':
      return fitted(pen, part.text, INNER, 'text', true).map((line) => whole(line, 'text', 'left', true));
    case 'text':
      return fitted(pen, part.text, INNER, 'text').map((line) => whole(line, 'text', 'left'));
    case 'row':
      break;
  }
  const { label, value, isAmount, isProminent, isWhole } = part;
  if (isProminent)
    return [
      whole(asciiOf(label), 'text', 'center'),
      ...fitted(pen, value, INNER, 'large', true, isWhole).map((line) =>
        whole(line, 'large', 'center', true),
      ),
    ];
  const at = isAmount ? INNER * 0.6 : LABEL;
  const values = fitted(pen, value, INNER - at, 'text', false, isWhole);
  // A number that people copy is not cut: where it does not fit beside its label it stands below.
  if (isWhole && !isAmount && values.length > 1)
    return [
      ...fitted(pen, label, INNER, 'text').map((line) => whole(line, 'text', 'left')),
      ...fitted(pen, value, INNER, 'text', false, true).map((line) => whole(line, 'text', 'right')),
    ];
  const labels = fitted(pen, label, at - 6, 'text');
  return Array.from({ length: Math.max(labels.length, values.length) }, (_, no) => ({
    cells: [
      { text: labels[no] ?? '', x: MARGIN, width: at, align: 'left' as const },
      { text: values[no] ?? '', x: MARGIN + at, width: INNER - at, align: isAmount ? 'right' : 'left' },
    ],
    size: 'text' as const,
  }));
}

/** A text broken into lines that fit a width: a guess by the average letter, made narrower until every line fits. */
function fitted(
  pen: Pen,
  text: string,
  width: number,
  size: Size,
  isBold = false,
  isWhole = false,
): string[] {
  pen.font(isBold ? BOLD : REGULAR).fontSize(SIZE[size]);
  const ascii = asciiOf(text);
  for (let characters = Math.floor(width / (SIZE[size] * 0.36)); characters > 4; characters -= 1) {
    const lines = wrapped(ascii, characters, isWhole);
    if (lines.every((line) => pen.widthOfString(line) <= width)) return lines;
  }
  return wrapped(ascii, 4);
}

function drawLines(pen: Pen, lines: readonly Line[], top: number): number {
  let y = top;
  for (const { cells, size, isBold, isRule } of lines) {
    if (isRule)
      pen
        .moveTo(MARGIN, y + LINE.text / 2)
        .lineTo(WIDTH - MARGIN, y + LINE.text / 2)
        .lineWidth(0.5)
        .dash(1.5, { space: 1.5 })
        .stroke()
        .undash();
    pen.font(isBold ? BOLD : REGULAR).fontSize(SIZE[size]);
    for (const { text, x, width, align } of cells) {
      const slack = width - pen.widthOfString(text);
      const shift = align === 'right' ? slack : align === 'center' ? slack / 2 : 0;
      if (text !== '') pen.text(text, x + shift, y, { lineBreak: false });
    }
    y += LINE[size];
  }
  return y;
}

/** Neighbours in a row are one rectangle. */
function drawQr(pen: Pen, content: string, left: number, top: number): void {
  const rows = qrModules(content);
  const module = QR / (rows.length + 2 * QUIET);
  for (const [row, modules] of rows.entries())
    for (let column = 0; column < modules.length; column += 1) {
      let length = 0;
      while (modules[column + length]) length += 1;
      if (length > 0)
        pen.rect(left + (column + QUIET) * module, top + (row + QUIET) * module, length * module, module);
      column += length;
    }
  pen.fill('black');
}
