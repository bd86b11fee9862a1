import { ByteDetails, NOT_PLAIN } from './byte-details';
import type { RecordLayout } from './columns';
import { ControlTotals } from './control-totals';
import { CsvRecords } from './csv-records';
import { invalid, noTrailer, Refused, shown, unknownRecord } from './gates';
import { CR, LF, LINE_BYTES_MAX, lineBlocks, tooLong, type LineBlock, type Position } from './line-blocks';
import { detailReader, readHeader, trailerReader, type StatedTotals } from './records';
import type { TextBody } from './settlement-format';
import type { Reading } from './reading';
import { fixedFields } from './fixed-fields';

/** What was read of a file with columns. */
export interface TextRead {
  totals: ControlTotals;
  trailer: StatedTotals | undefined;
  /** The first line, where the format knows one. */
  header: string | undefined;
  /** What is wrong with a last line that lacks its end; other totals may show that the file was cut there. */
  fault: Refused | undefined;
}

const LINE_END = 'line end';

/** Reads files whose lines have columns: delimited, of fixed width, or quoted CSV. */
export class TextReader {
  private readonly position: Position = { line: 0, isTail: false };
  private readonly totals: ControlTotals;
  private readonly plain: ByteDetails | undefined;
  private readonly csv: CsvRecords | undefined;
  private readonly encoding: 'utf8' | 'latin1';
  private readonly fields: (line: string, lineNo: number, layout: RecordLayout) => readonly string[];
  private readonly readDetail;
  private readonly readTrailer;
  private header: string | undefined;
  private trailer: StatedTotals | undefined;
  private lastLine = 0;
  /** A fault is held back by one line: on the last line of a cut file it is the cut that counts. */
  private fault: Refused | undefined;
  private readonly hasHeader: boolean;

  constructor(
    private readonly reading: Reading,
    private readonly body: TextBody,
  ) {
    const { format, sink } = reading;
    this.totals = new ControlTotals(format.control);
    this.encoding = format.encoding === 'latin1' ? 'latin1' : 'utf8';
    this.plain = sink.plainLines && ByteDetails.of(format, sink.plainLines.into);
    this.csv = body.layout === 'csv' ? new CsvRecords(body.delimiter, this.encoding) : undefined;
    this.fields = fieldsOf(body);
    this.readDetail = detailReader(format, body.detail);
    this.readTrailer = body.trailer && trailerReader(format, body.trailer);
    this.hasHeader = body.header !== undefined || body.titles !== undefined;
  }

  /** @throws Refused at the first gate that does not hold. */
  async read(chunks: AsyncIterable<Buffer>): Promise<TextRead> {
    const { format, sink } = this.reading;
    try {
      for await (const block of lineBlocks(chunks, format, this.position)) {
        this.take(block);
        await sink.flush();
      }
      if (this.csv && !this.position.isTail) this.takeRecords(this.csv, Buffer.alloc(0), true);
      await sink.flush();
    } catch (error) {
      // A cut may go through the middle of a character, but it puts no CR into a line.
      if (!(error instanceof Refused && this.position.isTail) || error.field === LINE_END) throw error;
      this.raiseHeldFault();
      this.fault = error;
    }
    return this.end();
  }

  private take({ bytes, isTail }: LineBlock): void {
    if (this.csv) {
      this.takeRecords(this.csv, bytes, isTail);
      return;
    }
    const { plain, position } = this;
    for (let at = 0; at < bytes.length;) {
      const mayBePlain =
        plain && !isTail && !this.fault && !this.trailer && (position.line > 0 || !this.hasHeader);
      const next = mayBePlain ? plain.take(bytes, at, position.line + 1) : NOT_PLAIN;
      if (next === NOT_PLAIN) at = this.takeLine(bytes, at, isTail);
      else {
        position.line += 1;
        at = next;
      }
    }
    if (!plain) return;
    const { details, amounts, hash } = plain.takeSums();
    this.totals.addSums(details, amounts, hash);
  }

  private takeLine(bytes: Buffer, start: number, isTail: boolean): number {
    const found = bytes.indexOf(LF, start);
    const end = found < 0 ? bytes.length : found;
    const lineNo = this.position.line + 1;
    if (end - start > LINE_BYTES_MAX) throw tooLong(lineNo);
    this.raiseHeldFault();
    const text = this.textOf(bytes, start, end, isTail);
    this.guarded(lineNo, () => {
      const { delimiter } = this.body;
      const first = delimiter === '' ? text : text.slice(0, endOfFirst(text, delimiter));
      this.readRecord(first, text, (layout) => this.fields(text, lineNo, layout), lineNo);
    });
    this.position.line = lineNo;
    return end + 1;
  }

  private takeRecords(csv: CsvRecords, bytes: Buffer, isEnd: boolean): void {
    for (const { lineNo, fields } of csv.take(bytes, isEnd))
      this.guarded(lineNo, () => {
        if (fields instanceof Refused) throw fields;
        this.readRecord(fields[0] ?? '', fields.join(this.body.delimiter), () => fields, lineNo);
      });
    this.position.line = csv.lines;
  }

