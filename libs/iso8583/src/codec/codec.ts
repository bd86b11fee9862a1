import { fail, ok, type Result } from '#lib/kernel';
import { masked } from '../mask';
import type { IsoFields, IsoMessage } from '../message';
import type { SpecDefinition } from '../spec/spec-shape';
import { WireError, type WireFault } from '../wire-error';
import { BINARY_BITMAP, HEX_BITMAP, type Bitmap, type BitmapCodec } from './bitmap';
import { Cursor, ValueRefused } from './bytes';
import { fieldCodec, type FieldCodec } from './field-codec';
import { writePacked } from './length-codec';

const HIGHEST = 128;

/** A dialect's wire form, compiled once: one closure for each data element. */
export class Codec {
  private readonly fields: (FieldCodec | undefined)[];
  /** Those there are, in order. */
  private readonly numbers: readonly number[];
  private readonly bitmap: BitmapCodec;
  private readonly packsMti: boolean;
  private readonly mtis: ReadonlySet<string>;
  /** Every message is written here and then copied once, so that a pack costs one Buffer. */
  private readonly bench: Buffer;
  private readonly words: Bitmap = new Uint32Array(4);
  private readonly carried = new Uint8Array(HIGHEST);

  constructor(private readonly definition: SpecDefinition) {
    this.fields = Array.from({ length: HIGHEST + 1 }, (_, number) => {
      const field = definition.fields[number];
      return field && fieldCodec(number, field, definition.encoding);
    });
    this.numbers = this.fields.flatMap((field) => field?.number ?? []);
    this.bitmap = definition.bitmap === 'hex' ? HEX_BITMAP : BINARY_BITMAP;
    this.packsMti = definition.mti.encoding === 'bcd';
    this.mtis = new Set(Object.keys(definition.messages));
    // Each value is checked as it is written, so a message may pass its limit by one longest field before it is refused.
    this.bench = Buffer.alloc(definition.framing.sizeMaxBytes + 32_768);
  }

  /**
   * Writes a message.
   * @param around bytes to leave free before and behind it, for the frame.
   * @throws WireError where a value does not fit its field, or the message its frame.
   */
  pack({ mti, fields }: IsoMessage, around: { before: number; after: number } = NOTHING): Buffer {
    const { bench, words } = this;
    if (!this.mtis.has(mti))
      throw new WireError({ path: 'mti', offset: 0, problem: 'is not of this dialect', raw: mti });
    const start = this.packsMti ? writePacked(mti, bench, 0) : writeText(mti, bench);
    const carried = this.mapFields(fields);
    const at = this.packFields(fields, carried, this.bitmap.write(words, bench, start));
    const packed = Buffer.allocUnsafe(around.before + at + around.after);
    bench.copy(packed, around.before, 0, at);
    return packed;
  }

  /** Sets the bitmap's words. @returns how many of `carried` are set: the data elements that have a value. */
  private mapFields(fields: IsoFields): number {
    const { words, carried, numbers } = this;
    words.fill(0);
    let count = 0;
    for (const number of numbers) {
      if (fields[number] === undefined) continue;
      carried[count] = number;
      count += 1;
      words[(number - 1) >> 5] = (words[(number - 1) >> 5] ?? 0) | (0x80000000 >>> ((number - 1) & 31));
    }
    // Counting them is far cheaper than walking the keys, and tells whether one was passed by.
    if (Object.values(fields).length !== count) this.refuseOthers(fields);
    return count;
  }

  /** Finds a value whose key is no field of the dialect; what is undefined is not there. */
  private refuseOthers(fields: IsoFields): void {
    for (const [key, value] of Object.entries(fields))
      if (value !== undefined && this.fields[Number(key)] === undefined) throw unknownField(key);
  }

  private packFields(fields: IsoFields, count: number, from: number): number {
    const { carried, bench } = this;
    const sizeMax = this.definition.framing.sizeMaxBytes;
    let at = from;
    let number = 0;
    try {
      for (let index = 0; index < count; index += 1) {
        number = carried[index] ?? 0;
        const field = this.fields[number];
        if (field !== undefined) at = field.write(fields[number] ?? '', bench, at);
        if (at > sizeMax) throw new ValueRefused(`makes the message longer than ${sizeMax} bytes`);
      }
    } catch (error) {
      if (!(error instanceof ValueRefused)) throw error;
      const raw = masked(fields[number] ?? '', this.fields[number]?.mask ?? 'all');
      throw new WireError({ path: String(number), offset: at, problem: error.message, raw });
    }
    return at;
  }

