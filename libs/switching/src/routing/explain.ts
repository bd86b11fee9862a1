import { fromJson, type Statements } from '#lib/platform';
import type { RouteDecision } from './decision';

/** Why a payment went the way it went. */
export interface RouteStory {
  paymentId: string;
  productId: string;
  state: string;
  /** Who was asked for the bill and why; null where nobody was, or before there were routes. */
  inquiry: RouteDecision | null;
  /** In the order they were formed. */
  legs: {
    legNo: number;
    routeId: string | null;
    billerId: string;
    legReference: string;
    state: string;
    sentAt: Date;
    decision: RouteDecision | null;
  }[];
  /** Why a leg was followed by another one, in order. */
  rerouted: { at: Date; from: string; to: string; because: string }[];
}

interface LegRow {
  product_id: string;
  payment_state: string;
  route: unknown;
  leg_no: number;
  route_id: string | null;
  biller_id: string;
  leg_reference: string;
  state: string;
  sent_at: Date;
  decision: unknown;
}

/** Reads the recorded decisions of a payment; undefined where there is no such payment. */
export async function explainRoute(
  statements: Statements,
  paymentId: string,
): Promise<RouteStory | undefined> {
  const legs = await statements.rows<LegRow>(
    'SELECT p.product_id, p.state AS payment_state, i.route, l.leg_no, l.route_id, l.biller_id, l.leg_reference, ' +
      'l.state, l.sent_at, l.decision FROM payment p JOIN payment_leg l ON l.payment_id = p.payment_id ' +
      'LEFT JOIN inquiry i ON i.inquiry_id = p.inquiry_id WHERE p.payment_id = ? ORDER BY l.leg_no',
    [paymentId],
  );
  const [first] = legs;
  if (!first) return undefined;
  const events = await statements.rows<{ at: Date; evidence: unknown }>(
    "SELECT at, evidence FROM payment_event WHERE payment_id = ? AND event = 'rerouted' ORDER BY event_no",
    [paymentId],
  );
  const asked = fromJson(first.route) as { decision?: RouteDecision | null } | null;
  return {
    paymentId,
    productId: first.product_id,
    state: first.payment_state,
    inquiry: asked?.decision ?? null,
    legs: legs.map((row) => ({
      legNo: row.leg_no,
      routeId: row.route_id,
      billerId: row.biller_id,
      legReference: row.leg_reference,
      state: row.state,
      sentAt: row.sent_at,
      decision: fromJson(row.decision) as RouteDecision | null,
    })),
    rerouted: events.map(({ at, evidence }) => {
      const said = fromJson(evidence) as Record<string, string | number | null>;
      const what = said['reason'] ?? said['message'] ?? said['code'];
      return {
        at,
        from: String(said['from']),
        to: String(said['to']),
        because: what === undefined || what === null ? String(said['said']) : `${said['said']}: ${what}`,
      };
    }),
  };
}
