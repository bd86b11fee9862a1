import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { join } from 'node:path';
import pino from 'pino';
import { SNAP_BANK } from '../../../test/support/seed';
import { aSwitch, type SwitchWorld } from '../../../test/support/switch-world';
import { AgreedRates } from '../src/agreed-rates';
import { ChannelProfiles } from '../src/profiles';
import { SnapPartners } from '../src/snap/partners';
import { anAccount, aSnapDoor, jakarta, type Unusual } from './a-snap-door';

/** Who is let in, and in which order what is wrong is told. */

let world: SwitchWorld;
beforeAll(async () => {
  world = await aSwitch();
});
afterAll(() => world.close());

const ask = (unusual: Unusual) => {
  const door = aSnapDoor(world);
  return door.call('inquiry', { ...anAccount(), inquiryRequestId: door.number() }, unusual);
};

test('a call as the standard says is let in', async () => {
  expect((await ask({})).code).toBe('2002400');
});

test.each<[string, Unusual, string, string]>([
  ['no X-TIMESTAMP', { headers: { 'x-timestamp': undefined } }, '4002402', '{X-TIMESTAMP}'],
  ['no X-SIGNATURE', { headers: { 'x-signature': '' } }, '4002402', '{X-SIGNATURE}'],
  ['no X-PARTNER-ID', { headers: { 'x-partner-id': undefined } }, '4002402', '{X-PARTNER-ID}'],
  ['no X-EXTERNAL-ID', { headers: { 'x-external-id': undefined } }, '4002402', '{X-EXTERNAL-ID}'],
  ['no CHANNEL-ID', { headers: { 'channel-id': undefined } }, '4002402', '{CHANNEL-ID}'],
  ['no Content-Type', { headers: { 'content-type': undefined } }, '4002402', '{Content-Type}'],
  ['another Content-Type', { headers: { 'content-type': 'text/xml' } }, '4002401', '{Content-Type}'],
  ['a timestamp without its zone', { timestamp: '2026-07-14T12:00:00' }, '4002401', '{X-TIMESTAMP}'],
  ['a timestamp with a fraction', { timestamp: '2026-07-14T12:00:00.000+07:00' }, '4002401', '{X-TIMESTAMP}'],
  ['letters in X-EXTERNAL-ID', { externalId: '12AB' }, '4002401', '{X-EXTERNAL-ID}'],
  ['a long X-EXTERNAL-ID', { externalId: '1'.repeat(37) }, '4002401', '{X-EXTERNAL-ID}'],
  ['a long CHANNEL-ID', { headers: { 'channel-id': '123456' } }, '4002401', '{CHANNEL-ID}'],
  ['no token', { headers: { authorization: undefined } }, '4012401', 'Invalid Token (B2B)'],
  ['a token that is none', { token: 'x' }, '4012401', 'Invalid Token (B2B)'],
  ['another kind of authorization', { headers: { authorization: 'Basic eDp5' } }, '4012401', 'Token'],
  ['a stranger', { token: 'x', headers: { 'x-partner-id': 'NOBODY' } }, '4012400', '[Unknown client]'],
  [
    'another partner id than the token’s',
    { headers: { 'x-partner-id': 'NOBODY' } },
    '4012400',
    '[Unknown client]',
  ],
  ['another CHANNEL-ID than agreed', { headers: { 'channel-id': '95051' } }, '4012400', '[CHANNEL-ID]'],
  ['a wrong secret', { secret: 'x' }, '4012400', '[Signature]'],
  [
    'a signature in hex',
    { written: (text) => Buffer.from(text, 'base64').toString('hex') },
    '4012400',
    '[Signature]',
  ],
  ['a cut signature', { written: (text) => text.slice(0, 40) }, '4012400', '[Signature]'],
  ['a certificate that is not pinned', { isUnpinned: true }, '4012400', '[Certificate]'],
  ['a signature over another path', { text: ({ token }) => `POST:/x:${token}` }, '4012400', '[Signature]'],
])('%s is refused: %#', async (_, unusual, code, blame) => {
  const { status, body } = await ask(unusual);
  expect([String(status), body.responseCode]).toEqual([code.slice(0, 3), code]);
  expect(body.responseMessage).toContain(blame);
  if (status === 401) expect(body.virtualAccountData).toBeUndefined();
});

test('a payment whose message was not read is told no flag: nobody has looked what became of it', async () => {
  const door = aSnapDoor(world);
  const order = await door.order(anAccount());
  expect((await door.call('payment', order)).code).toBe('2002500');
  const { code, body } = await door.call('payment', order, { externalId: 'letters' });
  expect([code, body.virtualAccountData]).toEqual(['4002501', undefined]);
});

