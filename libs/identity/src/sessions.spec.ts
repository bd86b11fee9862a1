import type { TestDatabase } from '../../../test/support/database';
import { aPeople, ANI, valueOf, type People, type Person } from '../../../test/support/people';
import { aSharedDatabase, type SharedDatabase } from '../../../test/support/shared-database';
import {
  ABSOLUTE_MS,
  approveUserChange,
  authenticate,
  changeFactor,
  changePassword,
  confirmFactor,
  confirmFresh,
  disableUser,
  endSession,
  FRESH_MS,
  IDLE_MS,
  isCsrfTokenOf,
  isFresh,
  listSecurityEvents,
  listSessions,
  proposeRoles,
  recoveryCodesLeft,
  renewRecoveryCodes,
  signOut,
  type Principal,
} from './index';
import { codeAt } from './totp';

const CITRA = 'citra@simpul.test';
const BUDI = 'budi@simpul.test';
const NEXT = 'turbine maples are red';

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
});
afterEach(() => store.drop());

const who = (token: string) => authenticate(people.tools, token);
async function principalOf(token: string): Promise<Principal> {
  const principal = await who(token);
  if (!principal) throw new Error('the session is over');
  return principal;
}
const passes = (ms: number) => people.tools.clock.advance(ms);

test('a token is 256 random bits, new at each sign-in, and only its hash is stored', async () => {
  const [one, other] = [await people.signsIn(citra), await people.signsIn(citra)];
  expect(Buffer.from(one, 'base64url')).toHaveLength(32);
  expect(one).not.toBe(other);
  const rows = await store.admin.rows<{ token_hash: Buffer }>('SELECT token_hash FROM console_session');
  expect(rows.map(({ token_hash }) => token_hash.length)).toEqual([32, 32]);
  expect(rows.some(({ token_hash }) => token_hash.equals(Buffer.from(one, 'base64url')))).toBe(false);
  expect(await who(`${one.slice(0, -2)}xx`)).toBeUndefined();
  expect(await who('')).toBeUndefined();
});

test('a session ends when nobody has used it for 15 minutes, and not before', async () => {
  const token = await people.signsIn(citra);
  passes(IDLE_MS - 1);
  expect(await who(token)).toBeDefined();
  passes(IDLE_MS - 1);
  expect(await who(token)).toBeDefined();
  passes(IDLE_MS);
  expect(await who(token)).toBeUndefined();
});

test('a page that asks by itself keeps no session alive', async () => {
  const token = await people.signsIn(citra);
  passes(IDLE_MS - 1);
  expect(await authenticate(people.tools, token, { isActivity: false })).toBeDefined();
  passes(1);
  expect(await authenticate(people.tools, token, { isActivity: false })).toBeUndefined();
});

test('a session ends after eight hours, however busy it is', async () => {
  const token = await people.signsIn(citra);
  for (let spent = 600_000; spent < ABSOLUTE_MS; spent += 600_000) {
    passes(600_000);
    expect(await who(token)).toBeDefined();
  }
  passes(600_000);
  expect(await who(token)).toBeUndefined();
});

test('who signs out is out, at once and for good', async () => {
  const token = await people.signsIn(citra);
  await signOut(people.tools, token);
  await signOut(people.tools, token);
  expect(await who(token)).toBeUndefined();
  const kinds = (await listSecurityEvents(store.database, { rowsMax: 9 })).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'signed_out')).toHaveLength(1);
});

test('sessions are listed and ended one by one; nobody ends another’s by its id alone', async () => {
  const [one, other] = [await people.signsIn(citra), await people.signsIn(citra)];
  const { sessionId, userId, login } = await principalOf(one);
  const rizal = await people.add('rizal@simpul.test');
  expect(await listSessions(store.database, userId, people.tools.clock.now())).toHaveLength(2);
  expect(await endSession(people.tools, { sessionId, userId: rizal.userId, by: rizal.login })).toBe(false);
  expect(await endSession(people.tools, { sessionId, userId, by: login })).toBe(true);
  expect(await who(one)).toBeUndefined();
  expect(await who(other)).toBeDefined();
  expect(await listSessions(store.database, userId, people.tools.clock.now())).toHaveLength(1);
});

