import type { BusinessDate } from '#lib/kernel';
import { maskNumber } from '#lib/platform';
import { amountExample, amountReader, type AmountDialect } from './amount-dialect';
import type { Column, RecordLayout } from './columns';
import { invalid, Refused, shown } from './gates';
import type { SettlementFormat, Status } from './settlement-format';

/** One detail line in the words of the switch, whatever its source calls things. */
export interface DetailRow {
  /** Line of the file, from 1. */
  lineNo: number;
  /** Our reference as they state it; empty when they state none. */
  ourRef: string;
  theirRef: string | null;
  /** Whole rupiah; negative only in a bank's statement, where it left the account. */
  amount: bigint;
  /** Their fee in whole rupiah, where they state one. */
  fee: bigint | null;
  status: Status;
  /** `2026-07-14 23:41:09`, local time of the source. */
  paidAt: string | null;
  /** A key that is only a hint, from a column or out of a free text. */
  hint: string | null;
  /** Lines with one group key compare as a sum. */
  groupKey: string | null;
  /** Their code for the kind of entry. */
  type: string | null;
  /** The words of a bank's statement beside the entry; left out where the layout has none. */
  narrative?: string;
  /** Their customer number, for the hash total only: it is neither kept nor shown. */
  customerNo: string;
}

/** What a trailer or a companion states about the lines. */
export interface StatedTotals {
  count: bigint | undefined;
  amount: bigint | undefined;
  hash: bigint | undefined;
}

/** Longest value each reference column of ours can keep; a longer one would match the wrong row when cut. */
export const OUR_REF_MAX = 40;
export const THEIR_REF_MAX = 64;
const TYPE_MAX = 20;
/** More of a free text is not searched. */
const NARRATIVE_MAX = 2_000;

export type Values = Readonly<Record<string, string>>;

/** Reads the header line, which must be its source's own. @returns the business date it states. */
export function readHeader(layout: RecordLayout, fields: readonly string[]): BusinessDate {
  return recordReader(layout)(fields, 1)['business_date'] ?? '';
}

/** Reads detail lines. */
export function detailReader(
  format: SettlementFormat,
  layout: RecordLayout,
): (fields: readonly string[], line: number) => DetailRow {
  const values = recordReader(layout, format);
  const amount = amountOf(format.amount);
  const told = narrator(format);
  return (fields, line) => {
    const given = values(fields, line);
    const detail = given['narrative'] === undefined ? given : { ...given, ...told(given['narrative']) };
    if (detail['line_no'] !== undefined) digits(detail, 'line_no', 9, line);
    return {
      lineNo: line,
      ...references(format, detail, line),
      amount: amount(detail, 'amount', line),
      fee: detail['fee'] === undefined ? null : amount(detail, 'fee', line),
      status: statusOf(format, detail['status'], line),
      paidAt: detail['paid_at'] ?? null,
      type: key(detail, 'type', TYPE_MAX, line) || null,
      customerNo: customerNumber(detail['customer_no'], format.control.hash, line),
    };
  };
}

/** The keys of a line. @throws Refused for a key that could be mistaken for another. */
export function references(
  format: SettlementFormat,
  values: Values,
  line: number,
): Pick<DetailRow, 'ourRef' | 'theirRef' | 'hint' | 'groupKey'> {
  const unlessBlank = (text: string) => (format.blankRefs.has(text) ? '' : text);
  const ourRef = unlessBlank(key(values, 'our_ref', OUR_REF_MAX, line));
  const theirRef = unlessBlank(key(values, 'their_ref', THEIR_REF_MAX, line)) || null;
  const hint = key(values, 'hint', OUR_REF_MAX, line) || null;
  const groupKey = key(values, 'group_key', OUR_REF_MAX, line) || null;
  if (ourRef === '' && !format.match.hasFallbackKey && format.match.hint === undefined && groupKey === null)
    throw invalid(line, 'our_ref', '', 'our reference');
  return { ourRef, theirRef, hint, groupKey };
}

/** What the rules of a format find in a free text. The first rule that finds a word's value gives it. */
export function narrator({ narrative }: SettlementFormat): (text: string) => Record<string, string> {
  return (text) => {
    const found: Record<string, string> = {};
    const searched = text.slice(0, NARRATIVE_MAX);
    for (const { pattern, set } of narrative) {
      const match = pattern.exec(searched);
      if (!match) continue;
      for (const [name, template] of set)
        found[name] ??= template.replace(/\$(\d)/g, (_, group: string) => match[Number(group)] ?? '');
    }
    return found;
  };
}