test('who calls too fast hears so, and of a payment never a word that reads as failed', async () => {
  class Rates extends AgreedRates {
    isUsedUp = false;
    override allow = (): boolean => !this.isUsedUp;
  }
  const rates = new Rates();
  const door = aSnapDoor(world, {}, rates);
  const order = await door.order(anAccount());
  expect((await door.call('payment', order)).code).toBe('2002500');
  rates.isUsedUp = true;
  const { code, body } = await door.call('payment', { ...order, flagAdvise: 'Y' });
  expect([code, body.virtualAccountData?.paymentFlagStatus]).toEqual(['2022500', '02']);
  expect((await door.call('paymentIntrabank', order)).code).toBe('2023300');
  expect((await door.call('inquiry', order)).code).toBe('4292400');
  expect((await door.call('status', order)).code).toBe('4292600');
});

test('the word Bearer may be written in any case', async () => {
  const door = aSnapDoor(world);
  const body = { ...anAccount(), inquiryRequestId: '1' };
  expect(
    (await door.call('inquiry', body, { headers: { authorization: `bearer ${door.token}` } })).code,
  ).toBe('2002400');
});

test.each([
  ['before', -301_000, '4012400'],
  ['behind', 301_000, '4012400'],
  ['just within, before', -299_000, '2002400'],
  ['just within, behind', 299_000, '2002400'],
])('a clock that is %s', async (_, offsetMs, code) => {
  expect((await ask({ timestamp: jakarta(world.clock.now(), offsetMs) })).code).toBe(code);
});

test('a body changed after it was signed is refused, white space between its tokens is not a change', async () => {
  const door = aSnapDoor(world);
  const body = { ...anAccount(), inquiryRequestId: door.number() };
  const compact = JSON.stringify(body);
  const signCompact: Unusual['text'] = ({ method, target, token, timestamp }) =>
    `${method}:${target}:${token}:${sha256(compact)}:${timestamp}`;
  const raw = (text: string) => ({ raw: Buffer.from(text), text: signCompact });
  expect((await door.call('inquiry', body, raw(JSON.stringify(body, null, 2)))).code).toBe('2002400');
  expect((await door.call('inquiry', body, raw(compact.replace('"   ', '"')))).code).toBe('4012400');
});

test('a name is used up by who has signed, and by nobody else', async () => {
  const door = aSnapDoor(world);
  const externalId = door.number();
  const body = { ...anAccount(), inquiryRequestId: '1' };
  expect((await door.call('inquiry', body, { externalId, secret: 'x' })).code).toBe('4012400');
  expect((await door.call('inquiry', body, { externalId })).code).toBe('2002400');
  expect((await door.call('inquiry', body, { externalId })).code).toBe('4092400');
});

test('an X-EXTERNAL-ID is free again on the next day of Jakarta, and not on UTC’s', async () => {
  const door = aSnapDoor(world, { token: { lifeSeconds: 86_400 } });
  const token = () => door.seal.issue(SNAP_BANK.channelId, new Date(world.clock.now().getTime() + 900_000));
  const externalId = door.number();
  const ask24 = () =>
    door.call('inquiry', { ...anAccount(), inquiryRequestId: '1' }, { externalId, token: token() });
  expect((await ask24()).code).toBe('2002400');
  // 12:00 in Jakarta. 23:59 is still the same day.
  world.clock.advance((11 * 60 + 59) * 60_000);
  expect((await ask24()).code).toBe('4092400');
  world.clock.advance(60_001);
  expect((await ask24()).code).toBe('2002400');
  world.clock.advance(7 * 3_600_000);
  expect((await ask24()).code).toBe('4092400');
});

test('a token is good until it expires, and for its partner alone', async () => {
  const door = aSnapDoor(world);
  const now = world.clock.now().getTime();
  const ask24 = (token: string) => door.call('inquiry', { ...anAccount(), inquiryRequestId: '1' }, { token });
  expect((await ask24(door.seal.issue('bank-nusa', new Date(now + 1)))).code).toBe('2002400');
  expect((await ask24(door.seal.issue('bank-nusa', new Date(now)))).code).toBe('4012401');
  expect((await ask24(door.seal.issue('ppob-nusantara', new Date(now + 60_000)))).code).toBe('4012401');
  expect((await ask24(`${door.token.slice(0, -3)}AAA`)).code).toBe('4012401');
});

const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

