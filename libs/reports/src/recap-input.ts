import type { BridgeStep, OutcomeSum } from './recap-sums';

/** A closed reconciliation run, as its recap prints it. Amounts in whole rupiah. */
export interface RecapInput {
  source: string;
  /** `2026-07-14`. */
  businessDate: string;
  /** Number of the run within the day. */
  run: number;
  /** Number of the run it took the place of. */
  supersedes: number | null;
  /** Name and SHA-256 of the counterparty's file. */
  file: string;
  sha256: string;
  closedAt: Date;
  timeZone: string;
  /** Detail lines of the file. */
  lines: number;
  bridge: readonly BridgeStep[];
  remainder: bigint;
  /** Lines of the file that stand in no outcome of their own. */
  otherLines: { agreedFailed: number; collapsed: number; ignored: number };
  /** At their amounts, whatever the status. */
  outcomes: readonly OutcomeSum[];
  /** Read anew by each report that is written. */
  breaks: () => AsyncIterable<RecapBreak>;
}

export interface RecapBreak {
  kind: string;
  sub: string | null;
  legReference: string | null;
  paymentId: string | null;
  ourAmount: bigint | null;
  theirAmount: bigint | null;
  /** Line of the file. */
  line: number | null;
}
