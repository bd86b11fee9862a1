import { ManualClock } from '#lib/kernel';
import { LONG_MS, readJsonCase, readJsonSpec } from '../../test/json-biller';
import { http, rawBiller, type RawBiller, type Reaction } from '../contract/http/raw-biller';
import { HttpJsonConnector } from '../http-json/connector';
import type { HttpJsonSpec } from '../http-json/spec';

const FOLDER = 'fixtures/billers/dompet-nusa';
const spec = readJsonSpec('config/billers/dompet-nusa.yaml');
const paid = readJsonCase(FOLDER, 'payment-approved');
const TOKEN_PATH = '/h2h/oauth/token';

const clock = new ManualClock(new Date('2026-07-14T01:10:21Z'));
const deadline = () => new Date(clock.now().getTime() + LONG_MS);
const opened: { close: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

/** A biller that hands out `token-1`, `token-2` ... and reacts to everything else so. */
async function aBiller(
  react: (token: string) => Reaction,
  { expiresIn = 900, said = spec }: { expiresIn?: number; said?: HttpJsonSpec } = {},
): Promise<{
  biller: RawBiller;
  connector: HttpJsonConnector;
  fetched: () => number;
  paths: () => string[];
}> {
  let fetched = 0;
  const biller = await rawBiller((socket, request) => {
    if (request.path !== TOKEN_PATH) return react(request.headers['authorization'] ?? '')(socket, request);
    fetched += 1;
    socket.write(http({ access_token: `token-${fetched}`, expires_in: expiresIn }));
  });
  process.env[spec.url] = biller.url;
  Object.assign(process.env, paid.given.settings);
  const connector = new HttpJsonConnector(said, clock);
  opened.push(connector, biller);
  const paths = () => biller.requests.map(({ path }) => path).filter((path) => path !== TOKEN_PATH);
  return { biller, connector, fetched: () => fetched, paths };
}

const approving = (): Reaction => (socket) => socket.write(http(paid.answer));
const refusing = (): Reaction => (socket) => socket.write(http({ error: 'token' }, { status: 401 }));

test('many calls at once fetch one token, and it is kept until shortly before its end', async () => {
  const { connector, fetched } = await aBiller(approving);
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => connector.pay(paid.leg, deadline())));
  expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['approved']));
  expect(fetched()).toBe(1);

  clock.advance(800_000);
  await connector.pay(paid.leg, deadline());
  expect(fetched()).toBe(1);
  clock.advance(80_000);
  await connector.pay(paid.leg, deadline());
  expect(fetched()).toBe(2);
});

test('a token that is refused with nothing done is replaced, and the call sent again, once', async () => {
  const { connector, fetched, paths } = await aBiller((token) =>
    token === 'Bearer token-1' ? refusing() : approving(),
  );
  expect((await connector.pay(paid.leg, deadline())).kind).toBe('approved');
  expect(fetched()).toBe(2);
  expect(paths()).toHaveLength(2);
});

test('a biller that refuses every token leaves the payment unknown after the second', async () => {
  const { connector, paths } = await aBiller(refusing);
  expect((await connector.pay(paid.leg, deadline())).kind).toBe('unknown');
  expect(paths()).toHaveLength(2);
});

test('where nobody says that 401 means nothing was done the payment is unknown, and not sent again', async () => {
  const { nothingDoneStatus: _, ...token } = spec.token ?? { path: '/', token: 'x', withinMs: 1 };
  const { connector, paths } = await aBiller(refusing, { said: { ...spec, token } });
  expect((await connector.pay(paid.leg, deadline())).kind).toBe('unknown');
  expect(paths()).toHaveLength(1);
});

test.each<[string, Reaction]>([
  ['an error', (socket) => socket.write(http({}, { status: 500 }))],
  ['no token', (socket) => socket.write(http({ expires_in: 900 }))],
  [
    'a token that would break a header',
    (socket) => socket.write(http({ access_token: 'a\r\nb', expires_in: 9 })),
  ],
  ['a closed connection', (socket) => socket.end()],
])('a token call that brings %s sends no payment', async (_, react) => {
  const biller = await rawBiller(react);
  process.env[spec.url] = biller.url;
  Object.assign(process.env, paid.given.settings);
  const connector = new HttpJsonConnector(spec, clock);
  opened.push(connector, biller);
  expect((await connector.pay(paid.leg, deadline())).kind).toBe('not sent');
  expect((await connector.advise(paid.leg, deadline())).kind).toBe('unknown');
  expect(biller.requests.every(({ path }) => path === TOKEN_PATH)).toBe(true);
});
