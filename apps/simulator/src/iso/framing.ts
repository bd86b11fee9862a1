/** How messages are told apart on a line. */
export type Framing = {
  /** Takes whole frames off the front of what came; undefined where it can never become one. */
  readonly split: (came: Buffer) => { readonly frames: readonly Buffer[]; readonly rest: Buffer } | undefined;
  readonly framed: (message: Buffer) => Buffer;
};

/** A byte behind each message. */
export function trailer(byte: number, sizeMax: number): Framing {
  return {
    split: (came) => {
      const frames: Buffer[] = [];
      let start = 0;
      for (let end = came.indexOf(byte); end >= 0; end = came.indexOf(byte, start)) {
        frames.push(came.subarray(start, end));
        start = end + 1;
      }
      const rest = came.subarray(start);
      const isTooLong = rest.length > sizeMax || frames.some((frame) => frame.length > sizeMax);
      return isTooLong ? undefined : { frames, rest };
    },
    framed: (message) => Buffer.concat([message, Buffer.from([byte])]),
  };
}

const LENGTH_BYTES = 2;

/** Two bytes before each message: how many follow, the high one first. */
export function lengthBefore(sizeMax: number): Framing {
  return {
    split: (came) => {
      const frames: Buffer[] = [];
      let start = 0;
      while (came.length - start >= LENGTH_BYTES) {
        const length = came.readUInt16BE(start);
        if (length === 0 || length > sizeMax) return undefined;
        const end = start + LENGTH_BYTES + length;
        if (end > came.length) break;
        frames.push(came.subarray(start + LENGTH_BYTES, end));
        start = end;
      }
      return { frames, rest: came.subarray(start) };
    },
    framed: (message) => {
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeUInt16BE(message.length);
      return Buffer.concat([length, message]);
    },
  };
}
