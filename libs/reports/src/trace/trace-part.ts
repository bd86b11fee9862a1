import type { SnapshotStatements, SqlValue } from '#lib/platform';
import type { Words } from '../language';

/** One stretch of a rupiah's way, as rows of named values; amounts are digits in whole rupiah. */
export interface TracePart {
  /** For programs: `payment`, `legs`, `journals`, `reconciliation`, ... */
  name: string;
  title: Words;
  rows: Record<string, string | number | null>[];
  /** Why there is nothing, or not yet all; null where it is complete. */
  missing: Words | null;
}

/** What is read along the way. */
export interface TraceReading {
  statements: SnapshotStatements;
  now: Date;
  /** Whether a table is there: a database may be older than this program while it is being brought up to date. */
  has: (table: string) => boolean;
  rows: <T>(sql: string, values: readonly SqlValue[]) => Promise<T[]>;
}
