/** One message: its type and its data elements by number. Every value is text; binary ones are upper-case hex. */
export interface IsoMessage {
  mti: string;
  fields: IsoFields;
}

/** Data elements 2 to 128 by number; 1 and 65 are the bitmap's own. */
export type IsoFields = Record<number, string>;
