import assert from 'node:assert/strict';
import { z } from 'zod';
import type { BillerSpec } from '../../spec/common';
import { XmlConnector } from '../../xml/connector';
import type { XmlCall, XmlSpec } from '../../xml/spec';
import type { ContractDriver } from '../driver';
import type { BillerCase } from '../fixtures';
import { clockAt, httpGiven, playHttp, setEnvironment, unreachedOverHttp, type HttpGiven } from './http-play';
import { answeringText, HOSTILE_TEXTS, httpMisfortunes } from './http-ways';
import { hostileWays, spoiltAnswers } from './mapped-spoils';
import type { Reaction, WireRequest } from './raw-biller';
import { changedXml, comparable } from './spoil-xml';

const XML_TYPE = 'text/xml; charset=utf-8';

/** XML as the partner sends it, by lines. */
const Xml = z.array(z.string());
const Request = z.strictObject({
  path: z.string(),
  headers: z.record(z.string().lowercase(), z.string()).optional(),
  xml: Xml,
});
/** Under HTTP 200 where no status is given. */
const Answer = z.strictObject({ status: z.int().optional(), xml: Xml });

type XmlCase = BillerCase<HttpGiven, z.infer<typeof Request>, z.infer<typeof Answer>>;

/** Plays billers that speak XML over HTTP. */
export function xmlDriver(read: BillerSpec): ContractDriver<Reaction> {
  const spec = read as XmlSpec;
  const textOf = (one: BillerCase) => (one as XmlCase).answer.xml.join('\n');
  const open = (url: string, one: BillerCase) => {
    setEnvironment(spec, url, one.given as HttpGiven);
    return new XmlConnector(spec, clockAt(one.now));
  };
  const spoil = (one: BillerCase, path: string, value: unknown) =>
    answeringText(changedXml(textOf(one), spec.protocol, path, value), XML_TYPE);
  const answers = (name: string, xml: (one: BillerCase) => string) => ({
    name,
    react: (one: BillerCase) => answeringText(xml(one), XML_TYPE),
  });
  return {
    fixtures: { given: httpGiven, request: Request, answer: Answer },
    answering: (one) => answeringText(textOf(one), XML_TYPE, (one as XmlCase).answer.status),
    play: (one, react, withinMs) => playHttp(spec, one, react, (url) => open(url, one), withinMs),
    playUnreached: (one) => unreachedOverHttp(one, (url) => open(url, one)),
    expectRequest: (request, one) => expectRequest(request as WireRequest, one as XmlCase),
    spoilt(one) {
      const spoilt = spoiltAnswers<XmlCall>(spec, one, spoil, true);
      // A fault of the protocol has nothing of ours to repeat.
      return /<(\w+:)?fault>/i.test(textOf(one)) ? { ...spoilt, repeats: [] } : spoilt;
    },
    misfortunes: httpMisfortunes({
      textOf,
      padded: (one, bytes) => `${textOf(one)}<!--${'x'.repeat(bytes)}-->`,
      contentType: XML_TYPE,
      answerMaxBytes: spec.answerMaxBytes,
      businessStatuses: [],
      garbage: [
        answers('answers XML and more', (one) => `${textOf(one)} OK`),
        answers(
          'answers XML twice in one',
          (one) => `${textOf(one)}${textOf(one).replace(/<\?[^>]*\?>/, '')}`,
        ),
        answers('answers another element', () => '<Success>00</Success>'),
        answers('declares a DOCTYPE', (one) =>
          textOf(one).replace(/^(<\?[^>]*\?>)?/, '$1<!DOCTYPE a [<!ENTITY b "c">]>'),
        ),
        answers(
          'answers XML of a depth that ends no one',
          () => '<a>'.repeat(20_000) + '</a>'.repeat(20_000),
        ),
        answers('answers JSON', () => '{"status":"00"}'),
      ],
      hostile: hostileWays<XmlCall>(
        spec,
        HOSTILE_TEXTS.filter((text) => !/\p{Cc}/u.test(text)),
        spoil,
      ),
    }),
  };
}

function expectRequest({ method, path, headers, body }: WireRequest, { request }: XmlCase): void {
  assert.equal(`${method} ${path}`, `POST /h2h${request.path}`);
  assert.match(headers['content-type'] ?? '', /^text\/xml/);
  for (const [name, text] of Object.entries(request.headers ?? {})) assert.equal(headers[name], text, name);
  assert.deepEqual(comparable(body), comparable(request.xml.join('\n')));
}
