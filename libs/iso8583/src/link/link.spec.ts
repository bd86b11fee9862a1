import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SystemClock } from '#lib/kernel';
import { dialect } from '../../test/dialects';
import type { IsoFields, IsoMessage } from '../message';
import { FrameReader } from '../frame/frame-reader';
import { Iso8583Client } from './client';
import { Iso8583Link, type LinkHandlers, type LinkOptions } from './link';
import type { LinkLimits } from './link-limits';

const SPEC = dialect('bank-87');
const LIMITS: LinkLimits = {
  pendingMax: 50,
  inHandMax: 50,
  frameWithinMs: 5_000,
  echoEveryMs: 60_000,
  echoWithinMs: 5_000,
  unsentMaxBytes: 1_000_000,
  lateKeptMax: 100,
};

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

function options(limits: Partial<LinkLimits> = {}): LinkOptions {
  return {
    spec: SPEC,
    limits: { ...LIMITS, ...limits },
    clock: new SystemClock(),
    identity: { 32: '4510017' },
    needsSignOn: true,
  };
}

/** A server whose every socket is a link, with what it saw. */
interface Far {
  port: number;
  links: Iso8583Link[];
  ended: string[];
}

async function listening(onSocket: (socket: Socket) => void): Promise<{ server: Server; port: number }> {
  const server = createServer(onSocket).listen(0, '127.0.0.1');
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  await once(server, 'listening');
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { server, port: (server.address() as AddressInfo).port };
}

async function far(handlers: Partial<LinkHandlers> = {}, limits: Partial<LinkLimits> = {}): Promise<Far> {
  const links: Iso8583Link[] = [];
  const ended: string[] = [];
  const { port } = await listening((socket) =>
    links.push(
      new Iso8583Link(socket, options(limits), {
        serve: async (question) => approved(question),
        ended: (reason) => ended.push(reason),
        ...handlers,
      }),
    ),
  );
  return { port, links, ended };
}

async function near(port: number, handlers: Partial<LinkHandlers> = {}, limits: Partial<LinkLimits> = {}) {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const link = new Iso8583Link(socket, options(limits), {
    serve: async (question) => approved(question),
    ...handlers,
  });
  cleanups.push(() => link.end('the test is over'));
  return link;
}

/** A far side that speaks bytes. */
async function raw(port: number) {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  cleanups.push(() => void socket.destroy());
  const reader = new FrameReader(SPEC.framing);
  const messages: IsoMessage[] = [];
  socket.on('data', (chunk: Buffer) => {
    for (const bytes of reader.push(chunk).messages) {
      const read = SPEC.unpack(bytes);
      if (read.ok) messages.push(read.value);
    }
  });
  socket.on('error', () => undefined);
  return { socket, messages };
}

function approved(question: IsoMessage, fields: IsoFields = {}): IsoMessage {
  const usual: IsoFields = { 4: question.fields[4] ?? '', 37: '000000000001', 39: '00' };
  return SPEC.answerTo(question, { ...usual, ...fields });
}

function inquiry(stan: string, change: IsoFields = {}): IsoMessage {
  return {
    mti: '0200',
    fields: {
      3: '380000',
      4: '000000000000',
      7: '0714081530',
      11: stan,
      12: '151530',
      13: '0714',
      18: '6011',
      32: '4510017',
      41: 'ATM00001',
      48: 'PI06053501CN0212',
      49: '360',
      ...change,
    },
  };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5);
}

test('nothing passes before sign-on, everything after, nothing after sign-off', async () => {
  const { port, links } = await far();
  const link = await near(port);
  expect(await link.request(inquiry('000001'), 5_000)).toMatchObject({
    ok: false,
    error: { kind: 'not sent' },
  });
  expect(await link.signOn(5_000)).toEqual({ ok: true, value: undefined });
  expect(links[0]?.isSignedOn).toBe(true);
  expect(await link.request(inquiry('000001'), 5_000)).toMatchObject({
    ok: true,
    value: { mti: '0210', fields: { 11: '000001', 39: '00', 41: 'ATM00001' } },
  });
  expect(await link.signOff(5_000)).toMatchObject({ ok: true });
  expect(links[0]?.isSignedOn).toBe(false);
  expect(await link.request(inquiry('000002'), 5_000)).toMatchObject({
    ok: false,
    error: { kind: 'not sent' },
  });
});

