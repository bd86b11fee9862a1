import type { Column } from './columns';
import type { DatePattern, Token } from './date-pattern';
import { HASH_MODULUS } from './control-totals';
import { CR, LF, LINE_BYTES_MAX } from './line-blocks';
import type { NormalisedLines } from './normalised-lines';
import { OUR_REF_MAX, THEIR_REF_MAX } from './records';
import type { SettlementFormat, Status, TextBody } from './settlement-format';
import { gapsOf } from './fixed-fields';

const STATUSES = ['S', 'F', 'U'] as const;
const HASH = STATUSES.length;
const HASH_MODULUS_NUMBER = Number(HASH_MODULUS);
const BLANK = 0x20;
const ZERO = 0x30;
const NINE = 0x39;
const TILDE = 0x7e;
/** So many digits a double holds exactly; longer amounts are left to the general reader. */
const EXACT_DIGITS = 15;
const HASH_DIGITS = 10;
const FLUSH_AT = 4e15;

/** The line is none of the plain ones; the general reader takes it. */
export const NOT_PLAIN = -1;

/** What is done with a column. */
interface Step {
  take: 'key' | 'digits' | 'amount' | 'fee' | 'status' | 'date' | 'constant' | 'customer';
  column: number;
  slot: number;
  max: number;
  bytes: Buffer;
  date: DateBytes | undefined;
}

const KEY_SLOTS: Readonly<Record<string, { slot: number; max: number }>> = {
  our_ref: { slot: 0, max: OUR_REF_MAX },
  their_ref: { slot: 1, max: THEIR_REF_MAX },
  hint: { slot: 2, max: OUR_REF_MAX },
  group_key: { slot: 3, max: OUR_REF_MAX },
  type: { slot: 4, max: 20 },
};

/**
 * Reads plain detail lines as bytes, several times as fast as by strings. It only ever takes a line that the general
 * reader takes too, and gives the same; whatever is out of the ordinary in the least it leaves to it, faults above
 * all. A property test holds the two together.
 */
export class ByteDetails {
  private readonly starts: Int32Array;
  private readonly ends: Int32Array;
  private readonly keyStarts = new Int32Array(5);
  private readonly keyEnds = new Int32Array(5);
  private readonly id: Buffer;
  private readonly trailerId: Buffer;
  private readonly delimiter: number;
  private readonly codes: readonly { bytes: Buffer; status: number }[];
  private readonly gaps: readonly { start: number; end: number }[];
  private readonly width: number;
  private readonly isCrAllowed: boolean;
  private readonly isCrNeeded: boolean;
  private readonly isOurRefNeeded: boolean;
  private readonly scale: number;
  private details = 0;
  /** One per status, and the hash last: numbers in an object would be made anew for every line. */
  private readonly sums = new Float64Array(STATUSES.length + 1);
  private readonly flushed: Record<Status, bigint> = { S: 0n, F: 0n, U: 0n };
  private date: DateBytes | undefined;
  private dateAt = 0;

  private constructor(
    format: SettlementFormat,
    private readonly body: TextBody,
    private readonly steps: readonly Step[],
    private readonly out: NormalisedLines | undefined,
  ) {
    this.starts = new Int32Array(body.detail.columns.length);
    this.ends = new Int32Array(body.detail.columns.length);
    this.id = Buffer.from(body.detail.id ?? '');
    this.trailerId = Buffer.from(body.trailer?.id ?? '');
    this.delimiter = body.delimiter.charCodeAt(0);
    this.codes = [...format.statuses].map(([code, status]) => ({
      bytes: Buffer.from(code),
      status: STATUSES.indexOf(status),
    }));
    this.width = body.width ?? 0;
    this.gaps = body.layout === 'fixed' ? gapsOf(body) : [];
    this.isCrAllowed = format.lineEnd !== 'lf';
    this.isCrNeeded = format.lineEnd === 'crlf';
    this.isOurRefNeeded = !format.match.hasFallbackKey && format.match.hint === undefined;
    this.scale = format.amount.scale;
  }

