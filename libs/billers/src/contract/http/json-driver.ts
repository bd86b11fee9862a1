import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { HttpJsonConnector } from '../../http-json/connector';
import type { HttpJsonSpec, JsonCall } from '../../http-json/spec';
import type { BillerSpec } from '../../spec/common';
import type { ContractDriver } from '../driver';
import type { BillerCase } from '../fixtures';
import { clockAt, httpGiven, playHttp, setEnvironment, unreachedOverHttp, type HttpGiven } from './http-play';
import { answeringText, HOSTILE_TEXTS, httpMisfortunes } from './http-ways';
import { hostileWays, spoiltAnswers } from './mapped-spoils';
import type { Reaction, WireRequest } from './raw-biller';
import { changed } from './spoil';

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

const Given = {
  ...httpGiven,
  /** How the biller's documentation says a raw body is signed, where it is signed alone. */
  signature: z
    .strictObject({
      header: z.string().lowercase(),
      algorithm: z.enum(['sha1', 'sha256', 'sha512']),
      encoding: z.enum(['hex', 'base64']),
      secret: z.string(),
    })
    .optional(),
};

/** A request as it must come: what is left out is not there, headers are those that must be among the ones that come. */
const Request = z.strictObject({
  /** POST where left out. */
  method: z.string().optional(),
  /** With its query, below the biller's address. */
  path: z.string(),
  headers: z.record(z.string().lowercase(), z.string()).optional(),
  /** The members of a JSON body; of a form, texts. */
  body: z.record(z.string(), z.unknown()).optional(),
});
const Answer = z.record(z.string(), z.unknown());

/** A case of a JSON biller. */
export type JsonCase = BillerCase<
  HttpGiven & {
    signature?: { header: string; algorithm: string; encoding: 'hex' | 'base64'; secret: string } | undefined;
  },
  z.infer<typeof Request>,
  Json
>;
export type Json = z.infer<typeof Answer>;

/** Plays billers that speak JSON over HTTP. */
export function httpJsonDriver(read: BillerSpec): ContractDriver<Reaction> {
  const spec = read as HttpJsonSpec;
  const textOf = (one: BillerCase) => JSON.stringify((one as JsonCase).answer);
  const open = (url: string, one: BillerCase) => connectorAt(url, spec, one as JsonCase);
  const spoil = (one: BillerCase, path: string, value: unknown) =>
    answeringText(JSON.stringify(changed((one as JsonCase).answer, path, value)), JSON_TYPE);
  return {
    fixtures: { given: Given, request: Request, answer: Answer },
    answering: (one) => answeringText(textOf(one), JSON_TYPE),
    play: (one, react, withinMs) => playHttp(spec, one, react, (url) => open(url, one), withinMs),
    playUnreached: (one) => unreachedOverHttp(one, (url) => open(url, one)),
    expectRequest: (request, one) => expectRequest(request as WireRequest, one as JsonCase),
    spoilt: (one) => spoiltAnswers<JsonCall>(spec, one, spoil),
    misfortunes: httpMisfortunes({
      textOf,
      padded: (one, bytes) => JSON.stringify({ ...(one as JsonCase).answer, padding: 'x'.repeat(bytes) }),
      contentType: JSON_TYPE,
      answerMaxBytes: spec.answerMaxBytes,
      businessStatuses: [spec.token?.nothingDoneStatus ?? [], spec.refusesUnder ?? []].flat(),
      garbage: [
        { name: 'answers JSON and more', react: (one) => answeringText(`${textOf(one)} OK`, JSON_TYPE) },
        {
          name: 'answers JSON that is no object',
          react: (one) => answeringText(`[${textOf(one)}]`, JSON_TYPE),
        },
        { name: 'answers null', react: () => answeringText('null', JSON_TYPE) },
        {
          name: 'answers JSON of a depth that ends no one',
          react: () => answeringText('['.repeat(20_000), JSON_TYPE),
        },
      ],
      hostile: hostileWays<JsonCall>(spec, HOSTILE_TEXTS, spoil),
    }),
  };
}

/** A connector for this spec whose biller is at this address. */
export function connectorAt(
  url: string,
  spec: HttpJsonSpec,
  { given, now }: Pick<JsonCase, 'given' | 'now'>,
): HttpJsonConnector {
  setEnvironment(spec, url, given);
  if (given.signature) process.env[spec.secret] = given.signature.secret;
  return new HttpJsonConnector(spec, clockAt(now));
}

function expectRequest({ method, path, headers, body }: WireRequest, { request, given }: JsonCase): void {
  assert.equal(`${method} ${path}`, `${request.method ?? 'POST'} /h2h${request.path}`);
  if (request.body === undefined) assert.equal(body, '');
  else if (headers['content-type'] === FORM_TYPE)
    assert.deepEqual(Object.fromEntries(new URLSearchParams(body)), request.body);
  else {
    assert.equal(headers['content-type'], JSON_TYPE);
    assert.deepEqual(JSON.parse(body), request.body);
  }
  for (const [name, text] of Object.entries(request.headers ?? {})) assert.equal(headers[name], text, name);
  if (!given.signature) return;
  const { header, algorithm, secret, encoding } = given.signature;
  assert.equal(headers[header], createHmac(algorithm, secret).update(body, 'utf8').digest(encoding));
}
