import { masked } from '../mask';
import { WireError } from '../wire-error';
import type { Framing } from './framing';

/** What some bytes held. */
export interface Frames {
  /** Whole messages, in the order they came, without their frames. Views: valid until their bytes are written over. */
  messages: Buffer[];
  /** Frames without a message, which keep a line warm. */
  heartbeats: number;
  /** Why no more can be read: the framing is lost, and with it the place of every later message. */
  error: WireError | undefined;
}

/** Splits a stream into messages. It holds at most one message that is not whole, and never more than its limit. */
export class FrameReader {
  /** The beginning of a message that is not whole yet; its frame is in it. */
  private held: Buffer = NOTHING;
  private isLost = false;

  constructor(private readonly framing: Framing) {}

  /** Bytes of a message that is not whole yet. */
  get heldBytes(): number {
    return this.held.length;
  }

  /** Takes the next bytes of the stream. After an error nothing more is read. */
  push(chunk: Buffer): Frames {
    const frames: Frames = { messages: [], heartbeats: 0, error: undefined };
    if (this.isLost) return frames;
    const bytes = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    const rest =
      this.framing.definition.kind === 'trailer'
        ? this.splitByTrailer(bytes, this.framing.definition.byte, frames)
        : this.splitByLength(bytes, frames);
    if (frames.error) this.isLost = true;
    // A copy, so that one late byte does not keep a whole chunk alive.
    this.held = frames.error || rest === bytes.length ? NOTHING : Buffer.from(bytes.subarray(rest));
    return frames;
  }

  private splitByLength(bytes: Buffer, frames: Frames): number {
    const { framing } = this;
    const { before } = framing.around;
    let at = 0;
    while (bytes.length - at >= before) {
      const length = framing.lengthAt(bytes, at);
      if (length < 0 || length > framing.sizeMaxBytes) {
        frames.error = lost(
          length < 0 ? 'has a length that is no number' : tooLong(length, framing),
          bytes,
          at,
        );
        return at;
      }
      if (bytes.length - at - before < length) return at;
      if (length === 0) frames.heartbeats += 1;
      else frames.messages.push(bytes.subarray(at + before, at + before + length));
      at += before + length;
    }
    return at;
  }

  private splitByTrailer(bytes: Buffer, trailer: number, frames: Frames): number {
    const { framing } = this;
    let at = 0;
    // What is held was searched before.
    let from = this.held.length;
    for (;;) {
      const end = bytes.indexOf(trailer, from);
      const length = (end < 0 ? bytes.length : end) - at;
      if (length > framing.sizeMaxBytes) {
        frames.error = lost(tooLong(length, framing), bytes, at);
        return at;
      }
      if (end < 0) return at;
      if (length === 0) frames.heartbeats += 1;
      else frames.messages.push(bytes.subarray(at, end));
      at = end + 1;
      from = at;
    }
  }
}

const NOTHING = Buffer.alloc(0);

function tooLong(length: number, { sizeMaxBytes }: Framing): string {
  return `says ${length} bytes, and ${sizeMaxBytes} are the most`;
}

function lost(problem: string, bytes: Buffer, at: number): WireError {
  const raw = masked(bytes.toString('latin1', at, at + 4), 'safe');
  return new WireError({ path: 'frame', offset: 0, problem, raw });
}
