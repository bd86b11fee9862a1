import type { BusinessDate } from '#lib/kernel';
import type { SnapshotStatements, SqlValue } from '#lib/platform';
import type { Language, Words } from './language';

/** A cell: text, an amount in whole rupiah, or a count. */
export type Cell = string | bigint | number | null;

/** A row by the keys of its columns, as the database or a report's own reader hands it over. */
export type ReportRow = Readonly<Record<string, unknown>>;

/**
 * What a column holds. `amount` is whole rupiah; `instant` is shown in Jakarta's time; `customer` is the customer's
 * number, masked unless somebody says why it must be read; `code` is one of the words of the column.
 */
export type ColumnType = 'text' | 'code' | 'count' | 'amount' | 'date' | 'instant' | 'customer';

/** One column of a report. */
export interface Column {
  /** Its name in the query. */
  key: string;
  title: Words;
  type: ColumnType;
  /** Whether its sum stands below the table. Amounts and counts only. */
  isSummed?: true;
  /** How the values of a `code` are read; a value that is missing here is shown as it is. */
  words?: Readonly<Record<string, Words>>;
  /** How wide it is shown, in characters; the type decides when it is left out. */
  width?: number;
}

/** What a report may be narrowed to. */
export const FILTERS = ['channel', 'biller', 'source', 'party'] as const;
export type FilterName = (typeof FILTERS)[number];
export type Filters = Readonly<Partial<Record<FilterName, string>>>;

/** Files a report is written as. */
export const FORMS = ['csv', 'xlsx', 'pdf'] as const;
export type Form = (typeof FORMS)[number];

/** A source's file as its schedule owes it: local times of the day after the business date. */
export interface ExpectedFile {
  source: string;
  expectedAt: string;
  warnAt: string;
  timeZone: string;
}

/** What a report is made from, all of one moment. */
export interface Reading {
  statements: SnapshotStatements;
  from: BusinessDate;
  /** The last day, inclusive. */
  to: BusinessDate;
  now: Date;
  filters: Filters;
  language: Language;
  expectedFiles: readonly ExpectedFile[];
}

/** What was written: how many rows, and the sum of every column that has one. */
export interface Tally {
  rows: number;
  sums: ReadonlyMap<string, bigint>;
}

/** What a report must agree with. The same figure is got in another way; a report that differs is refused. */
export interface Tie {
  what: Words;
  /** The figure of the report. */
  ours: (tally: Tally) => bigint;
  /** A query whose one row has the figure as `figure`, or a reader of it. */
  theirs: string | ((reading: Reading) => Promise<bigint>);
}

/** A report: everything that tells it from the others. */
export interface ReportDefinition {
  /** As it is asked for, for example `per-biller`. */
  name: string;
  title: Words;
  /** What it shows and, where it matters, what it cannot. */
  about: Words;
  /** Whether it is about business dates, about a month, or about the moment it is made. */
  period: 'days' | 'month' | 'now';
  /** Days of one report at most. */
  daysMax: number;
  forms: readonly Form[];
  filters: readonly FilterName[];
  columns: readonly Column[];
  /**
   * Rows in their order: a query, or a reader where a query cannot say it. A query names its parameters as `{from}`,
   * `{to}`, `{now}`, `{channel}` (null: any) and the like: see `parametersOf`.
   */
  rows: string | ((reading: Reading) => AsyncIterable<ReportRow>);
  ties: readonly Tie[];
  /** Whether reconciliation runs stand behind it, which are named on it. */
  showsRuns: boolean;
}

/** A statement with its parameters in their places. */
export interface BoundQuery {
  sql: string;
  values: SqlValue[];
}
