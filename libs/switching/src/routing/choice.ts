import type { Seen, Why } from './decision';

/** A route that was chosen, and why. */
export interface Chosen {
  seen: Seen;
  why: Why;
  draw?: number;
}

/**
 * Chooses among routes: those that may not be taken are left out; the healthiest goes first, then the least priority,
 * then the cheapest; and of a thousand requests each other route gets its share, so that it is known when it is needed.
 * @param draw a whole number from 0 to 999; asked only where a share is to be given.
 */
export function choose(seen: readonly Seen[], draw: () => number): Chosen | undefined {
  const fit = seen.filter(({ candidate }) => candidate.verdict === 'fit').sort(byMerit);
  const [best] = fit;
  if (!best) return undefined;
  const others = fit.filter((one) => one !== best && one.route.share > 0);
  if (others.length > 0) {
    const drawn = draw();
    const explored = shareOf(others, drawn);
    if (explored) return { seen: explored, why: 'drawn to be tried', draw: drawn };
  }
  if (seen.length === 1) return { seen: best, why: 'the only route' };
  return { seen: best, why: fit.length === seen.length ? 'the best route' : 'the best that is fit' };
}

function shareOf(others: readonly Seen[], drawn: number): Seen | undefined {
  let upTo = 0;
  for (const one of others) {
    upTo += one.route.share;
    if (drawn < upTo) return one;
  }
  return undefined;
}

function byMerit(one: Seen, other: Seen): number {
  if (one.band !== other.band) return one.band - other.band;
  if (one.route.priority !== other.route.priority) return one.route.priority - other.route.priority;
  if (one.route.cost !== other.route.cost) return one.route.cost < other.route.cost ? -1 : 1;
  return one.route.routeId < other.route.routeId ? -1 : 1;
}