  /** Reads one message. Whatever the bytes are, the answer is a message or why they are none. */
  unpack(frame: Buffer): Result<IsoMessage, WireError> {
    const cursor = new Cursor(frame);
    const mti = this.readMti(cursor);
    if (cursor.problem !== undefined) return this.refused(cursor, 'mti', undefined);
    this.bitmap.read(cursor, this.words);
    const fields: IsoFields = {};
    const message: IsoMessage = { mti, fields };
    if (cursor.problem !== undefined) return this.refused(cursor, 'bitmap', message);
    // The highest first: one allocation for all of them instead of one for every few.
    const highest = highestOf(this.words);
    if (highest > 0) fields[highest] = '';
    const path = this.readFields(cursor, fields);
    if (path === undefined) return ok(message);
    if (fields[highest] === '') delete fields[highest];
    return this.refused(cursor, path, message);
  }

  /** @returns what was refused; undefined where all was read. */
  private readFields(cursor: Cursor, values: IsoFields): string | undefined {
    const { words, fields } = this;
    for (let index = 0; index < 4; index += 1) {
      // Bits 1 and 65 announce bitmaps; 65 is a field of no dialect and is refused as such.
      let word = (words[index] ?? 0) & (index === 0 ? 0x7fffffff : 0xffffffff);
      while (word !== 0) {
        const bit = Math.clz32(word);
        word &= ~(0x80000000 >>> bit);
        const number = index * 32 + bit + 1;
        const field = fields[number];
        if (field === undefined) {
          cursor.refuse('is not a field of this dialect');
          return String(number);
        }
        const value = field.read(cursor);
        if (cursor.problem !== undefined) return String(number);
        values[number] = value;
      }
    }
    if (cursor.at === cursor.end) return undefined;
    cursor.refuse(`has ${cursor.end - cursor.at} bytes behind its last field`);
    return 'frame';
  }

  private readMti(cursor: Cursor): string {
    const width = this.packsMti ? 2 : 4;
    if (cursor.end < width) return cursor.refuse('is cut short');
    let mti = cursor.text.substring(0, width);
    if (this.packsMti) mti = Buffer.from(mti, 'latin1').toString('hex');
    if (!this.mtis.has(mti)) return cursor.refuse('is not of this dialect');
    cursor.at = width;
    return mti;
  }

  private refused(cursor: Cursor, path: string, partial: IsoMessage | undefined): Result<never, WireError> {
    const mask = this.fields[Number(path)]?.mask ?? 'all';
    const there = cursor.text.slice(cursor.at, Math.min(cursor.end, cursor.at + RAW_MAX));
    const fault: WireFault = {
      path,
      offset: cursor.at,
      problem: cursor.problem ?? '',
      raw:
        path === 'mti' ? masked(there.slice(0, 4), 'safe') : masked(there, mask === 'safe' ? 'safe' : 'all'),
    };
    if (partial) fault.partial = partial;
    return fail(new WireError(fault));
  }
}

const NOTHING = { before: 0, after: 0 };
/** As much of what could not be read as an error tells about. */
const RAW_MAX = 32;

function writeText(text: string, out: Uint8Array): number {
  for (let at = 0; at < text.length; at += 1) out[at] = text.charCodeAt(at);
  return text.length;
}

/** The highest data element of a bitmap; 0 where it has none. */
function highestOf(words: Bitmap): number {
  for (let index = 3; index >= 0; index -= 1) {
    const word = (words[index] ?? 0) & (index === 0 ? 0x7fffffff : 0xffffffff);
    if (word !== 0) return index * 32 + Math.clz32(word & -word) + 1;
  }
  return 0;
}

function unknownField(path: string): WireError {
  return new WireError({ path, offset: 0, problem: 'is not a field of this dialect', raw: '' });
}
