import type { CircuitState } from './circuit';
import type { BillerRoute } from './route';

/** Why a route was taken. */
export type Why =
  | 'the only route'
  | 'the best route'
  | 'the best that is fit'
  | 'drawn to be tried'
  | 'the offer is its own'
  | 'the same offer elsewhere';

/** Why a route was passed over; `fit` where it could have been taken. */
export type Verdict =
  'chosen' | 'fit' | 'switched off' | 'closed' | 'stopped' | 'tried before' | 'cut off' | 'full';

/** A route as it was looked at. */
export interface Candidate {
  route: string;
  verdict: Verdict;
  /** More of the verdict, for people. */
  because?: string;
  priority: number;
  cost: string;
  breaker: CircuitState;
  calls: number;
  failed: number;
  averageMs: number;
  /** Calls on their way to its biller. */
  inHand: number;
}

/** A choice of a route with its reasons, as it is kept with what was sent. */
export interface RouteDecision {
  for: 'inquiry' | 'payment' | 'failover';
  at: string;
  chosen: string;
  why: Why;
  /** Where a draw decided: of a thousand. */
  draw?: number;
  candidates: Candidate[];
}

/** A route beside what is known of it now. */
export interface Seen {
  route: BillerRoute;
  candidate: Candidate;
  /** The least is the best: 0 good, 1 slow, 2 failing. */
  band: number;
}