test('who asks before sign-on is told to sign on first', async () => {
  const { port } = await far();
  const { socket, messages } = await raw(port);
  socket.write(SPEC.packFrame(inquiry('000001')));
  await until(() => messages.length === 1);
  expect(messages[0]).toMatchObject({ mti: '0210', fields: { 11: '000001', 39: '01' } });
});

test('a sign-on that is refused lets nothing pass', async () => {
  const { port } = await far({ admit: () => '58' });
  const link = await near(port);
  expect(await link.signOn(5_000)).toEqual({ ok: false, error: { kind: 'refused', detail: 'answered 58' } });
  expect(link.isSignedOn).toBe(false);
});

test('answers find their questions in whatever order they come, both ways at once', async () => {
  const { port, links } = await far({
    serve: async (asked) => {
      await sleep(Number(asked.fields[11]) % 7);
      return approved(asked);
    },
  });
  const link = await near(port);
  await link.signOn(5_000);
  const stans = Array.from({ length: 20 }, (_, n) => String(n + 1).padStart(6, '0'));
  const asked = stans.map((stan) => link.request(inquiry(stan), 5_000));
  const back = stans.map((stan) => links[0]?.request(inquiry(stan), 5_000));
  const answers = await Promise.all([...asked, ...back]);
  expect(answers.map((answer) => (answer?.ok ? answer.value.fields[11] : 'none'))).toEqual([
    ...stans,
    ...stans,
  ]);
});

test('an answer that differs in one key field is no answer', async () => {
  const changes: IsoFields[] = [{ 7: '0714081531' }, { 11: '000002' }, { 32: '999' }, { 41: 'ATM00002' }];
  for (const change of changes) {
    const unmatched: IsoMessage[] = [];
    const { port } = await far({ serve: async (asked) => approved(asked, change) });
    const link = await near(port, { unmatched: (answer) => unmatched.push(answer) });
    await link.signOn(5_000);
    expect(await link.request(inquiry('000001'), 150)).toMatchObject({
      ok: false,
      error: { kind: 'no answer' },
    });
    expect(unmatched).toHaveLength(1);
    expect(link.counters.unmatched).toBe(1);
  }
});

test('a STAN that comes round again belongs to its own time and terminal', async () => {
  const { port } = await far({
    serve: async (asked) => {
      await sleep(20);
      return approved(asked, { 37: `0000${asked.fields[41] ?? ''}` });
    },
  });
  const link = await near(port);
  await link.signOn(5_000);
  const answers = await Promise.all(
    ['ATM00001', 'ATM00002', 'ATM00003'].map((terminal) =>
      link.request(inquiry('999999', { 41: terminal }), 5_000),
    ),
  );
  expect(answers.map((answer) => (answer.ok ? answer.value.fields[37] : 'none'))).toEqual([
    '0000ATM00001',
    '0000ATM00002',
    '0000ATM00003',
  ]);
  const first = link.request(inquiry('999999'), 5_000);
  expect(await link.request(inquiry('999999'), 5_000)).toMatchObject({
    ok: false,
    error: { kind: 'not sent' },
  });
  expect(await first).toMatchObject({ ok: true });
});

test('a late answer is handed over with its question, once; the time does not begin anew', async () => {
  const late: [IsoMessage, IsoMessage][] = [];
  const { port } = await far({
    serve: async (asked) => {
      await sleep(250);
      return approved(asked);
    },
  });
  const link = await near(port, { late: (answer, asked) => late.push([answer, asked]) });
  await link.signOn(5_000);
  expect(await link.request(inquiry('000007'), 100)).toMatchObject({
    ok: false,
    error: { kind: 'no answer' },
  });
  await until(() => late.length === 1);
  expect(late[0]?.[0]).toMatchObject({ mti: '0210', fields: { 11: '000007' } });
  expect(late[0]?.[1]).toEqual(inquiry('000007'));
  expect(link.counters).toMatchObject({ timedOut: 1, late: 1, unmatched: 0 });
});

