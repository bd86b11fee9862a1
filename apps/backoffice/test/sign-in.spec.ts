import { aBackoffice, type BackofficeWorld, type Browser } from '../../../test/support/backoffice';
import { aDatabase, type TestDatabase } from '../../../test/support/database';
import type { Person } from '../../../test/support/people';

const CITRA = 'citra@simpul.test';

let store: TestDatabase;
let desk: BackofficeWorld;
let citra: Person;
let browser: Browser;
beforeEach(async () => {
  store = await aDatabase();
  desk = await aBackoffice(store);
  citra = await desk.people.add(CITRA);
  desk.people.tools.clock.advance(30_000);
  browser = desk.browser();
});
afterEach(async () => {
  await desk.close();
  await store.drop();
});

const later = (ms: number) => desk.people.tools.clock.advance(ms);

describe('signing in', () => {
  test('gives a session in a cookie that no script reads, and says who it is and what they may', async () => {
    const answered = await browser.signIn(citra);

    expect(answered.status).toBe(200);
    expect(answered.body).toMatchObject({
      login: CITRA,
      roles: ['finance_maker'],
      channelId: null,
      idleSeconds: 900,
    });
    expect(answered.body.permissions).toContain('breaks.propose');
    expect(answered.body.permissions).not.toContain('breaks.approve');
    const [cookie] = answered.headers.getSetCookie().filter((one) => one.startsWith('simpul='));
    expect(cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(JSON.stringify(answered.body)).not.toContain(browser.cookies.get('simpul'));
    expect((await browser.get('session')).body.login).toBe(CITRA);
  });

  test('says the same of a wrong password, a wrong code and somebody who is not there', async () => {
    const code = await desk.people.codeOf(citra);
    const answers = [];
    for (const body of [
      { login: CITRA, password: 'gopher turbine maples', code },
      { login: CITRA, password: citra.password, code: '000000' },
      { login: 'nobody@simpul.test', password: citra.password, code },
    ])
      answers.push(await browser.post('session', body));

    for (const { status, body } of answers) {
      expect(status).toBe(401);
      expect(body).toEqual({ ...answers[0]?.body, code: 'SIGN_IN_REFUSED' });
    }
    expect(browser.cookies.size).toBe(0);
  });

  test('is refused after too many failures, with how long to wait', async () => {
    const tries = [];
    for (let count = 0; count < 8; count += 1)
      tries.push(
        await browser.post('session', { login: CITRA, password: 'gopher turbine maples', code: '000000' }),
      );

    const [limited] = tries.filter(({ status }) => status === 429);
    expect(limited?.body).toMatchObject({ code: 'TOO_MANY', type: 'about:blank' });
    expect(Number(limited?.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test.each([
    [
      'a member that nobody knows',
      { login: CITRA, password: 'x', code: '123456', role: 'administrator' },
      'role',
    ],
    ['a member of another type', { login: [CITRA], password: 'x', code: '123456' }, 'login'],
    ['a member that is missing', { login: CITRA, password: 'x' }, 'code'],
    ['a member that is too long', { login: CITRA, password: 'x'.repeat(129), code: '123456' }, 'password'],
  ])('names %s', async (_what, body, field) => {
    const answered = await browser.post('session', body);
    expect(answered.status).toBe(400);
    expect(answered.body).toMatchObject({ code: 'REQUEST_MALFORMED', field });
    expect(JSON.stringify(answered.body)).not.toContain('xxx');
  });

  test.each([
    ['a name twice', '{"login":"a@b.c","login":"a@b.c","password":"x","code":"123456"}'],
    ['no JSON', 'login=a'],
    ['__proto__', '{"login":"a@b.c","password":"x","code":"123456","__proto__":{"a":1}}'],
  ])('refuses %s', async (_what, body) => {
    const answered = await browser.send('session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(answered.status).toBe(400);
    expect(answered.body.code).toBe('REQUEST_MALFORMED');
  });
});

describe('a session', () => {
  beforeEach(() => browser.signIn(citra));

  test('is over once it was idle for 15 minutes, and what the page asks by itself keeps none alive', async () => {
    later(14 * 60_000);
    expect((await browser.get('session')).status).toBe(200);
    later(14 * 60_000);
    const byItself = { headers: { 'x-simpul-poll': '1' } };
    expect((await browser.send('session', byItself)).status).toBe(200);
    later(2 * 60_000);
    expect((await browser.get('session')).status).toBe(401);
  });

  test('is over after it was ended, and its cookie is worth nothing any more', async () => {
    const token = browser.cookies.get('simpul') ?? '';
    expect((await browser.delete('session')).status).toBe(200);
    expect(browser.cookies.has('simpul')).toBe(false);

    browser.cookies.set('simpul', token);
    expect((await browser.get('session')).status).toBe(401);
  });

  test('can be ended from another one of the same user, and not by anybody else', async () => {
    later(30_000);
    const other = desk.browser();
    await other.signIn(citra);
    const dewi = await desk.signedIn('dewi@simpul.test', 'finance_checker');
    const { body } = await other.get('sessions');
    const first = body.sessions.find((one: { isThis: boolean }) => !one.isThis).sessionId;

    expect((await dewi.delete(`sessions/${first}`)).status).toBe(404);
    expect((await browser.get('session')).status).toBe(200);
    expect((await other.delete(`sessions/${first}`)).status).toBe(200);
    expect((await browser.get('session')).status).toBe(401);
  });

  test('changes nothing without its own token, or for a page that is not ours', async () => {
    const token = browser.csrfToken;
    const tries: Record<string, string>[] = [
      {},
      { 'x-csrf-token': 'x' },
      { 'x-csrf-token': `${token}x` },
      { 'x-csrf-token': token, 'sec-fetch-site': 'cross-site' },
      { 'x-csrf-token': token, origin: 'https://evil.example' },
    ];
    for (const headers of tries) {
      const answered = await browser.send('session', { method: 'DELETE', headers });
      expect([answered.status, answered.body.code]).toEqual([403, 'FORGED_REQUEST']);
    }
    expect((await browser.get('session')).status).toBe(200);
  });

  test('shows a new seed only to somebody who has proved just now who they are', async () => {
    later(6 * 60_000);
    const stale = await browser.post('session/factor');
    expect([stale.status, stale.body.code]).toEqual([403, 'FRESH_AUTHENTICATION_NEEDED']);

    const before = browser.cookies.get('simpul');
    const proved = await browser.post('session/confirmation', { code: await desk.people.codeOf(citra) });
    expect(proved.status).toBe(200);
    expect(browser.cookies.get('simpul')).not.toBe(before);
    browser.csrfToken = proved.body.csrfToken;
    expect((await browser.post('session/factor')).body.address).toMatch(/^otpauth:\/\/totp\//);
  });

  test('ends when the password is changed; a weak one is refused with why, in both languages', async () => {
    const weak = await browser.post('session/password', { current: citra.password, next: 'simpul simpul 1' });
    expect([weak.status, weak.body.field]).toEqual([422, 'password']);
    expect(weak.body.message.id).not.toBe(weak.body.message.en);

    const next = 'perahu menyeberang kabut';
    expect((await browser.post('session/password', { current: citra.password, next })).status).toBe(200);
    expect((await browser.get('session')).status).toBe(401);
    later(30_000);
    expect((await browser.signIn({ ...citra, password: next })).status).toBe(200);
  });
});

test('every answer tells browsers to keep nothing, to guess nothing and to frame nothing', async () => {
  await browser.signIn(citra);
  for (const path of ['session', 'nowhere', 'health']) {
    const { headers } = await browser.get(path);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('server')).toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
  }
});

test('what nobody serves is a problem too, and tells nothing from inside', async () => {
  const answered = await browser.get('nowhere');
  expect(answered.status).toBe(404);
  expect(answered.headers.get('content-type')).toBe('application/problem+json');
  expect(answered.body).toEqual({
    type: 'about:blank',
    title: 'Not found.',
    status: 404,
    detail: 'Not found.',
    code: 'UNKNOWN',
    message: { id: 'Tidak ditemukan.', en: 'Not found.' },
  });
});
