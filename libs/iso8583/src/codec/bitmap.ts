import { HEX_PAIRS, NIBBLE } from './characters';
import type { Cursor } from './bytes';

/** Which data elements a message carries, as bits from the highest of each word. Four words: 1-32 to 97-128. */
export type Bitmap = Uint32Array;

/** How a bitmap stands on the wire. */
export interface BitmapCodec {
  /** Reads one or two bitmaps into the words. The reason stands in the cursor where it cannot. */
  read(cursor: Cursor, words: Bitmap): void;
  /** @returns the place behind it. */
  write(words: Bitmap, out: Uint8Array, at: number): number;
  /** Bytes of one half of 64 bits. */
  halfBytes: number;
}

/** 16 hexadecimal digits of text for each half. */
export const HEX_BITMAP: BitmapCodec = codec(
  16,
  (text, at) => {
    let word = 0;
    for (let index = at; index < at + 8; index += 1) {
      const nibble = NIBBLE[text.charCodeAt(index)] ?? 255;
      if (nibble === 255) return undefined;
      word = (word << 4) | nibble;
    }
    return word >>> 0;
  },
  (word, out, at) => {
    for (let index = 0; index < 4; index += 1) {
      const pair = HEX_PAIRS[(word >>> (24 - index * 8)) & 255] ?? '';
      out[at + index * 2] = pair.charCodeAt(0);
      out[at + index * 2 + 1] = pair.charCodeAt(1);
    }
  },
);

/** 8 bytes for each half. */
export const BINARY_BITMAP: BitmapCodec = codec(
  8,
  (text, at) =>
    ((text.charCodeAt(at) << 24) |
      (text.charCodeAt(at + 1) << 16) |
      (text.charCodeAt(at + 2) << 8) |
      text.charCodeAt(at + 3)) >>>
    0,
  (word, out, at) => {
    for (let index = 0; index < 4; index += 1) out[at + index] = (word >>> (24 - index * 8)) & 255;
  },
);

function codec(
  halfBytes: number,
  readWord: (text: string, at: number) => number | undefined,
  writeWord: (word: number, out: Uint8Array, at: number) => void,
): BitmapCodec {
  const wordBytes = halfBytes / 2;
  const readHalf = (cursor: Cursor, words: Bitmap, first: number): void => {
    if (cursor.at + halfBytes > cursor.end) return void cursor.refuse('is cut short');
    const high = readWord(cursor.text, cursor.at);
    const low = readWord(cursor.text, cursor.at + wordBytes);
    if (high === undefined || low === undefined) return void cursor.refuse('is not hexadecimal');
    words[first] = high;
    words[first + 1] = low;
    cursor.at += halfBytes;
  };
  return {
    halfBytes,
    read(cursor, words) {
      words[2] = 0;
      words[3] = 0;
      readHalf(cursor, words, 0);
      if (cursor.problem === undefined && hasSecond(words)) readHalf(cursor, words, 2);
    },
    write(words, out, at) {
      const halves = words[2] || words[3] ? 4 : 2;
      if (halves === 4) words[0] = ((words[0] ?? 0) | 0x80000000) >>> 0;
      for (let word = 0; word < halves; word += 1) writeWord(words[word] ?? 0, out, at + word * wordBytes);
      return at + halves * wordBytes;
    },
  };
}

/** Bit 1 announces the second bitmap. */
function hasSecond(words: Bitmap): boolean {
  return (words[0] ?? 0) >= 0x80000000;
}