  /** @returns undefined for a format whose lines are not this plain. */
  static of(format: SettlementFormat, out: NormalisedLines | undefined): ByteDetails | undefined {
    const { body, amount } = format;
    if (body.layout !== 'delimited' && body.layout !== 'fixed') return undefined;
    const isPlain =
      format.strip.size + format.values.size + format.blankRefs.size + format.narrative.length === 0 &&
      amount.thousands === undefined &&
      amount.decimal === undefined &&
      (body.layout === 'fixed' || body.delimiter <= '~');
    const steps = isPlain ? stepsOf(body.detail.columns, format.control.hash) : undefined;
    return steps && new ByteDetails(format, body, steps, out);
  }

  /**
   * Takes the line that starts here.
   * @returns where the next line starts, or NOT_PLAIN.
   */
  take(block: Buffer, start: number, lineNo: number): number {
    const end = this.body.layout === 'fixed' ? this.cutFixed(block, start) : this.cut(block, start);
    if (end === NOT_PLAIN) return NOT_PLAIN;
    let amount = -1;
    let status = this.codes.length === 0 ? 0 : -1;
    let customer = 0;
    const { steps, starts, ends } = this;
    for (let index = 0; index < steps.length; index += 1) {
      const step = steps[index] as Step;
      const from = starts[step.column] as number;
      const to = ends[step.column] as number;
      switch (step.take) {
        case 'key':
          if (to - from > step.max || hasBlank(block, from, to)) return NOT_PLAIN;
          this.keyStarts[step.slot] = from;
          this.keyEnds[step.slot] = to;
          break;
        case 'amount':
          amount = this.rupiah(block, from, to);
          if (amount < 0) return NOT_PLAIN;
          break;
        case 'fee':
          if (this.rupiah(block, from, to) < 0) return NOT_PLAIN;
          break;
        case 'digits':
          if (to - from > step.max || number(block, from, to) < 0) return NOT_PLAIN;
          break;
        case 'customer':
          customer = lastDigits(block, from, to);
          if (customer < 0) return NOT_PLAIN;
          break;
        case 'status':
          status = this.statusOf(block, from, to);
          break;
        case 'constant':
          if (!isSame(block, from, to, step.bytes)) return NOT_PLAIN;
          break;
        case 'date':
          if (!step.date?.holds(block, from, to)) return NOT_PLAIN;
          this.date = step.date;
          this.dateAt = from;
          break;
      }
    }
    if (status < 0) return NOT_PLAIN;
    if (this.isOurRefNeeded && this.keyStarts[0] === this.keyEnds[0] && this.keyStarts[3] === this.keyEnds[3])
      return NOT_PLAIN;
    this.count(status, amount, customer);
    this.write(block, lineNo, amount, status);
    return end;
  }

  /** Hands over what was counted since the last time. */
  takeSums(): { details: number; amounts: Record<Status, bigint>; hash: bigint } {
    for (let status = 0; status < STATUSES.length; status += 1) this.flush(status);
    const taken = {
      details: this.details,
      amounts: { ...this.flushed },
      hash: BigInt(this.sums[HASH] as number),
    };
    this.details = 0;
    this.sums[HASH] = 0;
    for (const status of STATUSES) this.flushed[status] = 0n;
    return taken;
  }

  private count(status: number, amount: number, customer: number): void {
    const { sums } = this;
    this.details += 1;
    const sum = (sums[status] as number) + amount;
    sums[status] = sum;
    if (sum > FLUSH_AT) this.flush(status);
    const hash = (sums[HASH] as number) + customer;
    sums[HASH] = hash >= HASH_MODULUS_NUMBER ? hash - HASH_MODULUS_NUMBER : hash;
  }

  private flush(status: number): void {
    this.flushed[STATUSES[status] as Status] += BigInt(this.sums[status] as number);
    this.sums[status] = 0;
  }

  private write(block: Buffer, lineNo: number, amount: number, status: number): void {
    const { out } = this;
    if (!out) return;
    out.begin(lineNo);
    this.writeKey(block, 0, out);
    this.writeKey(block, 1, out);
    out.tab();
    out.number(amount);
    out.tab();
    out.ascii(STATUSES[status] as Status);
    out.tab();
    this.date?.write(block, this.dateAt, out);
    this.writeKey(block, 2, out);
    this.writeKey(block, 3, out);
    this.writeKey(block, 4, out);
    out.end();
  }

