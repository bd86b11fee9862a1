import fc from 'fast-check';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { OneCall, SettingError, type Exchange } from '#lib/platform';
import {
  answering,
  deadAddress,
  http,
  rawBiller,
  type RawBiller,
  type Reaction,
} from '../contract/http/raw-biller';
import { addressOf, HttpLink } from './link';

const LONG_MS = 20_000;
const SHORT_MS = 80;

/** What a test opened, to be closed after it. */
const opened: { close: () => Promise<void> }[] = [];

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

async function aBiller(react: Reaction): Promise<RawBiller> {
  const biller = await rawBiller(react);
  opened.push(biller);
  return biller;
}

/** A link whose messages are all alike but for their body. */
interface TestLink {
  post(path: string, body: object, withinMs: number): Promise<Exchange>;
  close(): Promise<void>;
}

function aLink(url: string, connectionsMax = 4): TestLink {
  process.env['BILLER_PLN_URL'] = url;
  const address = addressOf({ url: 'BILLER_PLN_URL', biller: 'pln' });
  const link = new HttpLink(address, { connectionsMax, answerMaxBytes: 65_536 });
  opened.unshift(link);
  return {
    post: (path, body, withinMs) =>
      link.send(
        {
          method: 'POST',
          path,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        },
        withinMs,
      ),
    close: () => link.close(),
  };
}

const referencesIn = (biller: RawBiller): unknown[] =>
  biller.requests.map(({ body }) => (JSON.parse(body) as { reference: unknown }).reference);

test('a POST after the biller closed the idle connection goes out once, on a new connection', async () => {
  const idle: Socket[] = [];
  const biller = await aBiller((socket) => {
    idle.push(socket);
    socket.write(http({}));
  });
  const link = aLink(biller.url);

  await link.post('/payment', { reference: 1 }, LONG_MS);
  for (const socket of idle) {
    socket.end();
    await once(socket, 'close');
  }
  const second = await link.post('/payment', { reference: 2 }, LONG_MS);

  expect(second.kind).toBe('answer');
  expect(referencesIn(biller)).toEqual([1, 2]);
  expect(biller.connections()).toBe(2);
});

test.each<[string, (socket: Socket) => void]>([
  ['resets', (socket) => socket.resetAndDestroy()],
  ['closes', (socket) => socket.end()],
  ['answers a half and closes', (socket) => socket.end(http({ rc: '0000' }).slice(0, -5))],
  [
    'answers a half and resets',
    (socket) => socket.write(http({}).slice(0, 30), () => socket.resetAndDestroy()),
  ],
])('a POST on a used connection that the biller %s is lost, and arrives once', async (_, breakOff) => {
  const biller = await aBiller((socket, { body }) =>
    body.includes('"first"') ? socket.write(http({})) : breakOff(socket),
  );
  const link = aLink(biller.url, 1);

  await link.post('/payment', { reference: 'first' }, LONG_MS);
  const second = await link.post('/payment', { reference: 'second' }, LONG_MS);

  expect(second.kind).toBe('lost');
  expect(referencesIn(biller)).toEqual(['first', 'second']);
  expect(biller.connections()).toBe(1);
});

const WHIMS: Readonly<Record<string, Reaction>> = {
  answers: (socket) => socket.write(http({})),
  'answers and closes': (socket) => socket.end(http({})),
  'answers and closes later': (socket) => socket.write(http({}), () => setImmediate(() => socket.end())),
  'answers and resets': (socket) => socket.write(http({}), () => socket.resetAndDestroy()),
  'answers and resets later': (socket) =>
    socket.write(http({}), () => setImmediate(() => socket.resetAndDestroy())),
  'says it closes': (socket) => socket.end(http({}, { head: 'connection: close\r\n' })),
  'says it keeps the connection no second': (socket) =>
    socket.write(http({}, { head: 'keep-alive: timeout=0\r\n' })),
  closes: (socket) => socket.end(),
  resets: (socket) => socket.resetAndDestroy(),
  'answers twice': (socket) => socket.write(http({}) + http({})),
};

test('whatever a biller does to its connections, no POST arrives twice and "not sent" never arrives', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...Object.keys(WHIMS)), { minLength: 10, maxLength: 40 }),
      async (whims) => {
        let served = 0;
        const biller = await rawBiller((socket, request) =>
          WHIMS[whims[served++ % whims.length] ?? 'answers']?.(socket, request),
        );
        const link = aLink(biller.url, 3);
        const ends = await Promise.all(
          whims.map((_, reference) => link.post('/payment', { reference }, LONG_MS)),
        );
        await link.close();
        await biller.close();

        const arrived = referencesIn(biller);
        ends.forEach(({ kind }, reference) => {
          const times = arrived.filter((one) => one === reference).length;
          expect([kind, times]).toEqual(
            kind === 'lost' ? [kind, Math.min(times, 1)] : [kind, kind === 'answer' ? 1 : 0],
          );
        });
      },
    ),
    { numRuns: 40 },
  );
});

