import { amountReader } from './amount-dialect';
import { datePattern } from './date-pattern';
import { invalid, noTrailer, Refused, shown } from './gates';
import { CR, LF, LINE_BYTES_MAX, lineBlocks, tooLong, type Position } from './line-blocks';
import type { Reading } from './reading';
import { narrator, references } from './records';
import type { SettlementFormat, StatementBody, Status } from './settlement-format';
import { StatementTotals, type StatementRead } from './statement-totals';

const TAG = /^:(\d{2}[A-Z]?):(.*)$/;
/** Value date, entry date, mark, funds code, amount, type, our reference, theirs. */
const ENTRY =
  /^(\d{6})(\d{4})?(RC|RD|C|D)([A-Z])?(\d{1,15},\d{0,2})([NFS][A-Z0-9]{3})(.{0,34}?)(?:\/\/(.{0,34}))?$/;
const BALANCE = /^(C|D)(\d{6})([A-Z]{3})(\d{1,15},\d{0,2})$/;
const SHORT_DATE = datePattern('yyMMdd');
const AMOUNT = amountReader({ scale: 2, thousands: undefined, decimal: ',' }, true);

interface Entry {
  line: number;
  status: Status;
  amount: bigint;
  elements: Readonly<Record<string, string>>;
  type: string;
  valueDate: string;
  narrative: string[];
}

/**
 * Reads a SWIFT statement message (MT940), whose pages follow one another. A credit is positive, a debit negative;
 * RC and RD undo one and become F rows with the amount of the entry they undo.
 * @see SWIFT Standards MT, Category 9, MT 940 Customer Statement Message: fields 20, 25, 28C, 60, 61, 86, 62.
 */
export class Mt940Reader {
  private readonly position: Position = { line: 0, isTail: false };
  private readonly totals: StatementTotals;
  private readonly told;
  private entry: Entry | undefined;
  private isNarrating = false;
  private isOpen = false;

  constructor(
    private readonly reading: Reading,
    private readonly body: StatementBody,
  ) {
    this.totals = new StatementTotals(reading);
    this.told = narrator(reading.format);
  }

  /** @throws Refused at the first gate that does not hold. */
  async read(chunks: AsyncIterable<Buffer>): Promise<StatementRead> {
    const { format, sink } = this.reading;
    for await (const { bytes } of lineBlocks(chunks, format, this.position)) {
      this.take(bytes, format);
      await sink.flush();
    }
    this.emit();
    if (this.isOpen || !this.totals.isClosed) throw noTrailer(Math.max(1, this.position.line), ':62F:');
    return this.totals.end();
  }

  private take(bytes: Buffer, format: SettlementFormat): void {
    const encoding = format.encoding === 'latin1' ? 'latin1' : 'utf8';
    for (let start = 0; start < bytes.length;) {
      const found = bytes.indexOf(LF, start);
      const end = found < 0 ? bytes.length : found;
      if (end - start > LINE_BYTES_MAX) throw tooLong(this.position.line + 1);
      this.position.line += 1;
      const text = bytes.toString(encoding, start, bytes[end - 1] === CR ? end - 1 : end);
      this.takeLine(text, this.position.line);
      start = end + 1;
    }
  }

  private takeLine(text: string, line: number): void {
    const [, tag, value = ''] = TAG.exec(text) ?? [];
    if (tag !== undefined) this.takeTag(tag, value, line);
    else if (text === '-' || text === '-}' || text === '' || /^\{1:.*\{4:$/.test(text)) this.emit();
    else if (this.entry) this.entry.narrative.push(text);
    else
      throw new Refused(
        'record_unknown',
        line,
        shown(text),
        ':nn: or -',
        `line ${line} is no field of an MT940 statement: "${shown(text)}"`,
      );
  }

  private takeTag(tag: string, value: string, line: number): void {
    if (tag === '86' && this.entry) {
      this.isNarrating = true;
      this.entry.narrative = [value];
      return;
    }
    this.emit();
    switch (tag) {
      case '20':
      case '21':
      case '64':
      case '65':
      case '86':
        return;
      case '25':
        this.totals.account(value, line);
        return;
      case '28C':
      case '28':
        this.totals.number(numberOf(value, line), line);
        return;
      case '60F':
      case '60M':
        this.totals.open(this.balance(value, line, 'opening balance').amount, line);
        this.isOpen = true;
        return;
      case '61':
        this.begin(value, line);
        return;
      case '62F':
      case '62M': {
        const { amount, date } = this.balance(value, line, 'closing balance');
        this.totals.close(amount, tag === '62F' ? date : undefined, line);
        this.isOpen = false;
        return;
      }
      default:
        throw new Refused(
          'record_unknown',
          line,
          `:${tag}:`,
          'a field of MT940',
          `line ${line}: :${tag}: is no field of an MT940 statement`,
        );
    }
  }

  private begin(value: string, line: number): void {
    const match = ENTRY.exec(value);
    if (!match || !this.isOpen) throw invalid(line, '61', value, 'an entry of an open statement');
    const [, date = '', , mark = '', , amount = '', type = '', ours = '', theirs = ''] = match;
    const rupiah = this.amountOf(amount, line);
    const isCredit = mark.endsWith('C');
    const valueDate = SHORT_DATE.read(date);
    if (valueDate === undefined) throw invalid(line, '61.value_date', date, 'a date as yyMMdd');
    const elements = { '61.customer_ref': ours.trim(), '61.bank_ref': theirs.trim() };
    this.isNarrating = false;
    this.entry = {
      line,
      status: mark.startsWith('R') ? 'F' : 'S',
      amount: isCredit ? rupiah : -rupiah,
      elements,
      type,
      valueDate,
      narrative: [],
    };
  }

  private emit(): void {
    const { entry } = this;
    this.entry = undefined;
    if (!entry) return;
    const { elements, narrative, line, status, amount, type, valueDate } = entry;
    const given: Record<string, string> = {};
    for (const [name, element] of this.body.fields) given[name] = elements[element] ?? '';
    const told = this.isNarrating ? this.told(narrative.join('\n')) : {};
    const keys = references(this.reading.format, { ...given, ...told }, line);
    this.totals.row({
      lineNo: line,
      ...keys,
      amount,
      fee: null,
      status,
      paidAt: valueDate,
      type,
      narrative: narrative.join(' '),
      customerNo: '',
    });
  }

  private balance(value: string, line: number, what: string): { amount: bigint; date: string } {
    const [, mark = '', day = '', currency = '', amount = ''] = BALANCE.exec(value) ?? [];
    const date = SHORT_DATE.read(day);
    if (mark === '' || date === undefined) throw invalid(line, what, value, 'such as C260714IDR152500000,00');
    if (currency !== 'IDR') throw invalid(line, what, currency, 'IDR');
    const rupiah = this.amountOf(amount, line);
    return { amount: mark === 'C' ? rupiah : -rupiah, date };
  }

  private amountOf(text: string, line: number): bigint {
    const amount = AMOUNT(text);
    if (typeof amount === 'bigint') return amount;
    throw invalid(line, 'amount', text, 'whole rupiah such as 410500,00');
  }
}

function numberOf(value: string, line: number): number {
  const [, number] = /^(\d{1,5})(?:\/\d{1,5})?$/.exec(value) ?? [];
  if (number === undefined) throw invalid(line, '28C', value, 'a statement number such as 00196/001');
  return Number(number);
}