  private writeKey(block: Buffer, slot: number, out: NormalisedLines): void {
    out.tab();
    out.slice(block, this.keyStarts[slot] as number, this.keyEnds[slot] as number);
  }

  /** Finds the columns of a delimited line. */
  private cut(block: Buffer, start: number): number {
    const { starts, ends, delimiter } = this;
    const last = starts.length - 1;
    const limit = Math.min(block.length, start + LINE_BYTES_MAX);
    let column = 0;
    let at = start;
    starts[0] = start;
    for (; at < limit; at += 1) {
      const byte = block[at] as number;
      if (byte === delimiter) {
        if (column === last) return NOT_PLAIN;
        ends[column] = at;
        column += 1;
        starts[column] = at + 1;
      } else if (byte < BLANK || byte > TILDE) break;
    }
    if (column !== last) return NOT_PLAIN;
    ends[last] = at;
    if (this.id.length > 0 && !isSame(block, start, ends[0] ?? 0, this.id)) return NOT_PLAIN;
    if (this.trailerId.length > 0 && isSame(block, start, ends[0] ?? 0, this.trailerId)) return NOT_PLAIN;
    return this.afterLine(block, at);
  }

  /** Finds the columns of a line of fixed width, without the blanks around them. */
  private cutFixed(block: Buffer, start: number): number {
    const { starts, ends } = this;
    if (start + this.width >= block.length) return NOT_PLAIN;
    for (let at = start; at < start + this.width; at += 1) {
      const byte = block[at] as number;
      if (byte < BLANK || byte > TILDE) return NOT_PLAIN;
    }
    if (!isSame(block, start, start + this.id.length, this.id)) return NOT_PLAIN;
    if (this.id.length === 0 && isSame(block, start, start + this.trailerId.length, this.trailerId))
      return NOT_PLAIN;
    for (const gap of this.gaps)
      for (let at = start + gap.start; at < start + gap.end; at += 1)
        if (block[at] !== BLANK) return NOT_PLAIN;
    for (const [index, { span }] of this.body.detail.columns.entries()) {
      let from = start + (span?.start ?? 0);
      let to = start + (span?.end ?? 0);
      while (from < to && block[from] === BLANK) from += 1;
      while (to > from && block[to - 1] === BLANK) to -= 1;
      starts[index] = from;
      ends[index] = to;
    }
    return this.afterLine(block, start + this.width);
  }

  private afterLine(block: Buffer, at: number): number {
    if (block[at] === LF) return this.isCrNeeded ? NOT_PLAIN : at + 1;
    return this.isCrAllowed && block[at] === CR && block[at + 1] === LF ? at + 2 : NOT_PLAIN;
  }

  private statusOf(block: Buffer, from: number, to: number): number {
    for (const { bytes, status } of this.codes) if (isSame(block, from, to, bytes)) return status;
    return -1;
  }

  /** Whole rupiah, or -1: its implied decimals must be zeros. */
  private rupiah(block: Buffer, from: number, to: number): number {
    const end = to - this.scale;
    if (end <= from) return -1;
    for (let at = end; at < to; at += 1) if (block[at] !== ZERO) return -1;
    return number(block, from, end);
  }
}

function stepsOf(columns: readonly Column[], isHashed: boolean): Step[] | undefined {
  const steps: Step[] = [];
  for (const [index, one] of columns.entries()) {
    if (one.kind === 'skip') continue;
    const step = { column: index, slot: 0, max: 0, bytes: Buffer.alloc(0), date: undefined };
    const slot = KEY_SLOTS[one.name];
    if (one.kind === 'constant')
      steps.push({ ...step, take: 'constant', bytes: Buffer.from(one.value, 'latin1') });
    else if (one.kind === 'date') steps.push({ ...step, take: 'date', date: new DateBytes(one.pattern) });
    else if (slot) steps.push({ ...step, take: 'key', ...slot });
    else if (one.name === 'amount' || one.name === 'fee' || one.name === 'status')
      steps.push({ ...step, take: one.name });
    else if (one.name === 'line_no') steps.push({ ...step, take: 'digits', max: 9 });
    else if (one.name === 'customer_no') {
      if (isHashed) steps.push({ ...step, take: 'customer' });
    } else return undefined;
  }
  return steps;
}

