import { approvalHistory, listApprovals, NoUser } from '#lib/audit';
import { SecretBox, SecretRing } from '#lib/platform';
import { randomBytes } from 'node:crypto';
import type { TestDatabase } from '../../../test/support/database';
import { aPeople, ANI, BUDI, DATA_KEY, PASSWORD, valueOf, type People } from '../../../test/support/people';
import { aSharedDatabase, type SharedDatabase } from '../../../test/support/shared-database';
import {
  addFirstAdministrator,
  approveUserChange,
  authenticate,
  beginEnrolment,
  completeEnrolment,
  disableUnused,
  disableUser,
  findUser,
  listSecurityEvents,
  proposeCustomRole,
  proposeEnable,
  proposeReset,
  proposeRoles,
  proposeUser,
  type NewUser,
} from './index';
import { codeAt } from './totp';

const CITRA = 'citra@simpul.test';
const DEWI = 'dewi@simpul.test';
const SOURCE = '192.0.2.77';

let shared: SharedDatabase;
let store: TestDatabase;
let people: People;
beforeAll(async () => {
  shared = await aSharedDatabase();
  await shared.lent.admin.run(
    "INSERT INTO channel (channel_id, name, protocol, profile, commission_mode) VALUES ('warung', 'Warung', 'h2h', 'h2h', 'immediate')",
  );
});
afterAll(() => shared.drop());
beforeEach(async () => {
  store = shared.lent;
  await store.admin.run(
    "INSERT IGNORE INTO channel (channel_id, name, protocol, profile, commission_mode) VALUES ('warung', 'Warung', 'h2h', 'h2h', 'immediate')",
  );
  people = aPeople(store);
  for (const login of [ANI, BUDI]) await first(login);
});
afterEach(() => store.drop());

const now = () => people.tools.clock.now();
const first = (login: string) =>
  addFirstAdministrator(
    store.database,
    { login, name: 'One', language: 'id' },
    { by: 'installer@simpul.test', at: now() },
  );
const word = (by = ANI) => ({ by, reason: 'as agreed', at: now() });
const citra: NewUser = {
  login: CITRA,
  name: 'Citra',
  language: 'id',
  roles: ['operations'],
  channelId: null,
};
const agree = (proposed: { approvalId: string; version: string }, by = BUDI) =>
  approveUserChange(store.database, { ...proposed, by, at: now() });

test('the first two administrators are added by one person, and after them everybody by two', async () => {
  expect(await first('third@simpul.test')).toEqual({ ok: false, error: { kind: 'four eyes' } });
  valueOf(await disableUser(store.database, BUDI, { ...word(), reason: 'left us' }));
  const { secret } = valueOf(await first('third@simpul.test'));
  expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
  expect(JSON.stringify(await store.admin.rows('SELECT * FROM security_event'))).not.toContain(secret);
});

test('a user is added when another administrator agrees, once', async () => {
  const proposed = valueOf(await proposeUser(store.database, citra, word()));
  expect(await findUser(store.database, CITRA, now())).toBeUndefined();
  expect(await agree(proposed, ANI)).toMatchObject({
    error: { kind: 'approval', refusal: { kind: 'maker is checker' } },
  });
  const answers = await Promise.all([agree(proposed), agree(proposed), agree(proposed)]);
  expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
  expect(await findUser(store.database, ' Citra@Simpul.test', now())).toMatchObject({
    login: CITRA,
    roles: ['operations'],
    state: 'active',
    isEnrolled: false,
    createdBy: ANI,
  });
  const [event] = await listSecurityEvents(store.database, { login: CITRA, rowsMax: 1 });
  expect(event).toMatchObject({
    kind: 'user_added',
    by: BUDI,
    detail: { maker: ANI, approvalId: proposed.approvalId },
  });
});

