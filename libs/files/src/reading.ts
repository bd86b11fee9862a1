import type { BusinessDate } from '#lib/kernel';
import type { Refused } from './gates';
import type { NormalisedLines } from './normalised-lines';
import type { DetailRow } from './records';
import type { SettlementFormat } from './settlement-format';

/** Where the rows of a file go. */
export interface RowSink {
  /** Takes a row at once. */
  row(row: DetailRow): void;
  /** Lets whoever keeps the rows catch up; called after every block of lines. */
  flush(): Promise<void>;
  /** Where plain lines may be written as bytes instead; `undefined` wants every line as a row. */
  plainLines: { into: NormalisedLines | undefined } | undefined;
}

/** What is asked of a reading besides its rows. */
export interface Reading {
  format: SettlementFormat;
  /** What the name says. */
  businessDate: BusinessDate;
  sink: RowSink;
  /** The bank's statement before this one, where it is known. */
  previous: Previous | undefined;
  /** Told each faulty line; without it the first one ends the reading. */
  onFault: ((fault: Refused) => void) | undefined;
}

/** What a bank's statement says of its account, and what the next one goes on from. */
export interface StatementEnds {
  account: string;
  /** Undefined where the bank does not number its statements. */
  number: number | undefined;
  /** Whole rupiah; negative when overdrawn. */
  opening: bigint;
  closing: bigint;
}

/** Yesterday's statement, or that of each account by its name. */
export type Previous = PreviousStatement | ReadonlyMap<string, PreviousStatement>;

/** Yesterday's statement, for the gates that hold two of them together. */
export type PreviousStatement = Pick<StatementEnds, 'number' | 'closing'> & {
  /** Its date: only in a later year may the numbers begin again. */
  date?: BusinessDate;
};