/** A date pattern over bytes. */
class DateBytes {
  private readonly literals: readonly { at: number; byte: number }[];
  private readonly length: number;
  /** Where each part stands; -1: not at all. */
  private readonly century: number;
  private readonly year: number;
  private readonly month: number;
  private readonly day: number;
  private readonly hour: number;
  private readonly minute: number;
  private readonly second: number;

  constructor({ text, length, parts }: DatePattern) {
    const placeOf = (token: Token) => parts.find((part) => part.token === token)?.at ?? -1;
    this.length = length;
    this.century = placeOf('yyyy');
    this.year = this.century < 0 ? placeOf('yy') : this.century + 2;
    [this.month, this.day] = [placeOf('MM'), placeOf('dd')];
    [this.hour, this.minute, this.second] = [placeOf('HH'), placeOf('mm'), placeOf('ss')];
    const isPart = (index: number) => parts.some(({ token, at }) => index >= at && index < at + token.length);
    this.literals = text
      .split('')
      .flatMap((sign, at) => (isPart(at) ? [] : [{ at, byte: sign.charCodeAt(0) }]));
  }

  /** Whether these bytes are a date that exists; of this century, and the others are not plain. */
  holds(block: Buffer, from: number, to: number): boolean {
    if (to - from !== this.length) return false;
    for (const { at, byte } of this.literals) if (block[from + at] !== byte) return false;
    if (this.century >= 0 && two(block, from + this.century) !== 20) return false;
    const year = two(block, from + this.year);
    const month = two(block, from + this.month);
    const day = two(block, from + this.day);
    if (year < 0 || month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return false;
    return (
      this.hour < 0 ||
      (isBelow(24, two(block, from + this.hour)) &&
        isBelow(60, two(block, from + this.minute)) &&
        isBelow(60, two(block, from + this.second)))
    );
  }

  /** Writes them as `2026-07-14 23:41:09`. */
  write(block: Buffer, from: number, out: NormalisedLines): void {
    out.ascii('20');
    out.slice(block, from + this.year, from + this.year + 2);
    out.ascii('-');
    out.slice(block, from + this.month, from + this.month + 2);
    out.ascii('-');
    out.slice(block, from + this.day, from + this.day + 2);
    if (this.hour < 0) return;
    out.ascii(' ');
    out.slice(block, from + this.hour, from + this.hour + 2);
    out.ascii(':');
    out.slice(block, from + this.minute, from + this.minute + 2);
    out.ascii(':');
    out.slice(block, from + this.second, from + this.second + 2);
  }
}

/** Two digits, or -1. */
function two(block: Buffer, at: number): number {
  const tens = (block[at] as number) - ZERO;
  const ones = (block[at + 1] as number) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

function isBelow(limit: number, value: number): boolean {
  return value >= 0 && value < limit;
}

/** In this century every fourth year is a leap year. */
function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** The number these digits write, or -1. */
function number(block: Buffer, from: number, to: number): number {
  if (to <= from || to - from > EXACT_DIGITS) return -1;
  let value = 0;
  for (let at = from; at < to; at += 1) {
    const byte = block[at] as number;
    if (byte < ZERO || byte > NINE) return -1;
    value = value * 10 + (byte - ZERO);
  }
  return value;
}

/** A customer number modulo 10^10, or -1. */
function lastDigits(block: Buffer, from: number, to: number): number {
  if (to <= from || to - from > 40) return -1;
  for (let at = from; at < to - HASH_DIGITS; at += 1) {
    const byte = block[at] as number;
    if (byte < ZERO || byte > NINE) return -1;
  }
  return number(block, Math.max(from, to - HASH_DIGITS), to);
}

function hasBlank(block: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) if (block[at] === BLANK) return true;
  return false;
}

function isSame(block: Buffer, from: number, to: number, bytes: Buffer): boolean {
  if (to - from !== bytes.length) return false;
  for (let at = 0; at < bytes.length; at += 1) if (block[from + at] !== bytes[at]) return false;
  return true;
}