  /** Runs what reads one line, and holds its fault back. */
  private guarded(lineNo: number, read: () => void): void {
    this.raiseHeldFault();
    this.lastLine = lineNo;
    try {
      read();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.fault = error;
    }
  }

  private raiseHeldFault(): void {
    const { fault } = this;
    this.fault = undefined;
    if (fault) this.raise(fault);
  }

  private raise(fault: Refused): void {
    if (!this.reading.onFault) throw fault;
    this.reading.onFault(fault);
  }

  private readRecord(
    first: string,
    text: string,
    fieldsBy: (layout: RecordLayout) => readonly string[],
    lineNo: number,
  ): void {
    const { body, reading } = this;
    if (lineNo === 1 && this.hasHeader) {
      this.header = text;
      this.checkHeader(first, fieldsBy);
      return;
    }
    const { detail, trailer } = body;
    if (this.trailer) throw afterTrailer(lineNo, first);
    if (trailer && this.readTrailer && this.isOf(trailer, first)) {
      this.trailer = this.readTrailer(fieldsBy(trailer), lineNo);
      return;
    }
    if (!this.isOf(detail, first))
      throw unknownRecord(lineNo, first, [detail.id, trailer?.id].filter((id) => id).join(' or '));
    const row = this.readDetail(fieldsBy(detail), lineNo);
    this.totals.add(row.status, row.amount, row.customerNo);
    reading.sink.row(row);
  }

  /** Whether a line is such a record; `first` is its first column, or the line where columns have no separator. */
  private isOf({ id }: RecordLayout, first: string): boolean {
    return id === undefined || (this.body.layout === 'fixed' ? first.startsWith(id) : first === id);
  }

  private checkHeader(first: string, fieldsBy: (layout: RecordLayout) => readonly string[]): void {
    const { header, titles = [], detail } = this.body;
    if (!header) {
      const fields = fieldsBy(detail);
      for (const [index, title] of titles.entries())
        if (fields[index] !== title) throw invalid(1, `column ${index + 1}`, fields[index], `"${title}"`);
      if (fields.length > titles.length)
        throw invalid(1, `column ${titles.length + 1}`, fields[titles.length], 'the end of the line');
      return;
    }
    if (!this.isOf(header, first)) throw unknownRecord(1, first, header.id ?? '');
    const stated = readHeader(header, fieldsBy(header));
    const { businessDate } = this.reading;
    if (stated !== businessDate)
      throw new Refused(
        'date_wrong',
        1,
        stated,
        businessDate,
        `the header says ${stated}, the name says ${businessDate}`,
        'business_date',
      );
  }

  /** The gates that need the whole file: it has a trailer, and the trailer states what we counted. */
  private end(): TextRead {
    const { totals, trailer, header, fault, position, body } = this;
    const isCut = position.isTail;
    if (fault && !(isCut && !trailer)) this.raise(fault);
    const line = Math.max(1, this.lastLine);
    if (this.hasHeader && header === undefined && !body.trailer) throw invalid(1, 'header', '', 'a header');
    if (body.trailer) {
      if (trailer) totals.compare(trailer, 'the trailer', line);
      else this.raise(noTrailer(line, body.trailer.id ?? ''));
    }
    return { totals, trailer, header, fault: isCut && !trailer ? fault : undefined };
  }

  private textOf(bytes: Buffer, start: number, end: number, isTail: boolean): string {
    const { lineEnd } = this.reading.format;
    const lineNo = this.position.line + 1;
    const hasCr = end > start && bytes[end - 1] === CR;
    if (lineEnd === 'crlf' && !hasCr && !isTail) throw invalid(lineNo, LINE_END, 'LF', 'CR LF');
    const text = bytes.toString(this.encoding, start, hasCr && lineEnd !== 'lf' ? end - 1 : end);
    if (text.includes('\r')) throw invalid(lineNo, LINE_END, 'CR', lineEnd === 'lf' ? 'LF' : 'LF or CR LF');
    return text;
  }
}

function fieldsOf(body: TextBody): (line: string, lineNo: number, layout: RecordLayout) => readonly string[] {
  if (body.layout !== 'fixed') return (line) => line.split(body.delimiter);
  const records = new Map(
    [body.header, body.detail, body.trailer].flatMap((layout) =>
      layout ? [[layout, fixedFields(body, layout)] as const] : [],
    ),
  );
  return (line, lineNo, layout) => records.get(layout)?.(line, lineNo) ?? [];
}

function endOfFirst(text: string, delimiter: string): number {
  const at = text.indexOf(delimiter);
  return at < 0 ? text.length : at;
}

function afterTrailer(lineNo: number, first: string): Refused {
  const reason = `line ${lineNo} stands after the trailer`;
  return new Refused('line_invalid', lineNo, shown(first), 'the end of the file', reason);
}
