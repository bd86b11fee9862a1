import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { pino } from 'pino';
import type { OpenChannel } from '#lib/catalog';
import { SystemClock } from '#lib/kernel';
import { Iso8583Link, type IsoMessage } from '#lib/iso8583';
import type { Payment } from '#lib/switching';
import { ChannelProfiles } from '../profiles';
import type { Iso8583Admission } from './admission';
import type { Reply } from './answer';
import type { Iso8583Desk } from './desk';
import { Iso8583Line, type LineParts } from './line';
import { speechOf } from './open-iso8583';
import { Speech } from './speech';

/** What a line says whatever happens behind it. */

const CONFIG = join(__dirname, '..', '..', '..', '..', 'config');
const profile = ChannelProfiles.read(join(CONFIG, 'channels')).all('iso8583').get('bank-87');
if (!profile) throw new Error('there is no profile bank-87');
const { spec } = speechOf('bank-87', profile, CONFIG);
/** It answers at once, but for the second of grace. */
const speech = new Speech('bank-87', { ...profile, answerWithinMs: 1 }, spec);

const LINK = {
  pendingMax: 10,
  inHandMax: 10,
  frameWithinMs: 5_000,
  echoEveryMs: 60_000,
  echoWithinMs: 5_000,
  unsentMaxBytes: 100_000,
  lateKeptMax: 10,
};

const said: string[] = [];
const lines: Iso8583Line[] = [];
const sockets = new Set<Socket>();
let server: Server;
let bank: Iso8583Link;
let reply: () => Promise<Reply>;

beforeAll(async () => {
  const logger = pino({}, { write: (line: string) => void said.push(line) });
  const parts: LineParts = {
    door: {
      clock: new SystemClock(),
      logger,
      rates: { allow: () => true } as unknown as LineParts['door']['rates'],
    },
    speech,
    admission: {
      admit: () => ({ channel: { channelId: 'a-bank' } }) as OpenChannel,
      standing: () => ({ channel: { channelId: 'a-bank' } }) as OpenChannel,
    } as unknown as Iso8583Admission,
    desk: { answer: () => reply() } as unknown as Iso8583Desk,
    limits: { linksMax: 4, waitingMax: 2, signOnWithinMs: 60_000, drainWithinMs: 1_000, link: LINK },
  };
  server = createServer((socket) => {
    sockets.add(socket);
    lines.push(new Iso8583Line(socket, parts, { signedOn: () => undefined, ended: () => undefined }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  bank = new Iso8583Link(
    socket,
    { spec, limits: LINK, clock: new SystemClock(), identity: { 32: '451' }, needsSignOn: true },
    { serve: () => Promise.reject(new Error('nothing is asked')) },
  );
  const signedOn = await bank.signOn(5_000);
  if (!signedOn.ok) throw new Error(signedOn.error.detail);
});
afterAll(() => {
  bank.end('done');
  for (const socket of sockets) socket.destroy();
  server.close();
});

function message(mti: string, processingCode: string): IsoMessage {
  const fields = {
    3: processingCode,
    4: '000015250000',
    7: '0714081530',
    11: bank.nextStan(),
    12: '151530',
    13: '0714',
    18: '6011',
    32: '451',
    37: '261950000123',
    41: 'ATM00001',
    48: 'PI06053501CN12531100010000',
    49: '360',
  };
  return { mti, fields };
}

async function codeOf(asked: IsoMessage): Promise<string | undefined> {
  const answer = await bank.request(asked, 10_000);
  if (!answer.ok) throw new Error(answer.error.detail);
  return answer.value.fields[39];
}

test.each([
  ['a payment', '0200', '500000', '68'],
  ['an advice', '0220', '500000', '68'],
  ['an inquiry', '0200', '380000', '96'],
])('%s that nobody answers in time is answered all the same', async (_, mti, processingCode, code) => {
  reply = () => new Promise(() => undefined);
  expect(await codeOf(message(mti, processingCode))).toBe(code);
});

test.each([
  ['a payment', '0200', '500000', '68'],
  ['an inquiry', '0200', '380000', '96'],
])('a fault of our own in %s is never a refusal of a payment', async (_, mti, processingCode, code) => {
  reply = () => Promise.reject(new Error('the books are away'));
  expect(await codeOf(message(mti, processingCode))).toBe(code);
  expect(said.join('')).toContain('the books are away');
});

test('a payment whose data no field has room for is answered by its code', async () => {
  const offer = {
    lines: [],
    get customerName(): string {
      throw new Error('unreadable');
    },
  };
  const payment = { paymentId: 'P0TBR00615QG', state: 'PAID', code: 'APPROVED', offer } as unknown as Payment;
  reply = async () => ({ kind: 'payment', code: 'APPROVED', payment });
  expect(await codeOf(message('0200', '500000'))).toBe('00');
  expect(said.join('')).toContain('answer written without its data');
});

test('each answered message is one line of the log, masked', async () => {
  said.length = 0;
  reply = async () => ({ kind: 'refused', code: 'BILL_NOT_FOUND' });
  expect(await codeOf(message('0200', '380000'))).toBe('14');
  const told = said.filter((line) => line.includes('message answered'));
  expect(told).toHaveLength(1);
  expect(JSON.parse(told[0] ?? '')).toMatchObject({
    channelId: 'a-bank',
    code: 'BILL_NOT_FOUND',
    message: { mti: '0200', 37: '261950000123', 48: '*(26)' },
    answer: { mti: '0210', 39: '14' },
  });
});
