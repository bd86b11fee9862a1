import assert from 'node:assert/strict';
import { createHash, createHmac, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { z } from 'zod';
import { ManualClock } from '#lib/kernel';
import { SnapBillerConnector } from '../../snap/connector';
import { snapCallsOf, type SnapBillerSpec, type SnapCalls, type ValueSpec } from '../../snap/spec';
import type { BillerSpec } from '../../spec/common';
import type { ContractDriver, Spoilt, Way } from '../driver';
import type { BillerCase } from '../fixtures';
import { LONG_MS, makeCall, type Told } from '../told';
import { HOSTILE_TEXTS, httpMisfortunes } from './http-ways';
import { deadAddress, http, rawBiller, type Reaction, type WireRequest } from './raw-biller';
import { changed } from './spoil';

const Given = {
  /** Our client secret and client key at the biller. */
  secret: z.string(),
  clientKey: z.string(),
};
const Json = z.record(z.string(), z.unknown());
const Request = z.strictObject({
  /** Behind the biller's address. */
  path: z.string(),
  /** Where a case shows it: what a repeat on the same day would carry again. */
  externalId: z.string().optional(),
  body: Json,
});
const Answer = z.strictObject({ status: z.int(), body: Json });

/** A case of a SNAP biller. */
type SnapCase = BillerCase<
  z.infer<z.ZodObject<typeof Given>>,
  z.infer<typeof Request>,
  z.infer<typeof Answer>
>;

const TOKEN = 'token of the contract';
const JSON_TYPE = 'application/json';
const SERVICE = { inquiry: '24', payment: '25', advice: '26' } as const;

/** Made once: a pair takes a while. */
let pair: { publicKey: string; privateKey: string } | undefined;
const keys = () =>
  (pair ??= generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  }));

/** Plays billers that are paid by SNAP, on bare TCP. */
export function snapDriver(read: BillerSpec): ContractDriver<Reaction> {
  const spec = read as SnapBillerSpec;
  const connectorAt = (url: string, one: BillerCase) => {
    const { given } = one as SnapCase;
    process.env[spec.url] = url;
    process.env[spec.secret] = given.secret;
    process.env[spec.clientKey] = given.clientKey;
    process.env[spec.privateKey] = keys().privateKey;
    return new SnapBillerConnector(spec, new ManualClock(one.leg.sentAt));
  };
  const call = (connector: SnapBillerConnector, one: BillerCase, withinMs: number): Promise<Told> =>
    makeCall(connector, one, new Date(one.leg.sentAt.getTime() + withinMs));
  const textOf = (one: BillerCase) => JSON.stringify((one as SnapCase).answer.body);
  return {
    fixtures: { given: Given, request: Request, answer: Answer },
    answering: (one) => answeringBody((one as SnapCase).answer.body, (one as SnapCase).answer.status),
    async play(one, react, withinMs = LONG_MS) {
      const biller = await rawBiller((socket, request) => {
        if (isToken(request)) socket.write(http(tokenFor(request, one as SnapCase)));
        else react(socket, request);
      });
      const connector = connectorAt(biller.url, one);
      try {
        const told = await call(connector, one, withinMs);
        return { told, requests: biller.requests.filter((request) => !isToken(request)) };
      } finally {
        await connector.close();
        await biller.close();
      }
    },
    async playUnreached(one) {
      const connector = connectorAt(await deadAddress(), one);
      const told = await call(connector, one, LONG_MS);
      await connector.close();
      return told;
    },
    expectRequest: (request, one) => expectRequest(spec, request as WireRequest, one as SnapCase),
    spoilt: (one) => spoiltAnswers(spec, one as SnapCase),
    misfortunes: httpMisfortunes({
      textOf,
      padded: (one, bytes) =>
        JSON.stringify({ ...(one as SnapCase).answer.body, padding: 'x'.repeat(bytes) }),
      contentType: JSON_TYPE,
      answerMaxBytes: spec.answerMaxBytes,
      businessStatuses: [],
      garbage: [
        { name: 'answers JSON and more', react: (one) => answeringText(`${textOf(one)} OK`) },
        { name: 'answers JSON that is no object', react: (one) => answeringText(`[${textOf(one)}]`) },
        { name: 'answers a member twice', react: (one) => answeringText(twice(textOf(one))) },
        { name: 'answers JSON of a depth that ends no one', react: () => answeringText('['.repeat(20_000)) },
      ],
      hostile: HOSTILE_TEXTS.map((text) => ({
        name: `says ${JSON.stringify(text)}`,
        react: (one) => answeringBody({ ...(one as SnapCase).answer.body, responseMessage: text }),
      })),
    }),
  };
}

const answeringText =
  (text: string): Reaction =>
  (socket) =>
    socket.write(http(text));
const answeringBody =
  (body: unknown, status = 200): Reaction =>
  (socket) =>
    socket.write(http(body, { status }));

/** The same text with its first member once more: which of the two is meant nobody can say. */
const twice = (text: string) => text.replace('{', '{"responseCode":"2002500",');

const isToken = ({ path }: WireRequest) => path.endsWith('/access-token/b2b');

