import { duplicateKey, type Statements } from '#lib/platform';
import type { Language } from './formats';
import type { ReceiptFormat } from './document';

/** Somebody who is about to be handed a receipt. */
export interface CopyTaken {
  paymentId: string;
  format: ReceiptFormat;
  language: Language;
  /** `channel:<id>` or `operator:<account>`. */
  askedBy: string;
  at: Date;
}

/** More than that nobody prints of one payment; it keeps a loop at a partner from filling the table. */
const COPIES_MAX = 999;
const TRIES_MAX = 10;

/**
 * Writes down that a receipt is handed out. Of two at one moment the primary key gives each its own number.
 * @returns 0 for the receipt that is the first one, else which copy it is; undefined beyond 999 copies.
 */
export async function takeCopy(statements: Statements, taken: CopyTaken): Promise<number | undefined> {
  const { paymentId, format, language, askedBy, at } = taken;
  for (let tries = 1; ; tries += 1) {
    const [row] = await statements.rows<{ taken: string | number }>(
      'SELECT COALESCE(MAX(copy_no) + 1, 0) AS taken FROM receipt_copy WHERE payment_id = ?',
      [paymentId],
    );
    const copyNo = Number(row?.taken ?? 0);
    if (copyNo > COPIES_MAX) return undefined;
    try {
      await statements.run(
        'INSERT INTO receipt_copy (payment_id, copy_no, asked_by, format, language, at) VALUES (?, ?, ?, ?, ?, ?)',
        [paymentId, copyNo, askedBy, format, language, at],
      );
      return copyNo;
    } catch (error) {
      if (duplicateKey(error) === undefined || tries === TRIES_MAX) throw error;
    }
  }
}
