import type { Clock, Result } from '#lib/kernel';
import { fail, ok } from '#lib/kernel';
import { fromJson, type Database, type Logger, type Statements } from '#lib/platform';
import { orderOf, type ReportRequest } from './ask';
import type { ExpectedFile } from './definition';
import { isExported, makeExport, newExportId } from './exports';
import { ReportDoesNotTie } from './make-report';
import { TooLongForPaper } from './writers/pdf-writer';

/** A report that somebody ordered of the worker. */
export interface QueuedReport {
  /** Also the id of the export that comes of it. */
  orderId: string;
  request: ReportRequest;
  orderedBy: string;
  orderedAt: Date;
  state: 'waiting' | 'made' | 'refused';
  tries: number;
  /** Why it was refused, or failed last. */
  said: string | null;
}

/** What the worker makes ordered reports with. */
export interface OrderTools {
  database: Database;
  home: string;
  clock: Clock;
  logger: Logger;
  expectedFiles: readonly ExpectedFile[];
}

/** So many of one person may wait; more are refused, so that nobody keeps the others waiting. */
const WAITING_MAX = 20;
const TRIES_MAX = 3;
/** No report takes longer; who is killed while making one gives way after it. */
const LEASE_MINUTES = 30;

/** Orders a report of the worker. @returns its id, or the sentence to tell whoever asked where it cannot be. */
export async function queueReport(
  database: Pick<Statements, 'rows' | 'run'>,
  request: ReportRequest,
  now: Date,
): Promise<Result<string, string>> {
  const order = orderOf(request);
  if (!order.ok) return order;
  const { madeBy } = order.value;
  const [row] = await database.rows<{ n: string }>(
    "SELECT COUNT(*) AS n FROM report_order WHERE state = 'waiting' AND ordered_by = ?",
    [madeBy],
  );
  if (Number(row?.n ?? 0) >= WAITING_MAX)
    return fail(`${WAITING_MAX} reports of ${madeBy} wait already; order again when some are made`);
  const orderId = newExportId(now);
  await database.run(
    "INSERT INTO report_order (order_id, what, ordered_by, ordered_at, state) VALUES (?, ?, ?, ?, 'waiting')",
    [orderId, JSON.stringify(request), madeBy, now],
  );
  return ok(orderId);
}

/** Orders, the newest first. */
export async function listOrders(statements: Statements, rowsMax: number): Promise<QueuedReport[]> {
  const rows = await statements.rows<OrderRow>(
    `SELECT ${COLUMNS} FROM report_order ORDER BY order_id DESC LIMIT ?`,
    [rowsMax],
  );
  return rows.map(queuedOf);
}

/**
 * Makes the ordered report that waits longest, if there is one; one at a time, so that reports keep to themselves. After a
 * kill it is made again under the same id, and counted once.
 * @returns whether there was one.
 */
export async function makeOrdered(tools: OrderTools): Promise<boolean> {
  const { database, logger } = tools;
  const one = await claimOrder(database);
  if (!one) return false;
  try {
    const order = orderOf(one.request);
    if (!order.ok) await endOrder(database, one, 'refused', order.error);
    else {
      // Whoever was killed right after writing it down left its files as they were written down: they stay.
      if (!(await isExported(database, one.orderId)))
        await makeExport({ ...tools, now: tools.clock.now() }, order.value, one.orderId);
      await endOrder(database, one, 'made', null);
    }
  } catch (error) {
    const { message } = error as Error;
    const isFinal =
      error instanceof ReportDoesNotTie || error instanceof TooLongForPaper || one.tries >= TRIES_MAX;
    logger.error({ err: error, orderId: one.orderId, tries: one.tries }, 'an ordered report was not made');
    await endOrder(database, one, isFinal ? 'refused' : 'waiting', message);
  }
  return true;
}

async function claimOrder(database: Database): Promise<QueuedReport | undefined> {
  const [row] = await database.rows<OrderRow>(
    `SELECT ${COLUMNS} FROM report_order
     WHERE state = 'waiting' AND (lease_until IS NULL OR lease_until < UTC_TIMESTAMP(3)) ORDER BY order_id LIMIT 1`,
  );
  if (!row) return undefined;
  const claimed = await database.run(
    `UPDATE report_order SET tries = tries + 1, lease_until = UTC_TIMESTAMP(3) + INTERVAL ${LEASE_MINUTES} MINUTE
     WHERE order_id = ? AND tries = ? AND state = 'waiting'`,
    [row.order_id, row.tries],
  );
  return claimed === 1 ? { ...queuedOf(row), tries: row.tries + 1 } : undefined;
}

/** Writes how it ended, unless somebody else has taken it over meanwhile. */
async function endOrder(
  database: Database,
  { orderId, tries }: QueuedReport,
  state: QueuedReport['state'],
  said: string | null,
): Promise<void> {
  await database.run(
    "UPDATE report_order SET state = ?, said = ?, lease_until = NULL WHERE order_id = ? AND tries = ? AND state = 'waiting'",
    [state, said?.slice(0, 1_000) ?? null, orderId, tries],
  );
}

const COLUMNS = 'order_id, what, ordered_by, ordered_at, state, tries, said';

interface OrderRow {
  order_id: string;
  what: unknown;
  ordered_by: string;
  ordered_at: Date;
  state: QueuedReport['state'];
  tries: number;
  said: string | null;
}

function queuedOf(row: OrderRow): QueuedReport {
  return {
    orderId: row.order_id,
    request: fromJson(row.what) as ReportRequest,
    orderedBy: row.ordered_by,
    orderedAt: row.ordered_at,
    state: row.state,
    tries: row.tries,
    said: row.said,
  };
}
