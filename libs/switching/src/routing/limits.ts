import { z } from 'zod';
import { RESPONSE_CODES, type ResponseCode } from '#lib/kernel';

const Percent = z.int().min(1).max(100);
const Milliseconds = z.int().positive();

const Health = z.strictObject({
  /** How far back calls count. */
  windowMs: Milliseconds,
  /** Fewer failures in the window prove nothing. */
  failuresMin: z.int().positive(),
  /** From this share of failures on a route is cut off. */
  failurePercent: Percent,
  /** From this share of failures on a route goes after those that fail less. */
  poorPercent: Percent,
  /** A route that takes longer on average goes after those that are faster. */
  slowMs: Milliseconds,
});

const Breaker = z.strictObject({
  /** How long a route that was cut off rests before it is tried; twice as long after each try that failed. */
  openMs: Milliseconds,
  openMaxMs: Milliseconds,
  /** After so many tries by inquiry or advice without an answer, a payment of a product without inquiry tries it. */
  failedProbesMax: z.int().positive(),
});

const Bulkhead = z.strictObject({
  /** Calls on their way to one biller at one moment. */
  atOnceMax: z.int().positive(),
  /** Requests that wait for a place; one more is refused. */
  queueMax: z.int().min(0),
  queueWithinMs: Milliseconds,
});
export type Bulkhead = z.infer<typeof Bulkhead>;

const Code = z.string().refine((code): code is ResponseCode => Object.hasOwn(RESPONSE_CODES, code), {
  error: 'must be a response code of the switch',
});

const Biller = z.strictObject({
  bulkhead: Bulkhead.partial().optional(),
  /** Instead of the codes that hold for all. */
  tryAnother: z.array(Code).optional(),
});

/** How routes are judged, bounded and left: config/routing.yaml. */
export const RoutingLimits = z.strictObject({
  health: Health,
  breaker: Breaker,
  bulkhead: Bulkhead,
  failover: z.strictObject({
    legsMax: z.int().positive(),
    /** With less time left for the caller's answer no other route is tried. */
    leftMinMs: Milliseconds,
    /** Final refusals that another biller may not share. Whatever says something of the bill itself is none. */
    tryAnother: z.array(Code),
  }),
  /** How often orders to enable or disable a route are read. */
  ordersPollMs: Milliseconds,
  /** What was agreed with a biller, where it differs. */
  billers: z.record(z.string(), Biller).default({}),
});
export type RoutingLimits = z.infer<typeof RoutingLimits>;

/** A biller's own bounds where it has some, else what holds for all. */
export function bulkheadOf({ bulkhead, billers }: RoutingLimits, billerId: string): Bulkhead {
  return { ...bulkhead, ...definedOf(billers[billerId]?.bulkhead ?? {}) };
}

function definedOf(own: Partial<Bulkhead>): Partial<Bulkhead> {
  return Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
}

/** Whether a biller's final refusal is one that another biller may not share. */
export function isTryAnother(limits: RoutingLimits, billerId: string, code: ResponseCode): boolean {
  return (limits.billers[billerId]?.tryAnother ?? limits.failover.tryAnother).includes(code);
}