test('a call whose time runs out while it waits for a connection is not sent, then or later', async () => {
  const ends: string[] = [];
  const biller = await aBiller((socket, { body }) => {
    if (body.includes('"last"')) socket.write(http({}));
  });
  const link = aLink(biller.url, 1);
  const post = async (reference: string, withinMs: number): Promise<void> => {
    const { kind } = await link.post('/payment', { reference }, withinMs);
    ends.push(`${reference}: ${kind}`);
  };

  await Promise.all([post('silent', 5 * SHORT_MS), post('waiting', SHORT_MS)]);
  await post('last', LONG_MS);

  expect(ends).toEqual(['waiting: not sent', 'silent: lost', 'last: answer']);
  expect(referencesIn(biller)).toEqual(['silent', 'last']);
});

test('what a biller says unasked on an idle connection does not answer the next call', async () => {
  const biller = await aBiller((socket, { body }) =>
    socket.write(body.includes('"first"') ? http('first') + http('unasked') : http('second')),
  );
  const link = aLink(biller.url);

  const first = await link.post('/payment', { reference: 'first' }, LONG_MS);
  const second = await link.post('/payment', { reference: 'second' }, LONG_MS);

  expect(first).toMatchObject({ kind: 'answer', text: 'first' });
  expect(second).toMatchObject({ kind: 'answer', text: 'second' });
});

test('early hints before an answer are not the answer', async () => {
  const biller = await aBiller((socket) =>
    socket.write(`HTTP/1.1 103 Early Hints\r\n\r\n${http('the answer')}`),
  );
  const exchange = await aLink(biller.url).post('/payment', {}, LONG_MS);
  expect(exchange).toEqual({ kind: 'answer', status: 200, text: 'the answer' });
});

test('where nobody listens nothing is sent', async () => {
  const exchange = await aLink(await deadAddress()).post('/payment', {}, LONG_MS);
  expect(exchange).toEqual({ kind: 'not sent', reason: 'ECONNREFUSED' });
});

test('a call past its deadline is not sent', async () => {
  const biller = await aBiller(answering({}));
  const exchange = await aLink(biller.url).post('/payment', {}, 0);
  expect(exchange.kind).toBe('not sent');
  expect(biller.connections()).toBe(0);
});

test.each<[string, (socket: Socket) => void]>([
  ['speaks no TLS', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ['resets', (socket) => socket.resetAndDestroy()],
  ['says nothing', () => undefined],
])('a TLS greeting to which the biller %s has carried no request', async (_, react) => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => socket.destroy()));
    socket.once('data', () => react(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push({
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  });

  const link = aLink(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);

  expect((await link.post('/payment', {}, 5 * SHORT_MS)).kind).toBe('not sent');
});

test('closing the link loses what is under way, and what waits is not sent', async () => {
  let arrived = (): void => undefined;
  const arrival = new Promise<void>((resolve) => (arrived = resolve));
  const biller = await aBiller(() => arrived());
  const link = aLink(biller.url, 1);
  const calls = [
    link.post('/payment', { reference: 1 }, LONG_MS),
    link.post('/payment', { reference: 2 }, LONG_MS),
  ];
  await arrival;

  await link.close();

  expect((await Promise.all(calls)).map(({ kind }) => kind)).toEqual(['lost', 'not sent']);
  expect((await link.post('/payment', { reference: 3 }, LONG_MS)).kind).toBe('not sent');
  expect(referencesIn(biller)).toEqual([1]);
});

test('a second start of the same call is refused, also if the HTTP client should ever try', () => {
  const ends: Exchange[] = [];
  const aborted: string[] = [];
  const controller = (name: string) => ({
    aborted: false,
    paused: false,
    reason: null,
    abort: () => void aborted.push(name),
    pause: () => undefined,
    resume: () => undefined,
  });
  const call = new OneCall(LONG_MS, (exchange) => ends.push(exchange));

  call.onRequestStart(controller('first'));
  call.onRequestStart(controller('second'));
  expect(aborted).toEqual(['second']);

  call.onResponseError(controller('second'), new Error('aborted'));
  expect(ends).toEqual([{ kind: 'lost', reason: 'aborted' }]);
});

test.each(['not an address', 'ftp://127.0.0.1', '127.0.0.1:8080'])(
  'the address "%s" stops the start, by the name of its setting',
  (url) => {
    expect(() => aLink(url)).toThrow(SettingError);
    expect(() => aLink(url)).toThrow(`BILLER_PLN_URL="${url}" is no http or https address`);
  },
);
