import { businessDateOf, fail, JAKARTA_MIDNIGHT, ok, refusal, rupiah } from '#lib/kernel';
import type { BusinessDate, Clock, Refusal, Result, Rupiah } from '#lib/kernel';
import type { Statements } from '#lib/platform';
import type { BillerConnector } from '#lib/switching';
import { floatFigures, type FloatFigures } from './figures';

/** A float in our books beside what the biller says of it. */
export interface FloatComparison {
  billerId: string;
  businessDate: BusinessDate;
  /** The float while the biller was asked, with all that was under way taken off, and with nothing taken off. */
  bookLow: Rupiah;
  bookHigh: Rupiah;
  theirs: Rupiah;
  /** 0 where theirs lies within our bounds; else how far it lies above or below. */
  difference: Rupiah;
  comparedAt: Date;
  /** When the difference was first seen; null where there is none. */
  differsSince: Date | null;
}

/** A payment that ends while we look can make two figures disagree; what differs is looked at again before it is told. */
const LOOKS_MAX = 3;

/**
 * Asks a biller for our float and keeps the result as the day's. A payment under way may be drawn there already or not:
 * only what lies outside of both is a difference.
 * @returns the refusal where the biller has no balance call, or could not be asked: then nothing is kept.
 */
export async function compareFloat(
  statements: Statements,
  clock: Clock,
  billerId: string,
  connector: BillerConnector,
): Promise<Result<FloatComparison, Refusal>> {
  if (!connector.balance) return fail(refusal('ENDPOINT_UNKNOWN', `${billerId} has no balance call`));
  for (let looks = 1; ; looks += 1) {
    const before = await figuresOf(statements, billerId);
    const now = clock.now();
    const theirs = await connector.balance(new Date(now.getTime() + connector.patience.inquiryMs));
    if (!theirs.ok) return theirs;
    const after = await figuresOf(statements, billerId);
    // What was captured before we asked is drawn there; what is neither captured nor open afterwards is not.
    const bookLow = rupiah(after.remaining - after.underWay);
    const bookHigh = before.remaining;
    const difference = distance(theirs.value, bookLow, bookHigh);
    if (difference !== 0n && looks < LOOKS_MAX) continue;
    return ok(
      await keep(statements, {
        billerId,
        businessDate: businessDateOf(now, JAKARTA_MIDNIGHT),
        bookLow,
        bookHigh,
        theirs: theirs.value,
        difference: rupiah(difference),
        comparedAt: now,
      }),
    );
  }
}

async function figuresOf(statements: Statements, billerId: string): Promise<FloatFigures> {
  const figures = (await floatFigures(statements, [billerId])).get(billerId);
  if (!figures) throw new Error(`no figures of the float of ${billerId}`);
  return figures;
}

function distance(theirs: bigint, low: bigint, high: bigint): bigint {
  if (theirs > high) return theirs - high;
  return theirs < low ? theirs - low : 0n;
}

async function keep(
  statements: Statements,
  found: Omit<FloatComparison, 'differsSince'>,
): Promise<FloatComparison> {
  const { billerId, businessDate, bookLow, bookHigh, theirs, difference, comparedAt } = found;
  const last = await lastComparison(statements, billerId);
  const differsSince = difference === 0n ? null : (last?.differsSince ?? comparedAt);
  await statements.run(
    'INSERT INTO float_comparison (biller_id, business_date, book_low, book_high, theirs, difference, compared_at, ' +
      'differs_since) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE book_low = VALUES(book_low), ' +
      'book_high = VALUES(book_high), theirs = VALUES(theirs), difference = VALUES(difference), ' +
      'compared_at = VALUES(compared_at), differs_since = VALUES(differs_since)',
    [billerId, businessDate, bookLow, bookHigh, theirs, difference, comparedAt, differsSince],
  );
  return { ...found, differsSince };
}

/** The last comparison of a float, or undefined. */
export async function lastComparison(
  statements: Statements,
  billerId: string,
): Promise<FloatComparison | undefined> {
  const [row] = await statements.rows<{
    business_date: BusinessDate;
    book_low: string;
    book_high: string;
    theirs: string;
    difference: string;
    compared_at: Date;
    differs_since: Date | null;
  }>(
    'SELECT business_date, book_low, book_high, theirs, difference, compared_at, differs_since ' +
      'FROM float_comparison WHERE biller_id = ? ORDER BY business_date DESC LIMIT 1',
    [billerId],
  );
  return (
    row && {
      billerId,
      businessDate: row.business_date,
      bookLow: rupiah(BigInt(row.book_low)),
      bookHigh: rupiah(BigInt(row.book_high)),
      theirs: rupiah(BigInt(row.theirs)),
      difference: rupiah(BigInt(row.difference)),
      comparedAt: row.compared_at,
      differsSince: row.differs_since,
    }
  );
}
