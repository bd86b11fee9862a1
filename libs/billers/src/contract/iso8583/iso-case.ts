import { z } from 'zod';
import type { IsoMessage, Iso8583Spec } from '#lib/iso8583';
import type { Iso8583BillerSpec } from '../../iso8583/spec';
import type { BillerCase } from '../fixtures';

/** A message as fixtures show it. */
export const Message = z.strictObject({
  /** The message type. */
  mti: z.string(),
  /** Data elements by number, as texts. */
  fields: z.record(z.string().regex(/^\d+$/), z.string()),
  /** The whole frame, one character for each byte, where the case is a golden sample of it. */
  raw: z.string().optional(),
});
export type Message = z.infer<typeof Message>;

/** A case of an ISO 8583 biller. */
export type IsoCase = BillerCase<object, Message, Message>;

/** An answer with the key fields of its question: a number that is drawn anew stands in no fixture. */
export function paired(dialect: Iso8583Spec, { mti, fields }: Message, question: IsoMessage): IsoMessage {
  const keys: Record<number, string> = {};
  for (const number of dialect.definition.match) {
    const value = question.fields[number];
    if (value !== undefined) keys[number] = value;
  }
  return { mti, fields: { ...fields, ...keys } };
}

/** A code that the biller's file lists nowhere. */
export function unlistedCode(spec: Iso8583BillerSpec, dialect: Iso8583Spec): string {
  const text = JSON.stringify(spec);
  const width = dialect.widthOf(dialect.definition.codes.field);
  for (const digit of '9876543') {
    const code = digit.repeat(width);
    if (!text.includes(`"${code}"`)) return code;
  }
  throw new Error('the file lists every code there is');
}
