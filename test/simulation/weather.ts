import type { Random } from './random';

/** How likely each misfortune is, each time it could happen. */
export interface Weather {
  /** At each await of a process. */
  crash: number;
  pause: number;
  /** For each call of the database. */
  databaseAway: number;
  databaseSlow: number;
  commitUnknown: number;
  overloaded: number;
  /** For each message on its way. */
  lost: number;
  late: number;
  twice: number;
  reset: number;
  refused: number;
  /** For each payment at the biller. */
  declines: number;
  inProcess: number;
  silentPaid: number;
  silentUnpaid: number;
  garbled: number;
  otherAmount: number;
}

const WORST: Weather = {
  crash: 0.004,
  pause: 0.006,
  databaseAway: 0.05,
  databaseSlow: 0.1,
  commitUnknown: 0.06,
  overloaded: 0.05,
  lost: 0.12,
  late: 0.3,
  twice: 0.1,
  reset: 0.1,
  refused: 0.1,
  declines: 0.2,
  inProcess: 0.15,
  silentPaid: 0.15,
  silentUnpaid: 0.15,
  garbled: 0.1,
  otherAmount: 0.05,
};

/** Nothing goes wrong. */
export const CALM: Weather = Object.fromEntries(
  Object.keys(WORST).map((name) => [name, 0]),
) as unknown as Weather;

/** Draws a weather in which some misfortunes are frequent, some rare and some absent, so that each seed is its own. */
export function drawWeather(random: Random): Weather {
  const severity = () => random.pick([0, 0.2, 0.5, 1]);
  return Object.fromEntries(
    Object.entries(WORST).map(([name, worst]) => [name, worst * severity()]),
  ) as unknown as Weather;
}
