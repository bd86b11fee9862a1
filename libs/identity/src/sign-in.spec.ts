import type { TestDatabase } from '../../../test/support/database';
import { aPeople, PASSWORD, valueOf, type People, type Person } from '../../../test/support/people';
import { aSharedDatabase, type SharedDatabase } from '../../../test/support/shared-database';
import { Database } from '#lib/platform';
import {
  authenticate,
  listSecurityEvents,
  listUsers,
  signIn,
  sourceOf,
  unlockUser,
  type Limited,
} from './index';
import { hashPassword } from './password-hash';

/** The hashes that passwords were held against. */
const hashes: string[] = [];
jest.mock('@node-rs/argon2', () => {
  const argon2 = jest.requireActual<typeof import('@node-rs/argon2')>('@node-rs/argon2');
  return {
    ...argon2,
    verify: (hashed: string, ...more: [string]) => {
      hashes.push(hashed);
      return argon2.verify(hashed, ...more);
    },
  };
});

const HALF_HOUR = 30 * 60_000;
const CITRA = 'citra@simpul.test';

let shared: SharedDatabase;
let store: TestDatabase;
let people: People;
let citra: Person;
beforeAll(async () => {
  shared = await aSharedDatabase();
});
afterAll(() => shared.drop());
beforeEach(async () => {
  store = shared.lent;
  people = aPeople(store);
  citra = await people.add(CITRA);
  people.tools.clock.advance(30_000);
});
afterEach(() => store.drop());

const wrong = { password: 'gopher turbine maples' };
const kinds = async () =>
  (await listSecurityEvents(store.database, { rowsMax: 100 })).map(({ kind }) => kind);

/** Tries until nothing is looked at any more, as long as a source may; waits as long as it is told. */
async function exhaust(source: string, more: object = wrong): Promise<number> {
  for (let failures = 0; ; failures += 1) {
    const answer = await people.tries(citra, { source, ...more });
    if (answer.ok) throw new Error('is in');
    if (answer.error.kind === 'refused') continue;
    const wait = answer.error.until.getTime() - people.tools.clock.now().getTime();
    if (wait >= HALF_HOUR - 60_000) return failures;
    failures -= 1;
    people.tools.clock.advance(wait);
  }
}

test('login, password and code together let somebody in, and it is written down', async () => {
  const { session, deviceToken } = valueOf(await people.tries(citra));
  expect(await authenticate(people.tools, session.token)).toMatchObject({
    login: CITRA,
    roles: ['finance_maker'],
    scope: 'house',
    freshAt: people.tools.clock.now(),
  });
  expect(deviceToken).toHaveLength(43);
  expect(await listSecurityEvents(store.database, { login: CITRA, rowsMax: 1 })).toMatchObject([
    {
      kind: 'signed_in',
      by: CITRA,
      source: '192.0.2.1',
      sessionId: session.sessionId,
      detail: { by: 'code' },
    },
  ]);
});

test.each<[string, Partial<{ login: string; password: string; code: string }>, string]>([
  ['an unknown login', { login: 'nobody@simpul.test' }, 'unknown login'],
  ['something that is no login', { login: '" OR 1=1 --' }, 'unknown login'],
  ['a wrong password', wrong, 'password'],
  ['a wrong code', { code: '000000' }, 'second factor'],
  ['no code', { code: '' }, 'second factor'],
  ['a recovery code that is none', { code: 'AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA' }, 'second factor'],
])('%s is refused, and the answer says no more', async (_, more, why) => {
  expect(await people.tries(citra, more)).toEqual({ ok: false, error: { kind: 'refused' } });
  expect(await listSecurityEvents(store.database, { rowsMax: 1 })).toMatchObject([
    { kind: 'sign_in_refused', by: null, detail: { why } },
  ]);
});

test('nothing that was typed as a password or code is written down', async () => {
  await people.tries(citra, {
    login: 'canary-secret-1 x',
    password: 'canary-secret-2',
    code: 'canary-secret-3',
  });
  await people.tries(citra);
  const tables = await store.admin.rows<Record<string, unknown>>('SELECT * FROM security_event');
  const rows = JSON.stringify([tables, await store.admin.rows('SELECT * FROM console_session')]);
  expect(rows).not.toContain('canary');
});

