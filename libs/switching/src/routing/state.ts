import type { Statements } from '#lib/platform';
import type { CircuitState } from './circuit';

/** How one process sees one route. */
export interface RouteState {
  productId: string;
  routeId: string;
  breaker: CircuitState;
  calls: number;
  failed: number;
  averageMs: number;
  inHand: number;
}

/** What was told longer ago is of a process that is gone. */
const FRESH_MS = 30_000;

/** Tells people how this process sees its routes; nothing is decided by it. */
export async function tellRouteStates(
  statements: Statements,
  process: string,
  states: readonly RouteState[],
  now: Date,
): Promise<void> {
  await statements.run('DELETE FROM route_state WHERE seen_at < ?', [new Date(now.getTime() - FRESH_MS)]);
  if (states.length === 0) return;
  const places = states.map(() => '(?, ?, ?, ?, ?, ?, ?, ?, ?)').join(', ');
  await statements.run(
    'INSERT INTO route_state (process, product_id, route_id, breaker, calls, failed, average_ms, in_hand, seen_at) ' +
      `VALUES ${places} ON DUPLICATE KEY UPDATE breaker = VALUES(breaker), calls = VALUES(calls), ` +
      'failed = VALUES(failed), average_ms = VALUES(average_ms), in_hand = VALUES(in_hand), seen_at = VALUES(seen_at)',
    states.flatMap((one) => [
      process,
      one.productId,
      one.routeId,
      one.breaker,
      one.calls,
      one.failed,
      one.averageMs,
      one.inHand,
      now,
    ]),
  );
}

/** A route of the catalog as it is now, for people. */
export interface ListedRoute {
  productId: string;
  routeId: string;
  billerId: string;
  source: string;
  priority: number;
  cost: string;
  share: number;
  /** Why nothing new goes by it; null where it is on. */
  off: string | null;
  /** As each switch process sees it; none where none has used it lately. */
  seen: (Omit<RouteState, 'productId' | 'routeId'> & { process: string })[];
}

interface ListedRow {
  product_id: string;
  route_id: string;
  biller_id: string;
  source: string;
  priority: number;
  cost: string;
  share: number;
  is_active: number;
  is_enabled: number | null;
  reason: string | null;
}

interface StateRow {
  process: string;
  product_id: string;
  route_id: string;
  breaker: CircuitState;
  calls: number;
  failed: number;
  average_ms: number;
  in_hand: number;
}

/** The routes in force at an instant, by product and priority, with what people and processes say of them. */
export async function listRoutes(statements: Statements, now: Date): Promise<ListedRoute[]> {
  const routes = await statements.rows<ListedRow>(
    'SELECT r.product_id, r.route_id, r.biller_id, r.source, r.priority, r.cost, r.share, r.is_active, ' +
      'o.is_enabled, o.reason FROM route r LEFT JOIN route_order o ON o.order_no = ' +
      '(SELECT MAX(x.order_no) FROM route_order x WHERE x.route_id = r.route_id) ' +
      'WHERE r.valid_from <= ? AND (r.valid_until IS NULL OR r.valid_until > ?) ' +
      'ORDER BY r.product_id, r.priority, r.route_id',
    [now, now],
  );
  const states = await statements.rows<StateRow>(
    'SELECT process, product_id, route_id, breaker, calls, failed, average_ms, in_hand FROM route_state ' +
      'WHERE seen_at >= ? ORDER BY process',
    [new Date(now.getTime() - FRESH_MS)],
  );
  return routes.map((row) => ({
    productId: row.product_id,
    routeId: row.route_id,
    billerId: row.biller_id,
    source: row.source,
    priority: row.priority,
    cost: row.cost,
    share: row.share,
    off: offOf(row),
    seen: states
      .filter((one) => one.product_id === row.product_id && one.route_id === row.route_id)
      .map(({ process, breaker, calls, failed, average_ms, in_hand }) => ({
        process,
        breaker,
        calls,
        failed,
        averageMs: average_ms,
        inHand: in_hand,
      })),
  }));
}

function offOf({ is_active, is_enabled, reason }: ListedRow): string | null {
  if (is_active !== 1) return 'not active in the catalog';
  return is_enabled === 0 ? (reason ?? '') : null;
}
