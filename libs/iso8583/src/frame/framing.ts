import type { FramingDefinition } from '../spec/spec-shape';

/** Where a message begins and ends on a socket. */
export class Framing {
  /** Bytes before and behind each message. */
  readonly around: { before: number; after: number };
  readonly sizeMaxBytes: number;

  constructor(readonly definition: FramingDefinition) {
    const { kind } = definition;
    this.around = {
      before: kind === 'binary2' ? 2 : kind === 'ascii4' ? 4 : 0,
      after: kind === 'trailer' ? 1 : 0,
    };
    this.sizeMaxBytes = definition.sizeMaxBytes;
  }

  /** Writes the frame around a message that was packed with room for it. */
  close(packed: Buffer): Buffer {
    const { definition } = this;
    const { before, after } = this.around;
    if (definition.kind === 'trailer') {
      packed[packed.length - 1] = definition.byte;
      return packed;
    }
    const length = packed.length - after - (definition.countsItself ? 0 : before);
    if (definition.kind === 'ascii4') packed.write(String(length).padStart(4, '0'), 0, 'latin1');
    else if (definition.order === 'big') packed.writeUInt16BE(length, 0);
    else packed.writeUInt16LE(length, 0);
    return packed;
  }

  /** The bytes of a message as they go over a socket. */
  wrap(message: Buffer): Buffer {
    const { before, after } = this.around;
    const packed = Buffer.allocUnsafe(before + message.length + after);
    message.copy(packed, before);
    return this.close(packed);
  }

  /**
   * How long the message is whose length stands at the beginning of some bytes.
   * @returns -1 where that is no length.
   */
  lengthAt(bytes: Buffer, at: number): number {
    const { definition } = this;
    if (definition.kind === 'trailer') throw new RangeError('a trailer has no length');
    const said =
      definition.kind === 'ascii4'
        ? digitsAt(bytes, at)
        : definition.order === 'big'
          ? bytes.readUInt16BE(at)
          : bytes.readUInt16LE(at);
    if (said <= 0 || !definition.countsItself) return said;
    return said < this.around.before ? -1 : said - this.around.before;
  }
}

function digitsAt(bytes: Buffer, at: number): number {
  let length = 0;
  for (let index = at; index < at + 4; index += 1) {
    const digit = (bytes[index] ?? 0) - 48;
    if (digit < 0 || digit > 9) return -1;
    length = length * 10 + digit;
  }
  return length;
}
