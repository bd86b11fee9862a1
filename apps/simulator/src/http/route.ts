import type { IncomingHttpHeaders } from 'node:http';

import type { Clock } from '#lib/kernel';

import type { Counter } from '../billers/counter';
import type { Reaction } from '../billers/desk';
import type { Floats } from '../billers/floats';
import type { StampDesk } from '../billers/stamps';
import type { HttpAnswer } from '../wire/exchange';

export type { HttpAnswer };

/** One call as it came over HTTP. */
export type HttpCall = {
  readonly method: string;
  /** As requested, with its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly raw: Buffer;
};

/** One address of a biller, below its own. */
export type Route = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly serve: (call: HttpCall) => Reaction<HttpAnswer> | Promise<Reaction<HttpAnswer>>;
};

/** What a dialect serves a biller with. */
export type Office = {
  readonly counter: Counter;
  readonly secret: string;
  readonly user: string;
  readonly snap: { readonly clientKey: string; readonly publicKey: string } | undefined;
  readonly floats: Floats;
  readonly stamps: StampDesk;
  readonly clock: Clock;
};

/** Speaks for one biller over HTTP. */
export type HttpDialect = (office: Office) => readonly Route[];

/** An answer in JSON. */
export function json(value: object, status = 200): Reaction<HttpAnswer> {
  return { how: 'answer', answer: { status, body: JSON.stringify(value) } };
}

/** What a caller hears who is not let in; nothing of the message was looked at. */
export function unauthorized(message: string): Reaction<HttpAnswer> {
  return json({ statusCode: 401, message }, 401);
}

/** What everybody hears whose signature, token or user is not right. */
export const UNAUTHORIZED = unauthorized('The caller is not known, or its signature or token is wrong.');

/** What makes a biller's routes: each serves only a call that shows whose it is. */
export function guardedBy(
  isTheirs: (call: HttpCall) => boolean,
  refusal: Reaction<HttpAnswer> = UNAUTHORIZED,
): (method: Route['method'], path: string, serve: Route['serve']) => Route {
  return (method, path, serve) => ({
    method,
    path,
    serve: (call) => (isTheirs(call) ? serve(call) : refusal),
  });
}

/** Puts the words of a dialect to a reaction, in JSON; what has no words stays as it is. */
export async function inJson<Answer>(
  reaction: Promise<Reaction<Answer>>,
  words: (answer: Answer) => object,
): Promise<Reaction<HttpAnswer>> {
  const came = await reaction;
  return came.how === 'answer' ? json(words(came.answer)) : came;
}