test.each<[string, Partial<NewUser>, string]>([
  ['a login that is taken', { login: BUDI }, 'login taken'],
  ['no role', { roles: [] }, 'no role'],
  ['a role that nobody knows', { roles: ['cashier'] }, 'unknown role'],
  ['a partner that nobody knows', { channelId: 'nobody', roles: ['partner'] }, 'unknown channel'],
  ['a role of the house for a partner’s staff', { channelId: 'warung' }, 'role of others'],
  ['the role of partners for the house’s', { roles: ['partner'] }, 'role of others'],
])('%s is refused', async (_, more, kind) => {
  expect(await proposeUser(store.database, { ...citra, ...more }, word())).toMatchObject({ error: { kind } });
});

test('what is no login is told as such', async () => {
  await expect(proposeUser(store.database, { ...citra, login: 'citra' }, word())).rejects.toThrow(NoUser);
});

test('nobody proposes or agrees who may not, is not known, or is disabled', async () => {
  const maker = await people.add('maker@simpul.test');
  for (const by of [maker.login, 'stranger@simpul.test'])
    expect(await proposeUser(store.database, citra, word(by))).toEqual({
      ok: false,
      error: { kind: 'not allowed', permission: 'users.manage' },
    });
  const proposed = valueOf(await proposeUser(store.database, citra, word()));
  valueOf(await disableUser(store.database, BUDI, { ...word(), reason: 'left us' }));
  for (const by of [maker.login, 'stranger@simpul.test', BUDI])
    expect(await agree(proposed, by)).toMatchObject({ error: { kind: 'not allowed' } });
});

test('nobody decides about their own access, neither as maker nor as checker', async () => {
  const roles = { login: ANI, roles: ['auditor'] };
  expect(await proposeRoles(store.database, roles, word(ANI))).toMatchObject({
    error: { kind: 'own access' },
  });
  const proposed = valueOf(await proposeRoles(store.database, roles, word(BUDI)));
  expect(await agree(proposed, ANI)).toMatchObject({ error: { kind: 'own access' } });
  const [approval] = await listApprovals(store.database, { rowsMax: 1 });
  expect(approval?.state).toBe('proposed');
});

test('roles that have changed since they were proposed are not changed again', async () => {
  await people.add(CITRA);
  const proposed = valueOf(await proposeRoles(store.database, { login: CITRA, roles: ['auditor'] }, word()));
  await store.admin.run('UPDATE console_user SET version = version + 1 WHERE login = ?', [CITRA]);
  expect(await agree(proposed)).toEqual({ ok: false, error: { kind: 'changed meanwhile' } });
  expect(await findUser(store.database, CITRA, now())).toMatchObject({ roles: ['finance_maker'] });
  // Nothing of the agreement stands either.
  expect(await approvalHistory(store.database, proposed.approvalId)).toHaveLength(1);
});

test('one may disable somebody, two let them in again', async () => {
  const person = await people.add(CITRA);
  valueOf(await disableUser(store.database, CITRA, { ...word(), reason: 'on leave' }));
  expect(await disableUser(store.database, CITRA, { ...word(), reason: 'again' })).toMatchObject({
    error: { kind: 'state', state: 'disabled' },
  });
  valueOf(await agree(valueOf(await proposeEnable(store.database, CITRA, word()))));
  expect(await people.signsIn(person)).toBeTruthy();
});

test('a one-time secret sets password and factor once, within 72 hours', async () => {
  const { enrolment } = valueOf(await agree(valueOf(await proposeUser(store.database, citra, word()))));
  if (!enrolment) throw new Error('nobody is to enrol');
  const request = { login: CITRA, secret: enrolment.secret, source: SOURCE };
  const begin = (more = {}) => beginEnrolment(people.tools, { ...request, ...more });
  const complete = (code: string, password = PASSWORD) =>
    completeEnrolment(people.tools, { ...request, password, code });
  expect(await begin({ secret: `${enrolment.secret}x` })).toEqual({ ok: false, error: { kind: 'refused' } });
  expect(await begin({ login: 'nobody@simpul.test' })).toEqual({ ok: false, error: { kind: 'refused' } });
  const { seed, needsNewPassword } = valueOf(await begin());
  expect(needsNewPassword).toBe(true);
  const code = await codeAt(seed, now());
  expect(await complete(code, 'password1234')).toMatchObject({
    error: { kind: 'password', why: { kind: 'common' } },
  });
  expect(await complete('000000')).toEqual({ ok: false, error: { kind: 'code' } });
  const answers = await Promise.all([complete(code), complete(code)]);
  expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
  expect(await complete(code)).toMatchObject({ error: { kind: 'refused' } });
  const [one] = answers.flatMap((answer) => (answer.ok ? [answer.value] : []));
  expect(one?.recoveryCodes).toHaveLength(10);

  // The code that confirmed the seed lets nobody in.
  const person = { login: CITRA, userId: '', password: PASSWORD, seed, recoveryCodes: [] };
  expect(await people.tries(person)).toMatchObject({ ok: false });
  expect(await people.signsIn(person)).toBeTruthy();
});

