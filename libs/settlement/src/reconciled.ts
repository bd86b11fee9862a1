import type { BusinessDate } from '#lib/kernel';
import type { Statements } from '#lib/platform';

/** The run that counts for a source's day. Amounts in whole rupiah. */
export interface ReconciledDay {
  runId: number;
  runNo: number;
  source: string;
  businessDate: BusinessDate;
  /** What is left of the bridge; a day settles only on 0. */
  remainder: bigint;
  /** Our rows that agree, within tolerance too, those carried in from earlier days among them. */
  agreed: { count: number; amount: bigint };
  /** It is being worked anew, and settles only on what comes of it. */
  isInWork: boolean;
}

/** A row of a run that is not plainly matched. */
export interface Finding {
  /** The break by which people end it; null where it is within tolerance. */
  breakId: string | null;
  kind: string;
  /** Both statuses, ours first; or what kind of duplicate it is. */
  sub: string | null;
  paymentId: string | null;
  legNo: number | null;
  ourAmount: bigint | null;
  theirAmount: bigint | null;
  ourStatus: string | null;
  theirStatus: string | null;
}

/** A leg by its key. */
export interface LegName {
  paymentId: string;
  legNo: number;
}

/** A leg whose break has ended, so that what our books say of it counts. */
export interface ResolvedLeg extends LegName {
  /** Whether an adjustment or a write-off was booked to end it, and not taken back. */
  isBooked: boolean;
}

/** A break that has ended. */
export interface EndedBreak extends Pick<ResolvedLeg, 'isBooked'> {
  breakId: string;
}

/** What the run that counts for a leg's own day says of it. */
export interface OwnDayWord extends LegName {
  /** Null where it agrees. */
  finding: Finding | null;
}

/** What settlement asks of reconciliation; whoever wires both passes it in. */
export interface Reconciled {
  /** The days of a source that were closed, oldest first, from a date on; those that are worked anew among them. */
  closedDays(statements: Statements, source: string, from: BusinessDate): Promise<ReconciledDay[]>;
  /** All rows of a run that are not plainly matched. */
  findings(statements: Statements, runId: number): AsyncIterable<Finding>;
  /** Rows of earlier days that a run took in. */
  carriedIn(statements: Statements, runId: number): Promise<LegName[]>;
  /** Which of some legs had a break that has been resolved since, so that what our books say of them counts. */
  resolved(statements: Statements, legs: readonly LegName[]): Promise<ResolvedLeg[]>;
  /** Which of some breaks have ended. */
  ended(statements: Statements, breakIds: readonly string[]): Promise<EndedBreak[]>;
  /** Which of some journals ended a break that is open again. */
  reopened(
    statements: Statements,
    subjectIds: readonly string[],
  ): Promise<{ subjectId: string; breakId: string }[]>;
  /** Keeps the breaks that some journals ended as they are, until the transaction ends. */
  holdBreaks(statements: Statements, subjectIds: readonly string[]): Promise<void>;
  /** What the closed runs of their own days say of some legs of a source now; days in work are left out. */
  ownDayWords(
    statements: Statements,
    source: string,
    legs: readonly (LegName & { businessDate: BusinessDate })[],
  ): Promise<OwnDayWord[]>;
  /** Keeps a day as it is until the transaction ends; false where its run counts no more, or it is being worked. */
  holdDay(statements: Statements, day: ReconciledDay): Promise<boolean>;
}