/** A token for whoever signs as the standard says. */
function tokenFor({ headers }: WireRequest, { given }: SnapCase): object {
  const text = `${given.clientKey}|${headers['x-timestamp']}`;
  const signature = Buffer.from(headers['x-signature'] ?? '', 'base64');
  const isOurs = verify('sha256', Buffer.from(text), createPublicKey(keys().publicKey), signature);
  if (!isOurs || headers['x-client-key'] !== given.clientKey)
    return { responseCode: '4017300', responseMessage: 'Unauthorized. [Signature]' };
  return { responseCode: '2007300', accessToken: TOKEN, tokenType: 'Bearer', expiresIn: '900' };
}

/** A request is what the fixture shows, and signed as the standard says, by a reading of its own. */
function expectRequest(
  spec: SnapBillerSpec,
  { method, path, headers, body }: WireRequest,
  { request, given }: SnapCase,
): void {
  assert.equal(method, 'POST');
  assert.equal(path, `/h2h${request.path}`);
  assert.deepEqual(JSON.parse(body), request.body);
  assert.equal(headers['x-partner-id'], spec.partnerId);
  assert.equal(headers['channel-id'], spec.channelId);
  assert.equal(headers['authorization'], `Bearer ${TOKEN}`);
  assert.match(headers['x-external-id'] ?? '', /^\d{6,40}$/);
  if (request.externalId !== undefined) assert.equal(headers['x-external-id'], request.externalId);
  const hash = createHash('sha256').update(body).digest('hex');
  const text = `POST:${path}:${TOKEN}:${hash}:${headers['x-timestamp']}`;
  assert.equal(headers['x-signature'], createHmac('sha512', given.secret).update(text).digest('base64'));
}

const SPOILT_CODES = [undefined, null, '', 'ZZ', '2009900', '5002500', '4042500', true, 'constructor'];
const SPOILT_AMOUNTS = [
  undefined,
  null,
  450_000,
  '450000.00',
  { value: '450000.50', currency: 'IDR' },
  { value: '450000', currency: 'IDR' },
  { value: 450_000, currency: 'IDR' },
  { value: '450000.00', currency: 'USD' },
  { value: '-450000.00', currency: 'IDR' },
  { currency: 'IDR' },
];

function spoiltAnswers(spec: SnapBillerSpec, { call, question, leg, answer }: SnapCase): Spoilt<Reaction> {
  if (call !== 'inquiry' && call !== 'payment' && call !== 'advice')
    throw new Error(`a virtual account takes no ${call}`);
  const calls = snapCallsOf(spec, call === 'inquiry' ? question.product : leg.product);
  const said = calls[call];
  if (!said) throw new Error(`${spec.biller} has no ${call}`);
  const setting = (name: string, path: string, value: unknown): Way<Reaction> => ({
    name,
    react: (one) => {
      const shown = (one as SnapCase).answer;
      return answeringBody(changed(shown.body, path, value), shown.status);
    },
  });
  const flags = said.flag === undefined ? [] : [said.flag];
  return {
    codes: [
      ...SPOILT_CODES.map((value) => setting(shownAs(value), 'responseCode', value)),
      ...Object.entries(SERVICE)
        .filter(([name]) => name !== call)
        .map(([name, service]) => setting(`of the ${name}`, 'responseCode', `200${service}00`)),
      ...flags.flatMap((path) =>
        ['ZZ', '', '99', true, ['00']].map((value) => setting(`${path} ${shownAs(value)}`, path, value)),
      ),
    ],
    needed: neededBy(calls, call).map((path) => setting(path, path, undefined)),
    amounts: amountsOf(calls, call).flatMap((path) =>
      SPOILT_AMOUNTS.map((value) => setting(`${shownAs(value)} as ${path}`, path, value)),
    ),
    repeats: Object.keys(said.repeats)
      .filter((path) => has(answer.body, path))
      .flatMap((path) => ['another', undefined, ['list']].map((value) => setting(path, path, value))),
  };
}

const shownAs = (value: unknown): string => (value === undefined ? 'missing' : JSON.stringify(value));
const pathOf = (value: ValueSpec): string => (typeof value === 'string' ? value : value.at);

function has(body: unknown, path: string): boolean {
  let at = body;
  for (const name of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return false;
    at = (at as Record<string, unknown>)[name];
  }
  return true;
}

/** The members without which an answer says nothing that can be used. */
function neededBy(calls: SnapCalls, call: 'inquiry' | 'payment' | 'advice'): string[] {
  if (call !== 'inquiry') return [pathOf(calls[call].approved.reference)];
  if (!calls.inquiry) return [];
  const { customerName, echo, lines, line } = calls.inquiry.bill;
  const ofLines = lines === undefined || !line ? [] : [lines, `${lines}.0.${pathOf(line.period)}`];
  return [pathOf(customerName), ...ofLines, ...Object.values(echo).map(pathOf)];
}

function amountsOf(calls: SnapCalls, call: 'inquiry' | 'payment' | 'advice'): string[] {
  if (call !== 'inquiry') return [pathOf(calls[call].approved.amount)];
  const { lines, line } = calls.inquiry?.bill ?? {};
  return lines === undefined || !line ? [] : [`${lines}.0.${pathOf(line.amount)}`];
}
