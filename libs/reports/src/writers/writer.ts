import type { Cell, Column } from '../definition';
import type { Language } from '../language';

/** A line that tells what stands beside it, for example `Tanggal usaha` and `2026-07-14`. */
export type Fact = readonly [label: string, value: Cell];

/** What is known of a report before its first row. */
export interface Opening {
  title: string;
  /** One sentence on what the report shows. */
  about: string;
  facts: readonly Fact[];
  columns: readonly Column[];
  language: Language;
}

/** What is known after its last row. */
export interface Closing {
  /** Sums below the table, one cell for each column; empty where a column has none. */
  totals: readonly Cell[];
  facts: readonly Fact[];
}

/** Writes one report as a file, or as several where its form cannot hold it in one. */
export interface ReportWriter {
  /** Takes rows in order, no faster than they can be written. */
  add(rows: readonly (readonly Cell[])[]): Promise<void>;
  /** Finishes the files; they appear under their names together with the last of them. @returns their paths. */
  finish(closing: Closing): Promise<string[]>;
  /** Leaves nothing behind of what was not finished. */
  abandon(): Promise<void>;
}

/** Opens a writer. @param path where the report is to stand, without an ending. */
export type OpenWriter = (path: string, opening: Opening) => Promise<ReportWriter>;