test('whatever is wrong, the same work is done: one hash with the settings of today', async () => {
  await store.admin.run("UPDATE console_user SET password_hash = NULL WHERE login = 'ani@simpul.test'");
  await store.admin.run("UPDATE console_user SET state = 'disabled' WHERE login = 'budi@simpul.test'");
  for (const login of [CITRA, 'nobody@simpul.test', 'ani@simpul.test', 'budi@simpul.test', 'no login'])
    for (const more of [wrong, { code: '000000' }]) {
      hashes.length = 0;
      people.tools.clock.advance(HALF_HOUR);
      expect(await people.tries(citra, { ...more, login })).toEqual({
        ok: false,
        error: { kind: 'refused' },
      });
      expect(hashes.map((one) => one.split('$', 4).join('$'))).toEqual(['$argon2id$v=19$m=19456,t=2,p=1']);
    }
});

test('of many who show one code at a moment one is in', async () => {
  const other = new Database(store.url, { connectionsMax: 8 });
  try {
    // From known browsers, so that no limit is near.
    const tools = [people.tools, { ...people.tools, database: other }];
    const request = { login: CITRA, password: PASSWORD, agent: 'x' };
    const devices = await knownBrowsers(5);
    people.tools.clock.advance(30_000);
    const code = await people.codeOf(citra);
    const answers = await Promise.all(
      [...devices, ...devices, ...devices].map((deviceToken, n) =>
        signIn(tools[n % 2] ?? people.tools, { ...request, source: '192.0.2.1', code, deviceToken }),
      ),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect((await kinds()).filter((kind) => kind === 'signed_in')).toHaveLength(5 + 1);
  } finally {
    await other.close();
  }
});

/** Signs in from so many browsers, a step apart. @returns what each carries. */
async function knownBrowsers(count: number): Promise<string[]> {
  const tokens: string[] = [];
  for (let n = 0; n < count; n += 1) {
    people.tools.clock.advance(30_000);
    tokens.push(valueOf(await people.tries(citra, { source: `192.0.2.${n}` })).deviceToken ?? '');
  }
  return tokens;
}

test('a code that was used, and one before it, is not taken again', async () => {
  const used = await people.codeOf(citra);
  people.tools.clock.advance(30_000);
  const early = await people.codeOf(citra);
  people.tools.clock.advance(-30_000);
  expect(await people.tries(citra, { code: early })).toMatchObject({ ok: true });
  expect(await people.tries(citra, { code: early })).toMatchObject({ ok: false });
  expect(await people.tries(citra, { code: used })).toMatchObject({ ok: false });
});

test('each recovery code lets in once, also of many at one moment', async () => {
  const [code = ''] = citra.recoveryCodes;
  expect(new Set(citra.recoveryCodes).size).toBe(10);
  const devices = await knownBrowsers(3);
  const answers = await Promise.all(
    [...devices, ...devices].map((deviceToken) => people.tries(citra, { code, deviceToken })),
  );
  expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
  expect(
    await people.tries(citra, { code: citra.recoveryCodes[1]?.toLowerCase().replaceAll('-', ' ') ?? '' }),
  ).toMatchObject({ ok: true });
  expect((await kinds()).filter((kind) => kind === 'recovery_code_used')).toHaveLength(2);
  const stored = await store.admin.rows<{ code_hash: Buffer }>('SELECT code_hash FROM console_recovery_code');
  expect(stored.map(({ code_hash }) => code_hash.toString('latin1')).join()).not.toContain(code);
});

test.each([CITRA, 'nobody@simpul.test'])(
  'waits grow from failure to failure, whoever is meant: %s',
  async (login) => {
    const waits: number[] = [];
    for (let failures = 0; failures < 6;) {
      const answer = await people.tries(citra, { ...wrong, login });
      if (answer.ok) throw new Error('is in');
      const isLookedAt = answer.error.kind === 'refused';
      waits.push(
        isLookedAt ? 0 : (answer.error as Limited).until.getTime() - people.tools.clock.now().getTime(),
      );
      people.tools.clock.advance(waits.at(-1) ?? 0);
      failures += isLookedAt ? 1 : 0;
    }
    expect(waits).toEqual([0, 0, 0, 1000, 0, 2000, 0, HALF_HOUR, 0]);
  },
);

test('of parallel guesses no more are looked at than the limit allows, on two processes', async () => {
  const other = new Database(store.url, { connectionsMax: 8 });
  try {
    const tools = [people.tools, { ...people.tools, database: other }];
    const code = await people.codeOf(citra);
    const guesses = Array.from({ length: 40 }, (_, n) =>
      signIn(tools[n % 2] ?? people.tools, {
        login: CITRA,
        password: `guess number ${n} of mine`,
        code,
        source: `198.51.100.${n}`,
        agent: 'x',
      }),
    );
    const refused = (await Promise.all(guesses)).filter((one) => !one.ok && one.error.kind === 'refused');
    // Three are free; the next must wait.
    expect(refused).toHaveLength(3);
  } finally {
    await other.close();
  }
});

test('after ten failures an account is closed for half an hour, from wherever its user is not known', async () => {
  let failures = 0;
  for (let n = 0; failures < 10; n += 1) failures += await exhaust(`198.51.100.${n}`);
  expect(failures).toBe(10);
  expect(await listUsers(store.database, { now: people.tools.clock.now(), login: CITRA })).toMatchObject([
    { state: 'locked' },
  ]);
  expect(await people.tries(citra, { source: '192.0.2.200' })).toMatchObject({ error: { kind: 'limited' } });
  expect(await kinds()).toContain('sign_in_limited');
  people.tools.clock.advance(HALF_HOUR);
  expect(await people.tries(citra, { source: '192.0.2.200' })).toMatchObject({ ok: true });
});

test('who knows an account’s name cannot keep its user out: not from one source, and never from a known browser', async () => {
  const { deviceToken = '' } = valueOf(await people.tries(citra));
  for (let hour = 0; hour < 4; hour += 1) {
    expect(await exhaust('198.51.100.9')).toBeLessThanOrEqual(5);
    people.tools.clock.advance(60_000);
    expect(await people.tries(citra, { source: `192.0.2.${hour}` })).toMatchObject({ ok: true });
    people.tools.clock.advance(HALF_HOUR);
  }
  for (let n = 0; n < 4; n += 1) await exhaust(`198.51.100.${n}`);
  expect(await people.tries(citra, { source: '192.0.2.200' })).toMatchObject({ error: { kind: 'limited' } });
  expect(await people.tries(citra, { source: '198.51.100.1', deviceToken })).toMatchObject({ ok: true });
});

test('what a stolen browser carries is limited like everything else, and helps with no other account', async () => {
  const { deviceToken = '' } = valueOf(await people.tries(citra));
  expect(await exhaust('198.51.100.1', { ...wrong, deviceToken })).toBe(10);
  const rizal = await people.add('rizal@simpul.test');
  for (let n = 0; n < 2; n += 1) await people.tries(rizal, { ...wrong, deviceToken });
  await people.tries(rizal, { ...wrong, deviceToken });
  expect(await people.tries(rizal, { deviceToken })).toMatchObject({ error: { kind: 'limited' } });
});

test('one source that tries many accounts is limited, and a good sign-in of its own gives it nothing back', async () => {
  const spray = (n: number) => people.tries(citra, { ...wrong, login: `a${n}@simpul.test` });
  for (let n = 0; n < 9; n += 1) await spray(n);
  expect(await people.tries(citra)).toMatchObject({ ok: true });
  await spray(9);
  expect(await spray(10)).toMatchObject({ error: { kind: 'limited' } });
});

test('another administrator opens a closed account, and nobody their own', async () => {
  for (let n = 0; n < 2; n += 1) await exhaust(`198.51.100.${n}`);
  const at = people.tools.clock.now();
  expect(await unlockUser(store.database, CITRA, { by: CITRA, at })).toMatchObject({ ok: false });
  expect(await unlockUser(store.database, 'ani@simpul.test', { by: 'ani@simpul.test', at })).toMatchObject({
    error: { kind: 'own access' },
  });
  expect(await unlockUser(store.database, CITRA, { by: 'ani@simpul.test', at })).toMatchObject({ ok: true });
  expect(await people.tries(citra, { source: '192.0.2.200' })).toMatchObject({ ok: true });
  expect(await kinds()).toContain('account_unlocked');
});

test('a hash with weaker settings is made anew when its password is shown', async () => {
  const weak = await hashPassword(PASSWORD, { memoryCost: 8_192, timeCost: 1, parallelism: 1 });
  await store.admin.run('UPDATE console_user SET password_hash = ? WHERE login = ?', [weak, CITRA]);
  await people.signsIn(citra);
  const [row] = await store.admin.rows<{ password_hash: string }>(
    'SELECT password_hash FROM console_user WHERE login = ?',
    [CITRA],
  );
  expect(row?.password_hash).toContain('m=19456,t=2');
  expect(await people.signsIn(citra)).toBeTruthy();
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('a call from %s is counted as one from %s', (address, source) => {
  expect(sourceOf(address)).toBe(source);
});