test('a one-time secret that is too old is none', async () => {
  const { enrolment } = valueOf(await agree(valueOf(await proposeUser(store.database, citra, word()))));
  people.tools.clock.advance(72 * 3_600_000);
  const request = { login: CITRA, secret: enrolment?.secret ?? '', source: SOURCE };
  expect(await beginEnrolment(people.tools, request)).toMatchObject({ error: { kind: 'refused' } });
});

test('whoever guesses one-time secrets is limited, and closes nobody’s account', async () => {
  const person = await people.add(CITRA);
  const guess = (n: number) =>
    beginEnrolment(people.tools, { login: CITRA, secret: `guess ${n}`, source: SOURCE });
  for (let n = 0; n < 3; n += 1) expect(await guess(n)).toMatchObject({ error: { kind: 'refused' } });
  expect(await guess(4)).toMatchObject({ error: { kind: 'limited' } });
  expect(await people.signsIn(person)).toBeTruthy();
});

test('who lost their factor enrols anew when two agree: by secret and password, and nothing of before counts', async () => {
  const person = await people.add(CITRA);
  const token = await people.signsIn(person);
  const proposed = valueOf(
    await proposeReset(store.database, { login: CITRA, isPasswordKept: true }, word()),
  );
  const { enrolment } = valueOf(await agree(proposed));
  if (!enrolment) throw new Error('nobody is to enrol');
  expect(await authenticate(people.tools, token)).toBeUndefined();
  people.tools.clock.advance(30_000);
  expect(await people.tries(person)).toMatchObject({ ok: false });
  expect(await people.tries(person, { code: person.recoveryCodes[0] ?? '' })).toMatchObject({ ok: false });

  const request = { login: CITRA, secret: enrolment.secret, source: SOURCE };
  const { seed } = valueOf(await beginEnrolment(people.tools, request));
  const code = await codeAt(seed, now());
  expect(
    await completeEnrolment(people.tools, { ...request, code, password: 'gopher turbine maples' }),
  ).toEqual({
    ok: false,
    error: { kind: 'wrong password' },
  });
  valueOf(await completeEnrolment(people.tools, { ...request, code, password: PASSWORD }));
  expect(await people.signsIn({ ...person, seed })).toBeTruthy();
});

test('who lost everything sets a new password too', async () => {
  const person = await people.add(CITRA);
  const proposed = valueOf(
    await proposeReset(store.database, { login: CITRA, isPasswordKept: false }, word()),
  );
  const { enrolment } = valueOf(await agree(proposed));
  if (!enrolment) throw new Error('nobody is to enrol');
  const anew = await people.enrol(enrolment, 'maples are red in spring');
  expect(await people.signsIn(anew)).toBeTruthy();
  expect(await people.tries({ ...anew, password: person.password })).toMatchObject({ ok: false });
});

test('a role of the installation gives what two agreed to, from that moment on', async () => {
  const define = (permissions: string[]) =>
    proposeCustomRole(store.database, { role: 'night_desk', permissions }, word());
  expect(await define(['payments.fly'])).toMatchObject({ error: { kind: 'unknown permission' } });
  expect(await proposeCustomRole(store.database, { role: 'auditor', permissions: [] }, word())).toMatchObject(
    {
      error: { kind: 'role name' },
    },
  );
  valueOf(await agree(valueOf(await define(['payments.read', 'stops.propose']))));
  const person = await people.add(CITRA, { roles: ['night_desk'] });
  const token = await people.signsIn(person);
  expect([...((await authenticate(people.tools, token))?.permissions ?? [])].sort()).toEqual([
    'payments.read',
    'stops.propose',
  ]);
  valueOf(await agree(valueOf(await define(['payments.read']))));
  expect(await authenticate(people.tools, token)).toBeUndefined();
  const after = await authenticate(people.tools, await people.signsIn(person));
  expect([...(after?.permissions ?? [])]).toEqual(['payments.read']);
});