test.each<[string, Unusual & { body?: unknown; key?: typeof stranger }, string]>([
  ['as the standard says', {}, '2007300'],
  ['with the old spelling of grantType', { body: { granttype: 'client_credentials' } }, '2007300'],
  ['with grant_type', { body: { grant_type: 'client_credentials' } }, '2007300'],
  ['with grant_type of another kind', { body: { grant_type: 'password' } }, '4007300'],
  [
    'with two words for one',
    { body: { grantType: 'password', grant_type: 'client_credentials' } },
    '4007300',
  ],
  ['of another kind', { body: { grantType: 'authorization_code' } }, '4007300'],
  ['without a kind', { body: {} }, '4007302'],
  ['that is no JSON', { raw: Buffer.from('{') }, '4007300'],
  ['without a client', { headers: { 'x-client-key': undefined } }, '4007302'],
  ['of an unknown client', { headers: { 'x-client-key': 'nobody' } }, '4017300'],
  ['with a timestamp of another form', { timestamp: '14/07/2026' }, '4007301'],
  ['signed with another key', { key: stranger }, '4017300'],
  ['signed long ago', { timestamp: '2020-01-01T00:00:00+07:00' }, '4017300'],
])('a call for a token, %s', async (_, { body, key, ...unusual }, code) => {
  const door = aSnapDoor(world);
  const timestamp = unusual.timestamp ?? jakarta(world.clock.now());
  const signature = sign(
    'sha256',
    Buffer.from(`${SNAP_BANK.clientKey}|${timestamp}`),
    key ?? SNAP_BANK.privateKey,
  ).toString('base64');
  const answer = await door.call('token', body ?? { grantType: 'client_credentials' }, {
    ...unusual,
    timestamp,
    headers: { 'x-client-key': SNAP_BANK.clientKey, 'x-signature': signature, ...unusual.headers },
  });
  expect([String(answer.status), answer.code]).toEqual([code.slice(0, 3), code]);
  expect(answer.headers['x-timestamp']).toMatch(/\+07:00$/);
  if (code === '2007300') expect(answer.headers['x-client-key']).toBe(SNAP_BANK.clientKey);
});

test('a partner may call only from the addresses it has agreed on', async () => {
  await world.store.admin.run("UPDATE channel SET allowed_ips = ? WHERE channel_id = 'bank-nusa'", [
    JSON.stringify(['10.1.0.0/16']),
  ]);
  const listed = async (ip: string) => (await ask({ ip })).code;
  let code = '';
  while (code !== '4012400') code = await listed('127.0.0.1');
  expect(await listed('10.1.2.3')).toBe('2002400');
  await world.store.admin.run("UPDATE channel SET allowed_ips = NULL WHERE channel_id = 'bank-nusa'");
});

test('two channels that go by one name are both let in no more', async () => {
  const partnersOf = (names: Record<string, string>[]) => {
    const channels = names.map((credentials, at) => ({
      channel: { channelId: `bank-${at}`, protocol: 'snap', profile: 'snap-strict', allowedIps: null },
      credentials: new Map(Object.entries({ ...NAMES, ...credentials })),
      secrets: ['x'],
    }));
    const catalog = {
      channels: () => channels.map(({ channel }) => channel),
      channel: (id: string) => channels.find(({ channel }) => channel.channelId === id),
    };
    const profiles = ChannelProfiles.read(PROFILES);
    return new SnapPartners(catalog as never, profiles, pino({ enabled: false }));
  };
  const apart = partnersOf([{}, { clientKey: 'C-2', partnerId: 'P-2' }]);
  expect(apart.byPartnerId('P-1')?.channel.channel.channelId).toBe('bank-0');
  expect(apart.byClientKey('C-2')?.channel.channel.channelId).toBe('bank-1');
  const alike = partnersOf([{}, {}]);
  expect([alike.byPartnerId('P-1'), alike.byClientKey('C-1')]).toEqual([undefined, undefined]);
});

test('a partner that is closed, and one that is new, are so from the next version of the catalog on', () => {
  const one = {
    channel: { channelId: 'bank-1', protocol: 'snap', profile: 'snap-strict', allowedIps: null },
    credentials: new Map(Object.entries(NAMES)),
    secrets: ['x'],
  };
  const catalog = {
    version: '1',
    known: [one],
    channels: () => catalog.known.map(({ channel }) => channel),
    channel: (id: string) => catalog.known.find(({ channel }) => channel.channelId === id),
  };
  const logger = pino({ enabled: false });
  const partners = new SnapPartners(catalog as never, ChannelProfiles.read(PROFILES), logger);
  const idOf = (name: string) => partners.byPartnerId(name)?.channel.channel.channelId;
  expect([idOf('P-1'), idOf('P-2')]).toEqual(['bank-1', undefined]);
  const other = { ...one, credentials: new Map(Object.entries({ ...NAMES, partnerId: 'P-2' })) };
  Object.assign(catalog, { version: '2', known: [other] });
  expect([idOf('P-1'), idOf('P-2')]).toEqual([undefined, 'bank-1']);
});

const PROFILES = join(__dirname, '..', '..', '..', 'config', 'channels');
const NAMES = {
  clientKey: 'C-1',
  partnerId: 'P-1',
  channelId: '95231',
  companyCodes: '88899',
  publicKey: SNAP_BANK.publicKey,
};

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
