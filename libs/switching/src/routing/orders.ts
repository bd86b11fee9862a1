import { operatorOf, recordAudit } from '#lib/audit';
import type { Database, Statements } from '#lib/platform';

/** What people ordered of a route last. */
export interface RouteOrder {
  routeId: string;
  isEnabled: boolean;
  reason: string;
  orderedBy: string;
  orderedAt: Date;
}

interface OrderRow {
  route_id: string;
  is_enabled: number;
  reason: string;
  ordered_by: string;
  ordered_at: Date;
}

const REASON_MAX = 500;

/** The last order of each route that was ever ordered about. */
async function lastRouteOrders(statements: Statements): Promise<RouteOrder[]> {
  const rows = await statements.rows<OrderRow>(
    'SELECT o.route_id, o.is_enabled, o.reason, o.ordered_by, o.ordered_at FROM route_order o ' +
      'JOIN (SELECT MAX(order_no) AS order_no FROM route_order GROUP BY route_id) last ON last.order_no = o.order_no ' +
      'ORDER BY o.route_id',
  );
  return rows.map((row) => ({
    routeId: row.route_id,
    isEnabled: row.is_enabled === 1,
    reason: row.reason,
    orderedBy: row.ordered_by,
    orderedAt: row.ordered_at,
  }));
}

/** Enables or disables a route for new requests. Payments that are on their way, and advice about them, go on. */
export async function orderRoute(database: Database, order: RouteOrder): Promise<void> {
  const { routeId, isEnabled, orderedBy, orderedAt: at } = order;
  const reason = order.reason.slice(0, REASON_MAX);
  await database.transaction(async (tx) => {
    await tx.run(
      'INSERT INTO route_order (route_id, is_enabled, reason, ordered_by, ordered_at) VALUES (?, ?, ?, ?, ?)',
      [routeId, isEnabled ? 1 : 0, reason, orderedBy, at],
    );
    const by = orderedBy.includes('@') ? orderedBy : operatorOf(orderedBy);
    const action = isEnabled ? 'enabled' : 'disabled';
    recordAudit(tx, { by, action, object: { kind: 'route', id: routeId }, at, reason });
  });
}

/** Which routes people have switched off. Asked on every request, so it answers from memory. */
export abstract class RouteSwitches {
  /** Why a route is off; undefined where it is not. */
  abstract offReason(routeId: string): string | undefined;
}

/** Where nobody switches routes. */
export class AllRoutesOn extends RouteSwitches {
  override offReason(): undefined {
    return undefined;
  }
}

/** The orders of the table, read again and again; a change is seen within one interval. */
export class OrderedRouteSwitches extends RouteSwitches {
  private off: ReadonlyMap<string, string> = new Map();
  private timer: NodeJS.Timeout | undefined;
  private isClosing = false;

  private constructor(private readonly statements: Statements) {
    super();
  }

  /** Reads the orders and keeps them fresh until `close()`. A failed look keeps what is known and is reported. */
  static async open(
    statements: Statements,
    everyMs: number,
    onError: (error: unknown) => void,
  ): Promise<OrderedRouteSwitches> {
    const switches = new OrderedRouteSwitches(statements);
    await switches.look();
    const again = () =>
      switches.look().catch((error: unknown) => {
        if (!switches.isClosing) onError(error);
      });
    switches.timer = setInterval(() => void again(), everyMs).unref();
    return switches;
  }

  override offReason(routeId: string): string | undefined {
    return this.off.get(routeId);
  }

  close(): void {
    this.isClosing = true;
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    const orders = await lastRouteOrders(this.statements);
    this.off = new Map(orders.filter(({ isEnabled }) => !isEnabled).map((one) => [one.routeId, one.reason]));
  }
}