test('a change of roles ends every session at once, and the next one has the new rights', async () => {
  const token = await people.signsIn(citra);
  const at = people.tools.clock.now();
  const word = { by: ANI, reason: 'moves to audit', at };
  const proposed = valueOf(await proposeRoles(store.database, { login: CITRA, roles: ['auditor'] }, word));
  expect((await principalOf(token)).permissions.has('breaks.propose')).toBe(true);
  valueOf(await approveUserChange(store.database, { ...proposed, by: BUDI, at }));
  expect(await who(token)).toBeUndefined();
  const { roles, permissions } = await principalOf(await people.signsIn(citra));
  expect(roles).toEqual(['auditor']);
  expect([permissions.has('breaks.propose'), permissions.has('audit.read')]).toEqual([false, true]);
});

test('a disabled user is out at once, and does not come in again', async () => {
  const token = await people.signsIn(citra);
  const at = people.tools.clock.now();
  valueOf(await disableUser(store.database, CITRA, { by: ANI, reason: 'left us', at }));
  expect(await who(token)).toBeUndefined();
  passes(30_000);
  expect(await people.tries(citra)).toEqual({ ok: false, error: { kind: 'refused' } });
});

test('a session that was opened while its user was changed is over before it begins', async () => {
  passes(30_000);
  const [answer] = await Promise.all([
    people.tries(citra),
    disableUser(store.database, CITRA, { by: ANI, reason: 'left us', at: people.tools.clock.now() }),
  ]);
  if (answer.ok) expect(await who(answer.value.session.token)).toBeUndefined();
  const open = await store.admin.rows('SELECT 1 FROM console_session WHERE ended_at IS NULL');
  expect(open.length === 0 || answer.ok).toBe(true);
  expect(await listSessions(store.database, citra.userId, people.tools.clock.now())).toEqual([]);
});

test('the CSRF token is of one session and no other', async () => {
  passes(30_000);
  const { session } = valueOf(await people.tries(citra));
  const other = await people.signsIn(citra);
  expect(isCsrfTokenOf(session.token, session.csrfToken)).toBe(true);
  expect(isCsrfTokenOf(other, session.csrfToken)).toBe(false);
  expect(isCsrfTokenOf(session.token, '')).toBe(false);
  expect(session.csrfToken).not.toContain(session.token);
});

test('a session is fresh for five minutes after a proof, and a new proof gives it another token', async () => {
  const token = await people.signsIn(citra);
  passes(FRESH_MS);
  expect(isFresh(await principalOf(token), people.tools.clock.now())).toBe(true);
  passes(1);
  const stale = await principalOf(token);
  expect(isFresh(stale, people.tools.clock.now())).toBe(false);
  expect(await changeFactor(people.tools, stale)).toEqual({ ok: false, error: { kind: 'not fresh' } });
  expect(await confirmFresh(people.tools, stale, { password: 'gopher' })).toMatchObject({ ok: false });
  const renewed = valueOf(await confirmFresh(people.tools, stale, { password: citra.password }));
  expect(await who(token)).toBeUndefined();
  expect(isFresh(await principalOf(renewed.token), people.tools.clock.now())).toBe(true);
  expect(renewed.sessionId).toBe(stale.sessionId);
  expect(renewed.endsAt.getTime() - stale.startedAt.getTime()).toBe(ABSOLUTE_MS);
});

test('a code proves who one is once, also where it let somebody in before', async () => {
  const token = await people.signsIn(citra);
  const code = await people.codeOf(citra);
  const refused = { ok: false, error: { kind: 'refused' } };
  expect(await confirmFresh(people.tools, await principalOf(token), { code })).toEqual(refused);
  passes(30_000);
  const principal = await principalOf(token);
  const next = await people.codeOf(citra);
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => confirmFresh(people.tools, principal, { code: next })),
  );
  expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
});

