import { connectorAt, LONG_MS, readJsonCase, readJsonSpec } from '../../test/json-biller';
import { http, rawBiller } from '../contract/http/raw-biller';
import type { HttpJsonSpec } from './spec';

/** A biller that says no under HTTP statuses of its own: data of its file. */

const PLN = 'fixtures/billers/pln';
const deadline = () => new Date(Date.now() + LONG_MS);
const SPEC: HttpJsonSpec = { ...readJsonSpec('config/billers/pln.yaml'), refusesUnder: [404, 422] };

/** What the connector makes of a case's answer that comes under this status. */
async function told(name: string, status: number, spec = SPEC): Promise<unknown> {
  const one = readJsonCase(PLN, name);
  const biller = await rawBiller((socket) => void socket.write(http(JSON.stringify(one.answer), { status })));
  const connector = connectorAt(biller.url, spec, one);
  try {
    if (name.startsWith('inquiry')) return await connector.inquire(one.question, deadline());
    return name.startsWith('advice')
      ? await connector.advise(one.leg, deadline())
      : await connector.pay(one.leg, deadline());
  } finally {
    await connector.close();
    await biller.close();
  }
}

test.each([
  ['payment-declined', { kind: 'declined', code: 'DECLINED_BY_BILLER' }],
  ['payment-over-limit', { kind: 'declined', code: 'LIMIT_EXCEEDED' }],
  ['advice-not-found', { kind: 'no such payment' }],
  ['inquiry-not-found', { ok: false, error: { code: 'BILL_NOT_FOUND' } }],
])('%s is read under a status of the file', async (name, outcome) => {
  expect(await told(name, 422)).toMatchObject(outcome);
});

test.each([
  ['payment-approved', { kind: 'unknown' }],
  ['advice-approved', { kind: 'unknown' }],
  ['inquiry-approved', { ok: false, error: { code: 'BILLER_UNAVAILABLE' } }],
])('%s is not believed under a status that can only say no', async (name, outcome) => {
  expect(await told(name, 422)).toMatchObject(outcome);
});

test.each([400, 500, 503, 302, 201])(
  'a no under %i, which the file does not list, is unknown',
  async (status) => {
    expect(await told('payment-declined', status)).toMatchObject({ kind: 'unknown' });
    const { refusesUnder: _, ...silent } = SPEC;
    expect(await told('payment-declined', 422, silent)).toMatchObject({ kind: 'unknown' });
  },
);
