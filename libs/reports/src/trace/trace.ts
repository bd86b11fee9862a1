import type { Database } from '#lib/platform';
import { breakParts } from './breaks';
import { journalPart } from './journals';
import { paymentParts, readPayment } from './payment';
import { reconciliationPart, type FindLine } from './reconciliation';
import { settlementParts } from './settlement';
import type { TracePart, TraceReading } from './trace-part';

/**
 * Follows one payment from the channel's order to the line of the bank statement: payment, offer, legs, journals with
 * their postings, the line of the biller's file and what the run made of it, breaks, settlement, payout, bank.
 * Customers' numbers are masked. What has not happened yet is said so.
 * @param findLine looks for a matched leg's line in the archived file, which no table repeats.
 * @returns undefined where there is no such payment.
 */
export async function tracePayment(
  database: Database,
  paymentId: string,
  now: Date,
  findLine: FindLine = async () => undefined,
): Promise<TracePart[] | undefined> {
  return database.snapshot(async (statements) => {
    const tables = await statements.rows<{ name: string }>(
      'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()',
    );
    const known = new Set(tables.map(({ name }) => name));
    const reading: TraceReading = {
      statements,
      now,
      has: (table) => known.has(table),
      rows: (sql, values) => statements.rows(sql, values),
    };
    const payment = await readPayment(reading, paymentId);
    if (!payment) return undefined;
    return [
      ...(await paymentParts(reading, payment)),
      await journalPart(reading, payment),
      await reconciliationPart(reading, payment, findLine),
      ...(await breakParts(reading, payment)),
      ...(await settlementParts(reading, payment)),
    ];
  });
}
