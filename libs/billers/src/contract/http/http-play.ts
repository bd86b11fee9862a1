import { z } from 'zod';
import { Clock, ManualClock, SystemClock } from '#lib/kernel';
import type { HttpSpec } from '../../http/spec';
import type { OpenConnector } from '../../spec/open-connector';
import type { Played } from '../driver';
import type { BillerCase } from '../fixtures';
import { LONG_MS, makeCall, type Told } from '../told';
import { deadAddress, http, rawBiller, type Reaction } from './raw-biller';

/** What every kind over HTTP adds to `given.json`. */
export const httpGiven = {
  /** What stands in the environment, by the names of the YAML. */
  settings: z.record(z.string(), z.string()).optional(),
  /** What the biller answers to the fetching of a token, where it has one. */
  tokenAnswer: z.record(z.string(), z.unknown()).optional(),
};
export type HttpGiven = z.infer<z.ZodObject<typeof httpGiven>>;

/** Plays one case against a biller of its own; the fetching of a token is answered beside it, and not counted. */
export async function playHttp(
  spec: HttpSpec,
  one: BillerCase,
  react: Reaction,
  open: (url: string) => OpenConnector,
  withinMs = LONG_MS,
): Promise<Played> {
  const tokenPath = spec.token && `/h2h${spec.token.path}`;
  const { tokenAnswer = {} } = one.given as HttpGiven;
  const biller = await rawBiller((socket, request) =>
    request.path === tokenPath ? void socket.write(http(tokenAnswer)) : react(socket, request),
  );
  const connector = open(biller.url);
  try {
    const told = await makeCall(connector, one, deadline(one, withinMs));
    return { told, requests: biller.requests.filter(({ path }) => path !== tokenPath) };
  } finally {
    await connector.close();
    await biller.close();
  }
}

/** Makes the call of a case where nobody listens. */
export async function unreachedOverHttp(
  one: BillerCase,
  open: (url: string) => OpenConnector,
): Promise<Told> {
  const connector = open(await deadAddress());
  const told = await makeCall(connector, one, deadline(one, LONG_MS));
  await connector.close();
  return told;
}

/** Puts a biller's settings into the environment. */
export function setEnvironment(spec: HttpSpec, url: string, { settings = {} }: HttpGiven): void {
  process.env[spec.url] = url;
  for (const [name, value] of Object.entries(settings)) process.env[name] = value;
}

/** The time of day at which a case is played. */
export function clockAt(now: Date | undefined): Clock {
  return now ? new ManualClock(now) : new SystemClock();
}

function deadline({ now }: BillerCase, withinMs: number): Date {
  return new Date((now?.getTime() ?? Date.now()) + withinMs);
}
