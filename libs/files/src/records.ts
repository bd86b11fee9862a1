import type { BusinessDate } from '#lib/kernel';
import { maskNumber } from '#lib/platform';
import type { Column, RecordLayout } from './columns';
import type { SettlementFormat, Status } from './format';
import { Refused, shown } from './gates';

/** One detail line in the words of the switch, whatever its source calls things. */
export interface DetailRow {
  /** Line of the file, from 1. */
  lineNo: number;
  /** Our reference as they state it; empty when they state none. */
  ourRef: string;
  theirRef: string | null;
  /** Whole rupiah. */
  amount: bigint;
  status: Status;
  /** `2026-07-14 23:41:09`, local time of the source. */
  paidAt: string | null;
  /** Their customer number, for the hash total only: it is neither kept nor shown. */
  customerNo: string;
}

/** What a trailer states about the lines before it. */
export interface Trailer {
  count: bigint;
  amount: bigint;
  hash: bigint | null;
}

/** Longest value each reference column of ours can keep; a longer one would match the wrong row when cut. */
const OUR_REF_MAX = 40;
const THEIR_REF_MAX = 64;

type Values = Readonly<Record<string, string>>;

/** Reads the header line, which must be its source's own. @returns the business date it states. */
export function readHeader(format: SettlementFormat, fields: readonly string[]): BusinessDate {
  return recordReader(format.header)(fields, 1)['business_date'] ?? '';
}

/** Reads detail lines. */
export function detailReader(
  format: SettlementFormat,
): (fields: readonly string[], line: number) => DetailRow {
  const values = recordReader(format.detail);
  return (fields, line) => {
    const detail = values(fields, line);
    const status = format.statuses.get(detail['status'] ?? '');
    if (!status) throw invalid(line, 'status', detail['status'], [...format.statuses.keys()].join(', '));
    const ourRef = reference(detail, 'our_ref', OUR_REF_MAX, line);
    if (ourRef === '' && !format.match.hasFallbackKey) throw invalid(line, 'our_ref', '', 'our reference');
    if (detail['line_no'] !== undefined) digits(detail, 'line_no', 9, line);
    if (detail['fee'] !== undefined) digits(detail, 'fee', 18, line);
    return {
      lineNo: line,
      ourRef,
      theirRef: reference(detail, 'their_ref', THEIR_REF_MAX, line) || null,
      amount: digits(detail, 'amount', 18, line),
      status,
      paidAt: detail['paid_at'] ?? null,
      customerNo: customerNumber(detail['customer_no'], format.hasHash, line),
    };
  };
}

/** Reads trailer lines. */
export function trailerReader(
  format: SettlementFormat,
): (fields: readonly string[], line: number) => Trailer {
  const values = recordReader(format.trailer);
  return (fields, line) => {
    const trailer = values(fields, line);
    return {
      count: digits(trailer, 'count', 18, line),
      amount: digits(trailer, 'amount', 18, line),
      hash: format.hasHash ? digits(trailer, 'hash', 18, line) : null,
    };
  };
}

/** Names the fields of a record, with its constants and dates checked. */
function recordReader(layout: RecordLayout): (fields: readonly string[], line: number) => Values {
  const named = layout.columns.flatMap((column, index) =>
    column.kind === 'skip' ? [] : [{ column, index }],
  );
  return (fields, line) => {
    if (fields.length !== layout.columns.length)
      throw new Refused(
        'line_invalid',
        line,
        `${fields.length} columns`,
        `${layout.columns.length} columns`,
        `line ${line} has ${fields.length} columns; a record ${layout.id} has ${layout.columns.length}`,
      );
    const values: Record<string, string> = {};
    for (const { column, index } of named) values[column.name] = valueOf(column, fields[index] ?? '', line);
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
        );
      throw invalid(line, column.name, text, column.value);
    case 'date': {
      const date = column.pattern.read(text);
      if (date === undefined) throw invalid(line, column.name, text, `a date as ${column.pattern.text}`);
      return date;
    }
  }
}

function digits(values: Values, name: string, lengthMax: number, line: number): bigint {
  const text = values[name] ?? '';
  if (!/^\d+$/.test(text) || text.length > lengthMax)
    throw invalid(line, name, text, `1 to ${lengthMax} digits`);
  return BigInt(text);
}

/** Keys are compared byte for byte, so a blank or a foreign letter in one is a fault and not a difference. */
function reference(values: Values, name: string, lengthMax: number, line: number): string {
  const text = values[name] ?? '';
  if (!/^[\x21-\x7e]*$/.test(text) || text.length > lengthMax)
    throw invalid(line, name, text, `at most ${lengthMax} letters, digits and signs without blanks`);
  return text;
}

function customerNumber(text = '', isHashed: boolean, line: number): string {
  if (isHashed && !/^\d{1,40}$/.test(text)) throw invalid(line, 'customer_no', maskNumber(text), 'digits');
  return text;
}

function invalid(line: number, name: string, stated: string | undefined, expected: string): Refused {
  const text = shown(stated ?? '');
  return new Refused(
    'line_invalid',
    line,
    text,
    expected,
    `line ${line}: ${name} "${text}" is not ${expected}`,
  );
}
