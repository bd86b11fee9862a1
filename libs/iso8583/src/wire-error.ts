import { maskedRaw } from './mask';
import type { IsoMessage } from './message';

/** What was wrong, where, and what stood there. */
export interface WireFault {
  /** `mti`, `bitmap`, `4` for DE 4, `48.bills[1].amount` within a sub-layout, `frame` before there is a message. */
  path: string;
  /** Bytes from the message's first, its length prefix not counted; characters within a sub-layout. */
  offset: number;
  problem: string;
  /** What stood there, masked as its field is. */
  raw: string;
  /** What could be read before. Enough to answer, where the STAN is among it. */
  partial?: IsoMessage;
}

/** Bytes or values that are no message of the dialect. It never carries an unmasked value of a field that is masked. */
export class WireError extends Error {
  readonly path: string;
  readonly offset: number;
  readonly problem: string;
  readonly raw: string;
  readonly partial: IsoMessage | undefined;

  constructor({ path, offset, problem, raw, partial }: WireFault) {
    const shown = maskedRaw(raw);
    super(`${path} at ${offset}: ${problem}${shown === '' ? '' : ` (${shown})`}`);
    this.name = 'WireError';
    this.path = path;
    this.offset = offset;
    this.problem = problem;
    this.raw = shown;
    this.partial = partial;
  }
}
