import assert from 'node:assert/strict';
import { ManualClock } from '#lib/kernel';
import type { IsoMessage, Iso8583Spec } from '#lib/iso8583';
import { Iso8583Connector } from '../../iso8583/connector';
import { dialectNamed } from '../../iso8583/dialects';
import type { Iso8583BillerSpec } from '../../iso8583/spec';
import type { BillerSpec } from '../../spec/common';
import type { ContractDriver } from '../driver';
import type { BillerCase } from '../fixtures';
import { LONG_MS, makeCall, type Told } from '../told';
import { Message, paired, type IsoCase } from './iso-case';
import { rawHost, type HostLine, type IsoReaction, type IsoRequest } from './raw-host';
import { spoiltAnswers } from './iso-spoil';
import { isoMisfortunes } from './iso-ways';

/** The first number that a play's messages have, but for payments, whose number follows from their reference. */
const FIRST_STAN = 1;
const LOOPBACK = '127.0.0.1';

/** Plays billers that speak ISO 8583, on a line of their own. */
export function iso8583Driver(read: BillerSpec, config: string): ContractDriver<IsoReaction> {
  const spec = read as Iso8583BillerSpec;
  const dialect = dialectNamed(config, spec.dialect);
  const connectTo = (port: number, one: BillerCase) => {
    process.env[spec.host] = LOOPBACK;
    process.env[spec.port] = String(port);
    const single = { ...spec, line: { ...spec.line, connections: 1 } };
    return new Iso8583Connector(single, dialect, new ManualClock(one.leg.sentAt), { firstStan: FIRST_STAN });
  };
  const call = async (connector: Iso8583Connector, one: BillerCase, withinMs: number): Promise<Told> =>
    makeCall(connector, one, new Date(one.leg.sentAt.getTime() + withinMs));
  return {
    fixtures: { given: {}, request: Message, answer: Message },
    answering: (one) => ({ react: (line, question) => answer(dialect, line, one as IsoCase, question) }),
    async play(one, reaction, withinMs = LONG_MS) {
      const host = await rawHost(dialect, reaction);
      const connector = connectTo(host.port, one);
      try {
        // The time of a misfortune counts from the question, not from the first byte of the line.
        if (reaction.signOnCode === undefined) await connector.isReady(LONG_MS);
        return { told: await call(connector, one, withinMs), requests: host.requests };
      } finally {
        await host.close();
        await connector.close();
      }
    },
    async playUnreached(one) {
      const host = await rawHost(dialect, { react: () => undefined });
      await host.close();
      const connector = connectTo(host.port, one);
      const told = await call(connector, one, LONG_MS);
      await connector.close();
      return told;
    },
    expectRequest: (request, one) => expectRequest(dialect, request as IsoRequest, one as IsoCase),
    spoilt: (one) => spoiltAnswers(spec, dialect, one as IsoCase),
    misfortunes: isoMisfortunes(spec, dialect),
  };
}

/** Sends the fixture's own bytes, or its answer with what pairs it with the question. */
function answer(
  dialect: Iso8583Spec,
  line: HostLine,
  { answer: shown }: IsoCase,
  question: IsoMessage,
): void {
  if (shown.raw === undefined) line.send(paired(dialect, shown, question));
  else line.socket.write(Buffer.from(shown.raw, 'latin1'));
}

function expectRequest(
  dialect: Iso8583Spec,
  { message: { mti, fields }, raw }: IsoRequest,
  { request }: IsoCase,
): void {
  const { stanField } = dialect.definition;
  const { [stanField]: stan, ...others } = fields;
  assert.equal(mti, request.mti);
  assert.deepEqual(request.fields[stanField] === undefined ? others : { [stanField]: stan, ...others }, {
    ...request.fields,
  });
  if (request.raw !== undefined) assert.equal(raw, request.raw);
}
