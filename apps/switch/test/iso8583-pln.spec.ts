import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { SystemClock } from '#lib/kernel';
import { Iso8583Link, readSpec, type IsoFields, type IsoMessage, type LayoutValues } from '#lib/iso8583';
import { customer } from '../../../test/support/h2h-client';
import { freePort } from '../../../test/support/ports';
import { anInstallation, expectSound, type Installation } from '../../../test/support/processes';

/** The profile of partners that speak as to PLN, on a line of its own: other types, widths, framing and layouts. */

const SPEC = readSpec(join(__dirname, '..', '..', '..', 'config', 'iso8583', 'pln-2003.yaml'));
const BANK = '4510017';

let world: Installation;
let port: number;
let link: Iso8583Link;

async function line(institution: string): Promise<Iso8583Link> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const limits = {
    pendingMax: 50,
    inHandMax: 10,
    frameWithinMs: 5_000,
    echoEveryMs: 60_000,
    echoWithinMs: 5_000,
    unsentMaxBytes: 100_000,
    lateKeptMax: 10,
  };
  return new Iso8583Link(
    socket,
    { spec: SPEC, limits, clock: new SystemClock(), identity: { 32: institution }, needsSignOn: false },
    { serve: () => Promise.reject(new Error('a switch asks a partner nothing')) },
  );
}

beforeAll(async () => {
  world = await anInstallation();
  await world.store.admin.run("UPDATE channel SET profile = 'pln-2003' WHERE channel_id = 'bank-merdeka'");
  port = await freePort();
  await world.startSwitch(undefined, { ISO8583_PLN_PORT: String(port) });
  link = await line(BANK);
});
afterAll(async () => {
  link.end('done');
  await world.close();
});

let stan = 0;
function message(mti: string, product: string, data: string, change: IsoFields = {}): IsoMessage {
  stan += 1;
  const fields: IsoFields = {
    2: product,
    11: String(stan).padStart(12, '0'),
    ...SPEC.stamps(new Date()),
    26: '6012',
    32: BANK,
    33: BANK,
    41: 'TERM000000000001',
    48: data,
    ...change,
  };
  return { mti, fields };
}

async function send(asked: IsoMessage): Promise<IsoMessage> {
  const answer = await link.request(asked, 40_000);
  if (!answer.ok) throw new Error(answer.error.detail);
  return answer.value;
}

function dataOf(layout: string, { fields }: IsoMessage): LayoutValues {
  const data = SPEC.layout(layout).read(fields[48] ?? '');
  if (!data.ok) throw data.error;
  return data.value;
}

/** The message that another one is about. */
function original({ mti, fields }: IsoMessage): string {
  return `${mti}${fields[11]}${fields[12]}000${BANK}`;
}

test('nothing is done before sign-on, and nobody signs on under a name that is not known', async () => {
  const data = SPEC.layout('postpaid-question').write({
    switcherId: 'SWT0001',
    customerNumber: '531100010000',
  });
  expect((await send(message('2100', '99501', data))).fields[39]).toBe('0011');
  const stranger = await line('1234567');
  expect(await stranger.signOn(5_000)).toMatchObject({ ok: false, error: { detail: 'answered 0031' } });
  stranger.end('done');
  expect(await link.signOn(5_000)).toMatchObject({ ok: true });
});

test('a bill is asked for and paid, repeated and advised, and is one payment', async () => {
  const number = customer('pln-postpaid', '0003');
  const data = SPEC.layout('postpaid-question').write({ switcherId: 'SWT0001', customerNumber: number });
  const inquired = await send(message('2100', '99501', data));
  expect(inquired).toMatchObject({
    mti: '2110',
    fields: { 39: '0000', 4: expect.stringMatching(/^3600\d{12}$/) },
  });
  const offer = dataOf('postpaid-answer', inquired);
  expect(offer).toMatchObject({ switcherId: 'SWT0001', customerNumber: number, billCount: '3' });

  const order = SPEC.layout('postpaid-payment').write({ ...offer, paidCount: offer['billCount'] ?? '' });
  const amount = inquired.fields[4] ?? '';
  const payment = message('2200', '99501', order, { 4: amount });
  const paid = await send(payment);
  expect(paid).toMatchObject({ mti: '2210', fields: { 39: '0000', 4: amount } });
  const receipt = dataOf('postpaid-payment', paid);
  const paymentId = paid.fields[37];
  expect(receipt).toMatchObject({ reference: paymentId, paidCount: '3', customerNumber: number });
  expect(paymentId).toMatch(/^T[0-9A-Z]{11}$/);

  expect(await send({ ...payment, mti: '2201' })).toEqual(paid);
  const advice = message('2221', '99501', order, { 4: amount, 56: original(payment) });
  expect(await send(advice)).toMatchObject({ mti: '2230', fields: { 39: '0000', 37: paymentId } });
  const reversal = message('2400', '99501', order, { 4: amount, 56: original(payment) });
  expect(await send(reversal)).toMatchObject({ mti: '2410', fields: { 39: '0012' } });
  expect(await world.truthOf(number)).toMatchObject([{ kind: 'paid' }]);
});

test('a token is bought, and stands in its layout', async () => {
  const number = '14270010000';
  const question = { switcherId: 'SWT0001', meterNumber: number, customerNumber: '', numberKind: '0' };
  const inquired = await send(
    message('2100', '99502', SPEC.layout('prepaid-question').write(question), { 4: '3602000002000000' }),
  );
  expect(inquired.fields[39]).toBe('0000');
  const paid = await send(
    message('2200', '99502', inquired.fields[48] ?? '', { 4: inquired.fields[4] ?? '' }),
  );
  expect(paid.fields[39]).toBe('0000');
  expect(dataOf('prepaid-receipt', paid)).toMatchObject({
    meterNumber: number,
    token: expect.stringMatching(/^(?!0{20})\d{20}$/),
    switcherReference: paid.fields[37],
  });
});

test.each([
  ['0014', '0014'],
  ['0088', '0088'],
])('an inquiry ending %s is answered %s', async (ending, code) => {
  const number = customer('pln-postpaid', ending);
  const data = SPEC.layout('postpaid-question').write({ switcherId: 'SWT0001', customerNumber: number });
  expect((await send(message('2100', '99501', data))).fields[39]).toBe(code);
});

test('another currency, decimals that are not zero and unknown products are refused', async () => {
  const data = SPEC.layout('postpaid-question').write({
    switcherId: 'SWT0001',
    customerNumber: '531100010000',
  });
  expect((await send(message('2100', '99501', data, { 4: '8400000000302500' }))).fields[39]).toBe('0030');
  expect((await send(message('2100', '99501', data, { 4: '3602000030250050' }))).fields[39]).toBe('0030');
  expect((await send(message('2100', '99999', data))).fields[39]).toBe('0033');
});

test('all of this left the books sound', async () => {
  await expectSound(world);
});
