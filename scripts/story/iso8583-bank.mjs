import { once } from 'node:events';
import { connect } from 'node:net';
import path from 'node:path';
import { CHECKOUT } from '../lib/home.mjs';

/** @typedef {import('./world.mjs').Json} Json */

/** A switch answers a bank within 26 s. */
const ANSWER_MS = 30_000;
/** The story's own bank sells this product only (config/channels/bank-87.yaml). */
const PRODUCT_CODE = '990001';
const TERMINAL = 'CERITA01';

/**
 * A bank on a line of ISO 8583, as docs/connect-iso8583.md describes it.
 * @param {{ host: string, port: number, institution: string, offsetMs: number }} where
 */
export async function openLine({ host, port, institution, offsetMs }) {
  const { Iso8583Link, readSpec } = await import('#lib/iso8583');
  const { SystemClock } = await import('#lib/kernel');
  const spec = readSpec(path.join(CHECKOUT, 'config', 'iso8583', 'bank-87.yaml'));
  const bill = spec.layout('bill');
  const clock = new SystemClock(offsetMs);
  const socket = connect(port, host);
  await once(socket, 'connect');
  const limits = {
    pendingMax: 8,
    inHandMax: 8,
    frameWithinMs: 5_000,
    echoEveryMs: 60_000,
    echoWithinMs: 5_000,
    unsentMaxBytes: 65_536,
    lateKeptMax: 8,
  };
  const link = new Iso8583Link(
    socket,
    { spec, limits, clock, identity: { 32: institution }, needsSignOn: true },
    { serve: () => Promise.reject(new Error('a switch asks a bank nothing')) },
  );
  const signedOn = await link.signOn(5_000);
  if (!signedOn.ok) throw new Error(`sign-on of the bank: ${signedOn.error.detail}`);

  return {
    /**
     * Sends an inquiry or a payment.
     * @param {string} type
     * @param {{ rrn: string, processingCode: string, amount: string, customerNumber: string, inquiryId?: string }} what
     * @returns {Promise<{ type: string, code: string, amount: string, data: Json }>}
     */
    async send(type, { rrn, processingCode, amount, customerNumber, inquiryId }) {
      const order = {
        product: PRODUCT_CODE,
        customerNumber,
        ...(inquiryId === undefined ? {} : { inquiryId }),
      };
      const answer = await link.request(
        {
          mti: type,
          fields: {
            ...spec.stamps(clock.now()),
            3: processingCode,
            4: amount,
            11: link.nextStan(),
            12: '120000',
            13: '0101',
            18: '6011',
            32: institution,
            37: rrn,
            41: TERMINAL,
            48: bill.write(order),
            49: '360',
          },
        },
        ANSWER_MS,
      );
      if (!answer.ok) throw new Error(`${type} of the bank: ${answer.error.kind}, ${answer.error.detail}`);
      const { mti, fields } = answer.value;
      const data = bill.read(fields[48] ?? '');
      return { type: mti, code: fields[39] ?? '', amount: fields[4] ?? '', data: data.ok ? data.value : {} };
    },
    async close() {
      await link.signOff(5_000);
      link.end('the story is told');
    },
  };
}