test('a partner’s staff sees its partner only, and has no right of the house whatever a role says', async () => {
  const wide = { role: 'wide_desk', permissions: ['payments.read', 'breaks.approve'] };
  valueOf(await agree(valueOf(await proposeCustomRole(store.database, wide, word()))));
  const partner = { channelId: 'warung', roles: ['partner'] };
  expect(
    await proposeUser(store.database, { ...citra, ...partner, roles: ['wide_desk'] }, word()),
  ).toMatchObject({
    error: { kind: 'role of others' },
  });
  const person = await people.add(DEWI, partner);
  await store.admin.run(
    "INSERT INTO console_user_role (user_id, role) VALUES (?, 'wide_desk'), (?, 'administrator')",
    [person.userId, person.userId],
  );
  const principal = await authenticate(people.tools, await people.signsIn(person));
  expect(principal?.scope).toEqual({ channelId: 'warung' });
  expect(principal?.permissions.has('payments.read')).toBe(true);
  expect(principal?.permissions.has('breaks.approve')).toBe(false);
  expect(principal?.permissions.has('users.manage')).toBe(false);
});

test('whoever has not signed in for 90 days is disabled', async () => {
  const person = await people.add(CITRA);
  people.tools.clock.advance(60 * 86_400_000);
  await people.signsIn(person);
  people.tools.clock.advance(31 * 86_400_000);
  expect((await disableUnused(store.database, now())).sort()).toEqual([ANI, BUDI]);
  people.tools.clock.advance(60 * 86_400_000);
  expect(await disableUnused(store.database, now())).toEqual([CITRA]);
  expect(await findUser(store.database, CITRA, now())).toMatchObject({ state: 'disabled' });
});

test('the application changes neither a login nor whose staff somebody is, and removes nobody and no event', async () => {
  await people.add(CITRA);
  for (const sql of [
    "UPDATE console_user SET login = 'x@simpul.test'",
    'UPDATE console_user SET channel_id = NULL',
    'DELETE FROM console_user',
    'DELETE FROM console_session',
    'UPDATE security_event SET by_user = NULL',
    'DELETE FROM security_event',
  ])
    await expect(store.database.run(sql)).rejects.toThrow(/denied/);
});

test('seeds are sealed under the data key with its id, open for one user only, and follow a new key', async () => {
  const person = await people.add(CITRA);
  const rows = () =>
    store.admin.rows<{ key_id: string; seed: Buffer }>(
      'SELECT key_id, seed FROM console_factor WHERE user_id = ?',
      [person.userId],
    );
  const [before] = await rows();
  expect(before?.key_id).toBe(new SecretBox(DATA_KEY).keyId);
  expect(before?.seed.toString('latin1')).not.toContain(person.seed);

  const newBox = new SecretBox(randomBytes(32).toString('base64'));
  people.tools.secrets = new SecretRing(newBox, new SecretBox(DATA_KEY));
  expect(await people.signsIn(person)).toBeTruthy();
  expect((await rows())[0]?.key_id).toBe(newBox.keyId);
  people.tools.secrets = new SecretRing(newBox);
  expect(await people.signsIn(person)).toBeTruthy();

  const rizal = await people.add('rizal@simpul.test');
  await store.admin.run('UPDATE console_factor SET seed = ? WHERE user_id = ?', [
    (await rows())[0]?.seed ?? null,
    rizal.userId,
  ]);
  people.tools.clock.advance(30_000);
  await expect(people.tries({ ...rizal, seed: person.seed })).rejects.toThrow(/does not open/);
});
