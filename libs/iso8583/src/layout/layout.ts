import type { Result } from '#lib/kernel';
import type { WireError } from '../wire-error';

/** What stands in a sub-layout: texts by name, and groups that repeat. */
export interface LayoutValues {
  [name: string]: string | Record<string, string>[];
}

/** The inside of one data element, compiled. */
export interface Layout {
  name: string;
  /** The data element it is the inside of. */
  field: number;
  version: number;
  /** Reads a data element's text; whatever it is, the answer is values or why not. */
  read(text: string): Result<LayoutValues, WireError>;
  /**
   * Writes the text of a data element.
   * @throws WireError where a value is missing, unknown or does not fit.
   */
  write(values: LayoutValues): string;
}
