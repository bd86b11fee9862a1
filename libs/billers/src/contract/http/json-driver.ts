import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { SystemClock } from '#lib/kernel';
import { HttpJsonConnector } from '../../http-json/connector';
import type { HttpJsonSpec } from '../../http-json/spec';
import type { BillerSpec } from '../../spec/common';
import type { ContractDriver, Spoilt, Way } from '../driver';
import type { BillerCase } from '../fixtures';
import { LONG_MS, makeCall } from '../told';
import { answeringText, httpMisfortunes } from './http-ways';
import { deadAddress, rawBiller, type Reaction, type WireRequest } from './raw-biller';
import { changed } from './spoil';

const JSON_TYPE = 'application/json';

const Given = {
  /** How the biller's documentation says a body is signed. */
  signature: z.strictObject({
    header: z.string().lowercase(),
    algorithm: z.enum(['sha256', 'sha512']),
    encoding: z.enum(['hex', 'base64']),
    secret: z.string(),
  }),
};
const Request = z.strictObject({ path: z.string(), body: z.record(z.string(), z.unknown()) });
const Answer = z.record(z.string(), z.unknown());

/** A case of a JSON biller. */
export type JsonCase = BillerCase<z.infer<z.ZodObject<typeof Given>>, z.infer<typeof Request>, Json>;
export type Json = z.infer<typeof Answer>;

/** Plays billers that speak JSON over HTTP. */
export function httpJsonDriver(read: BillerSpec): ContractDriver<Reaction> {
  const spec = read as HttpJsonSpec;
  const textOf = (one: BillerCase) => JSON.stringify((one as JsonCase).answer);
  return {
    fixtures: { given: Given, request: Request, answer: Answer },
    answering: (one) => answeringText(textOf(one), JSON_TYPE),
    async play(one, react, withinMs = LONG_MS) {
      const biller = await rawBiller(react);
      const connector = connectorAt(biller.url, spec, one as JsonCase);
      try {
        const told = await makeCall(connector, one, new Date(Date.now() + withinMs));
        return { told, requests: biller.requests };
      } finally {
        await connector.close();
        await biller.close();
      }
    },
    async playUnreached(one) {
      const connector = connectorAt(await deadAddress(), spec, one as JsonCase);
      const told = await makeCall(connector, one, new Date(Date.now() + LONG_MS));
      await connector.close();
      return told;
    },
    expectRequest: (request, one) => expectRequest(request as WireRequest, one as JsonCase),
    spoilt: (one) => spoiltAnswers(spec, one as JsonCase),
    misfortunes: httpMisfortunes({
      textOf,
      padded: (one, bytes) => JSON.stringify({ ...(one as JsonCase).answer, padding: 'x'.repeat(bytes) }),
      contentType: JSON_TYPE,
      answerMaxBytes: spec.answerMaxBytes,
      businessStatuses: [],
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
      hostile: [],
    }),
  };
}

/** A connector for this spec whose biller is at this address. */
export function connectorAt(
  url: string,
  spec: HttpJsonSpec,
  { given }: Pick<JsonCase, 'given'>,
): HttpJsonConnector {
  process.env[spec.url] = url;
  process.env[spec.secret] = given.signature.secret;
  return new HttpJsonConnector(spec, new SystemClock());
}

function expectRequest({ method, path, headers, body }: WireRequest, { request, given }: JsonCase): void {
  assert.equal(method, 'POST');
  assert.equal(path, `/h2h${request.path}`);
  assert.equal(headers['content-type'], JSON_TYPE);
  assert.deepEqual(JSON.parse(body), request.body);
  const { header, algorithm, secret, encoding } = given.signature;
  assert.equal(headers[header], createHmac(algorithm, secret).update(body, 'utf8').digest(encoding));
}

/** The last three are names that every JavaScript object knows. */
const SPOILT_CODES = [undefined, null, '', 'ZZ99', ' 0000', 9, true, 'constructor', '__proto__', 'toString'];

const SPOILT_ANYWHERE = [
  undefined,
  null,
  true,
  [],
  {},
  '',
  '-1',
  '1e3',
  ' 1',
  '1.000',
  '1,000',
  '0x10',
  0.5,
  -1,
];
const SPOILT_AMOUNTS = {
  string: [...SPOILT_ANYWHERE, 203400, '203400.00', '9'.repeat(16)],
  number: [...SPOILT_ANYWHERE, '171500', 171500.25, 2 ** 53],
};

function spoiltAnswers(spec: HttpJsonSpec, { call }: JsonCase): Spoilt<Reaction> {
  const said = spec[call];
  if (!said) throw new Error(`${spec.biller} has no ${call}`);
  const setting = (name: string, path: string, value: unknown): Way<Reaction> => ({
    name,
    react: (one) => answeringText(JSON.stringify(changed((one as JsonCase).answer, path, value)), JSON_TYPE),
  });
  return {
    codes: SPOILT_CODES.map((value) => setting(shown(value), said.code, value)),
    needed: neededBy(spec, call).map((path) => setting(path, path, undefined)),
    amounts: amountsOf(spec, call).flatMap((path) =>
      SPOILT_AMOUNTS[spec.rupiah].map((value) => setting(`${shown(value)} as ${path}`, path, value)),
    ),
    repeats: Object.keys(said.repeats).flatMap((path) =>
      ['another', undefined, null, ['list']].map((value) => setting(path, path, value)),
    ),
  };
}

const shown = (value: unknown): string => (value === undefined ? 'missing' : JSON.stringify(value));

/** The members without which an answer says nothing that can be used. */
function neededBy(spec: HttpJsonSpec, call: JsonCase['call']): string[] {
  if (call === 'reversal') return [];
  if (call !== 'inquiry') return [spec[call].approved.reference];
  const { customerName, echo, lines, line } = spec.inquiry.bill;
  return [customerName, lines, `${lines}.0.${line.period}`, ...Object.values(echo)];
}

function amountsOf(spec: HttpJsonSpec, call: JsonCase['call']): string[] {
  if (call === 'reversal') return [];
  if (call !== 'inquiry') return [spec[call].approved.amount];
  const { lines, line } = spec.inquiry.bill;
  return [line.amount, line.penalty].flatMap((path) => (path === undefined ? [] : [`${lines}.0.${path}`]));
}