/** Reads trailer lines. */
export function trailerReader(
  format: SettlementFormat,
  layout: RecordLayout,
): (fields: readonly string[], line: number) => StatedTotals {
  const values = recordReader(layout);
  return (fields, line) => statedTotals(values(fields, line), format.amount, line);
}

/** The totals among named values. */
export function statedTotals(values: Values, dialect: AmountDialect, line: number): StatedTotals {
  const read = <T>(name: string, by: () => T) => (values[name] === undefined ? undefined : by());
  return {
    count: read('count', () => digits(values, 'count', 18, line)),
    amount: read('amount', () => amountOf(dialect)(values, 'amount', line)),
    hash: read('hash', () => digits(values, 'hash', 18, line)),
  };
}

/** Names the fields of a record, with what is stripped and mapped, and its constants and dates checked. */
function recordReader(
  layout: RecordLayout,
  { strip, values: tables }: Partial<Pick<SettlementFormat, 'strip' | 'values'>> = {},
): (fields: readonly string[], line: number) => Values {
  const named = layout.columns.flatMap((column, index) =>
    column.kind === 'skip'
      ? []
      : [{ column, index, strip: strip?.get(column.name), table: tables?.get(column.name) }],
  );
  return (fields, line) => {
    if (fields.length !== layout.columns.length)
      throw new Refused(
        'line_invalid',
        line,
        `${fields.length} columns`,
        `${layout.columns.length} columns`,
        `line ${line} has ${fields.length} columns; a record ${layout.id ?? 'of this format'} has ${layout.columns.length}`,
      );
    const values: Record<string, string> = {};
    for (const { column, index, strip: cut, table } of named) {
      let text = fields[index] ?? '';
      if (cut) text = text.replace(cut, '');
      values[column.name] = valueOf(column, table?.get(text) ?? text, line);
    }
    return values;
  };
}

function valueOf(column: Exclude<Column, { kind: 'skip' }>, text: string, line: number): string {
  switch (column.kind) {
    case 'text':
      return text;
    case 'constant':
      if (text === column.value) return text;
      // Another party's file under this name is a mix-up of files, not a bad line.
      if (column.name === 'biller')
        throw new Refused(
          'name_wrong',
          line,
          shown(text),
          column.value,
          `the name says ${column.value}, the header says "${shown(text)}": this is another party's file`,
          'biller',
        );
      throw invalid(line, column.name, text, column.value);
    case 'date': {
      const date = column.pattern.read(text);
      if (date === undefined) throw invalid(line, column.name, text, `a date as ${column.pattern.text}`);
      return date;
    }
  }
}

function statusOf({ statuses }: SettlementFormat, text: string | undefined, line: number): Status {
  if (text === undefined) return 'S';
  const status = statuses.get(text);
  if (!status) throw invalid(line, 'status', text, [...statuses.keys()].join(', '));
  return status;
}

function amountOf(dialect: AmountDialect): (values: Values, name: string, line: number) => bigint {
  const read = amountReader(dialect);
  const example = amountExample(dialect);
  return (values, name, line) => {
    const amount = read(values[name] ?? '');
    if (typeof amount === 'bigint') return amount;
    const expected = amount === 'loses decimals' ? 'whole rupiah: its decimals are not zero' : example;
    throw invalid(line, name, values[name], expected);
  };
}

function digits(values: Values, name: string, lengthMax: number, line: number): bigint {
  const text = values[name] ?? '';
  if (!/^\d+$/.test(text) || text.length > lengthMax)
    throw invalid(line, name, text, `1 to ${lengthMax} digits`);
  return BigInt(text);
}

/** Keys are compared byte for byte, so a blank or a foreign letter in one is a fault and not a difference. */
function key(values: Values, name: string, lengthMax: number, line: number): string {
  const text = values[name] ?? '';
  if (!/^[\x21-\x7e]*$/.test(text) || text.length > lengthMax)
    throw invalid(line, name, text, `at most ${lengthMax} letters, digits and signs without blanks`);
  return text;
}

function customerNumber(text = '', isHashed: boolean, line: number): string {
  if (isHashed && !/^\d{1,40}$/.test(text)) throw invalid(line, 'customer_no', maskNumber(text), 'digits');
  return text;
}