test('after five wrong proofs the session is over, however many are tried at once', async () => {
  const token = await people.signsIn(citra);
  const principal = await principalOf(token);
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, n) => confirmFresh(people.tools, principal, { password: `guess ${n}` })),
  );
  expect(answers.filter((one) => !one.ok && one.error.kind === 'refused').length).toBeLessThanOrEqual(4);
  expect(await who(token)).toBeUndefined();
  expect(await confirmFresh(people.tools, principal, { password: citra.password })).toEqual({
    ok: false,
    error: { kind: 'session over' },
  });
  const told = (await listSecurityEvents(store.database, { rowsMax: 50 })).map(({ kind }) => kind);
  expect(told.filter((kind) => kind === 'identity_not_confirmed')).toHaveLength(5);
});

test('a new password asks for the one before, and ends every session', async () => {
  const [token, other] = [await people.signsIn(citra), await people.signsIn(citra)];
  const principal = await principalOf(token);
  const change = (current: string, next: string) =>
    changePassword(people.tools, principal, { current, next });
  expect(await change('gopher turbine maples', NEXT)).toMatchObject({ error: { kind: 'refused' } });
  expect(await change(citra.password, 'short')).toMatchObject({ error: { why: { kind: 'too short' } } });
  expect(await change(citra.password, citra.password)).toMatchObject({
    error: { why: { kind: 'same as before' } },
  });
  expect(await change(citra.password, 'my citra password')).toMatchObject({
    error: { why: { kind: 'context' } },
  });
  expect(await change(citra.password, NEXT)).toEqual({ ok: true, value: undefined });
  expect([await who(token), await who(other)]).toEqual([undefined, undefined]);
  passes(30_000);
  expect(await people.tries(citra)).toMatchObject({ ok: false });
  expect(await people.tries(citra, { password: NEXT })).toMatchObject({ ok: true });
});

test('a new second factor holds from its first code on, with recovery codes of its own', async () => {
  const principal = await principalOf(await people.signsIn(citra));
  const { seed } = valueOf(await changeFactor(people.tools, principal));
  passes(30_000);
  expect(await confirmFactor(people.tools, principal, '000000')).toMatchObject({ error: { kind: 'code' } });
  expect(await people.tries(citra)).toMatchObject({ ok: true });
  const code = await codeAt(seed, people.tools.clock.now());
  const { recoveryCodes } = valueOf(await confirmFactor(people.tools, principal, code));
  passes(30_000);
  expect(await people.tries(citra)).toMatchObject({ ok: false });
  expect(await people.tries(citra, { code: citra.recoveryCodes[0] ?? '' })).toMatchObject({ ok: false });
  expect(await people.tries(citra, { code: recoveryCodes[0] ?? '' })).toMatchObject({ ok: true });
  expect(await people.tries({ ...citra, seed })).toMatchObject({ ok: true });
});

test('recovery codes are renewed by who has just proved who they are, and those before are void', async () => {
  const token = await people.signsIn(citra);
  const principal = await principalOf(token);
  const { recoveryCodes } = valueOf(await renewRecoveryCodes(people.tools, principal));
  expect(await recoveryCodesLeft(store.database, citra.userId)).toBe(10);
  passes(30_000);
  expect(await people.tries(citra, { code: citra.recoveryCodes[0] ?? '' })).toMatchObject({ ok: false });
  expect(await people.tries(citra, { code: recoveryCodes[0] ?? '' })).toMatchObject({ ok: true });
  expect(await recoveryCodesLeft(store.database, citra.userId)).toBe(9);
  passes(FRESH_MS);
  expect(await renewRecoveryCodes(people.tools, principal)).toMatchObject({ error: { kind: 'not fresh' } });
});