test('a line that is lost leaves what was sent without an answer, and sends nothing more', async () => {
  const { port, links } = await far({ serve: () => new Promise(() => undefined) });
  const link = await near(port);
  await link.signOn(5_000);
  const asked = link.request(inquiry('000001'), 5_000);
  await sleep(50);
  links[0]?.end('lost');
  expect(await asked).toMatchObject({ ok: false, error: { kind: 'no answer' } });
  expect(await link.request(inquiry('000002'), 5_000)).toMatchObject({
    ok: false,
    error: { kind: 'not sent' },
  });
});

test('no more questions wait than allowed', async () => {
  const { port } = await far({ serve: () => new Promise(() => undefined) });
  const link = await near(port, {}, { pendingMax: 2 });
  await link.signOn(5_000);
  const [first, second] = [link.request(inquiry('000001'), 300), link.request(inquiry('000002'), 300)];
  expect(await link.request(inquiry('000003'), 300)).toMatchObject({
    ok: false,
    error: { kind: 'not sent' },
  });
  expect(await first).toMatchObject({ ok: false, error: { kind: 'no answer' } });
  expect(await second).toMatchObject({ ok: false, error: { kind: 'no answer' } });
});

test('a link with its hands full says busy and stays', async () => {
  const { port, links } = await far({ serve: () => new Promise(() => undefined) }, { inHandMax: 1 });
  const link = await near(port);
  await link.signOn(5_000);
  void link.request(inquiry('000001'), 1_000);
  expect(await link.request(inquiry('000002'), 5_000)).toMatchObject({
    ok: true,
    value: { fields: { 39: '96' } },
  });
  expect(links[0]?.counters.busy).toBe(1);
  expect(link.isOpen).toBe(true);
});

test('a fault of our own while answering is answered as busy, and told', async () => {
  const broken: unknown[] = [];
  const { port } = await far({
    serve: async () => {
      throw new Error('oops');
    },
    broken: (error) => broken.push(error),
  });
  const link = await near(port);
  await link.signOn(5_000);
  expect(await link.request(inquiry('000001'), 5_000)).toMatchObject({
    ok: true,
    value: { fields: { 39: '96' } },
  });
  expect(String(broken[0])).toContain('oops');
});

test('a fault of our own outside an answer ends its line and no other, and is told', async () => {
  const faults: unknown[] = [];
  let isBroken = false;
  const { port, ended } = await far({
    admit: () => {
      if (isBroken) throw new Error('oops');
      return undefined;
    },
    fault: (error) => faults.push(error),
  });
  const [link, other] = [await near(port), await near(port)];
  await other.signOn(5_000);
  isBroken = true;
  expect(await link.signOn(5_000)).toMatchObject({ ok: false, error: { kind: 'no answer' } });
  expect(ended).toEqual(['a fault of our own']);
  expect(String(faults[0])).toContain('oops');
  expect(await other.request(inquiry('000001'), 5_000)).toMatchObject({ ok: true });
});

test('a message that cannot be read is refused in the dialect, and the line goes on', async () => {
  const errors: string[] = [];
  const { port } = await far({ unreadable: (error) => errors.push(error.path) });
  const { socket, messages } = await raw(port);
  const signOn = SPEC.packFrame({ mti: '0800', fields: { 7: '0714080000', 11: '000001', 70: '001' } });
  const sound = SPEC.packFrame(inquiry('000003'));
  const spoilt = SPEC.pack(inquiry('000002'))
    .toString('latin1')
    .replace('0216PI', 'XXX6PI')
    .replace('016PI', '0x6PI');
  const { 4: amount, ...incomplete } = inquiry('000004').fields;
  expect(amount).toBeDefined();
  socket.write(
    Buffer.concat([
      signOn,
      SPEC.framing.wrap(Buffer.from(spoilt, 'latin1')),
      SPEC.framing.wrap(Buffer.alloc(0)),
      sound,
      SPEC.packFrame({ mti: '0200', fields: incomplete }),
    ]),
  );
  await until(() => messages.length === 4);
  const codes = Object.fromEntries(messages.map(({ fields }) => [fields[11], fields[39]]));
  expect(codes).toEqual({ '000001': '00', '000002': '30', '000003': '00', '000004': '30' });
  expect(errors).toEqual(['48', '4']);
});

test.each<[string, Buffer, RegExp]>([
  ['bytes without a STAN', SPEC.framing.wrap(Buffer.from('garbage')), /cannot be read/],
  ['a length that lies', Buffer.from([0xff, 0xff, 0x30]), /framing is lost/],
])('%s end the line, and nobody else’s', async (_, bytes, reason) => {
  const { port, links, ended } = await far();
  const other = await near(port);
  await other.signOn(5_000);
  const { socket } = await raw(port);
  socket.write(bytes);
  await once(socket, 'close');
  expect(ended[0]).toMatch(reason);
  expect(await other.request(inquiry('000001'), 5_000)).toMatchObject({ ok: true });
  expect(links.filter((link) => link.isOpen)).toHaveLength(1);
});

test('a message that dribbles in is not waited for longer than agreed', async () => {
  const { port, ended } = await far({}, { frameWithinMs: 100 });
  const { socket } = await raw(port);
  socket.write(SPEC.packFrame(inquiry('000001')).subarray(0, 20));
  await once(socket, 'close');
  expect(ended).toEqual(['a message did not arrive whole within 100 ms']);
});

test('a peer that is gone without a word is found out by echo; one that answers is kept', async () => {
  const { port, links, ended } = await far({}, { echoEveryMs: 60, echoWithinMs: 1_500 });
  const answering = await near(port);
  const { socket } = await raw(port);
  await once(socket, 'close');
  expect(ended).toEqual([expect.stringMatching(/no echo/)]);
  expect(answering.isOpen).toBe(true);
  expect(links[0]?.counters.received).toBeGreaterThan(0);
});

test('a peer that does not read is let go', async () => {
  const { port, ended } = await far({}, { unsentMaxBytes: 20_000 });
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  cleanups.push(() => void socket.destroy());
  socket.on('error', () => undefined);
  socket.pause();
  const echo = SPEC.packFrame({ mti: '0800', fields: { 7: '0714080000', 11: '000001', 70: '301' } });
  const many = Buffer.concat(Array.from({ length: 1_000 }, () => echo));
  while (ended.length === 0) {
    socket.write(many);
    await sleep(1);
  }
  expect(ended).toEqual(['the other side does not read']);
});

test('a client comes back after a loss and signs on again', async () => {
  const { port, links } = await far();
  const reasons: string[] = [];
  const client = new Iso8583Client(
    {
      ...options(),
      connect: () => connect(port, '127.0.0.1'),
      backOff: { firstMs: 20, maxMs: 100 },
      signOnWithinMs: 5_000,
    },
    { serve: async (asked) => approved(asked), ended: (reason) => reasons.push(reason) },
  );
  cleanups.push(() => client.close());
  await until(() => client.isReady);
  links[0]?.end('lost');
  await until(() => !client.isReady);
  expect(await client.request(inquiry('000001'), 5_000)).toMatchObject({
    ok: false,
    error: { kind: 'not sent' },
  });
  await until(() => client.isReady);
  expect(await client.request(inquiry('000001'), 5_000)).toMatchObject({ ok: true });
  expect(client.connections).toBe(2);
  expect(reasons).toEqual(['the other side closed']);
});

test('a client tries again where nobody listens or sign-on is refused, and stops when closed', async () => {
  let refusals = 0;
  let tries = 0;
  const { port } = await far({
    admit: () => {
      refusals += 1;
      return refusals < 3 ? '58' : undefined;
    },
  });
  const client = new Iso8583Client(
    {
      ...options(),
      connect: () => {
        tries += 1;
        // Nobody listens on the first address.
        return connect(tries === 1 ? 1 : port, '127.0.0.1');
      },
      backOff: { firstMs: 5, maxMs: 20 },
      signOnWithinMs: 5_000,
    },
    { serve: async (asked) => approved(asked) },
  );
  await until(() => client.isReady);
  expect(refusals).toBe(3);
  await client.close();
  expect(tries).toBe(4);
  await sleep(100);
  expect(tries).toBe(4);
});
