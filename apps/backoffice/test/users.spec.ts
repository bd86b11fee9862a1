import { approveUserChange, findUser, listSecurityEvents } from '#lib/identity';
import { listAudit } from '#lib/audit';
import { aBackoffice, type BackofficeWorld, type Browser } from '../../../test/support/backoffice';
import { aDatabase, type TestDatabase } from '../../../test/support/database';
import { BUDI, valueOf, type Person } from '../../../test/support/people';

const ADMIN = 'admin@simpul.test';
const CITRA = 'citra@simpul.test';

let store: TestDatabase;
let desk: BackofficeWorld;
let admin: Browser;
let citra: Person;
beforeEach(async () => {
  store = await aDatabase();
  await store.admin.run(
    "INSERT INTO channel (channel_id, name, protocol, profile, commission_mode) VALUES ('warung', 'Warung', 'h2h', 'h2h', 'immediate')",
  );
  desk = await aBackoffice(store);
  citra = await desk.people.add(CITRA, { roles: ['operations'] });
  admin = await desk.signedIn(ADMIN, 'administrator');
});
afterEach(async () => {
  await desk.close();
  await store.drop();
});

const now = () => desk.people.tools.clock.now();
const agree = (proposed: { approvalId: string; version: string }) =>
  approveUserChange(store.database, { ...proposed, by: BUDI, at: now() });
const dewi = {
  login: 'Dewi@Simpul.test',
  name: 'Dewi',
  language: 'id',
  roles: ['customer_service'],
  channelId: null,
  reason: 'begins on Monday',
};
const userOf = async (login: string) =>
  (await admin.get(`users?q=${encodeURIComponent(login)}`)).body.users[0];

test('users are listed with roles, state and last sign-in, page by page, and found by a part of what they are', async () => {
  const { status, body } = await admin.get('users?limit=2');
  expect(status).toBe(200);
  const rest = (await admin.get(`users?limit=2&cursor=${body.next}`)).body;
  const all = [...body.users, ...rest.users];
  expect(all.map(({ login }: { login: string }) => login)).toEqual([ADMIN, 'ani@simpul.test', BUDI, CITRA]);
  expect(rest.next).toBeNull();
  expect(all[0]).toMatchObject({
    roles: ['administrator'],
    state: 'active',
    isEnrolled: true,
    channelId: null,
    signedInAt: expect.stringMatching(/^2026-07-14T01:/),
  });
  expect(all[3].signedInAt).toBeNull();
  expect((await admin.get('users?q=OPERATIONS')).body.users).toEqual([all[3]]);
  expect(JSON.stringify(all)).not.toMatch(/hash|seed|secret/i);
});

test('somebody new waits for a second administrator, and signs in only then', async () => {
  const proposed = await admin.post('users', dewi);
  expect([proposed.status, Object.keys(proposed.body)]).toEqual([200, ['approvalId', 'version']]);
  const { waiting, users } = (await admin.get('users')).body;
  expect(waiting).toEqual([
    expect.objectContaining({
      approvalId: proposed.body.approvalId,
      kind: 'user_add',
      subject: 'dewi@simpul.test',
      maker: ADMIN,
      reason: 'begins on Monday',
    }),
  ]);
  expect(users.some(({ login }: { login: string }) => login === 'dewi@simpul.test')).toBe(false);

  expect(valueOf(await agree(proposed.body)).enrolment).toBeDefined();
  expect(await userOf('dewi@simpul.test')).toMatchObject({ isEnrolled: false, createdBy: ADMIN });
  const [row] = await listAudit(store.database, { action: 'proposed', objectKind: 'user_add', rowsMax: 1 });
  expect(row).toMatchObject({ by: ADMIN, authenticated: 'session', source: '127.0.0.1' });
});

test('roles, a reset and a role of the installation are proposed, and hold when another one has agreed', async () => {
  const { userId } = citra;
  const roles = await admin.post(`users/${userId}/roles`, { roles: ['auditor'], reason: 'moves' });
  expect(roles.status).toBe(200);
  expect((await admin.get(`users/${userId}`)).body).toMatchObject({
    user: { roles: ['operations'] },
    waiting: [{ kind: 'user_roles', subject: CITRA }],
  });
  const again = await admin.post(`users/${userId}/roles`, { roles: ['auditor'], reason: 'moves' });
  expect([again.status, again.body.detail]).toEqual([422, expect.stringContaining(ADMIN)]);
  valueOf(await agree(roles.body));
  expect((await userOf(CITRA)).roles).toEqual(['auditor']);

  const reset = await admin.post(`users/${userId}/reset`, { isPasswordKept: true, reason: 'lost phone' });
  expect(valueOf(await agree(reset.body)).enrolment?.login).toBe(CITRA);

  const role = { role: 'night_desk', permissions: ['payments.read'], reason: 'nights' };
  const defined = await admin.post('roles', role);
  expect((await admin.get('roles')).body).toMatchObject({
    custom: [],
    channels: ['warung'],
    waiting: [{ kind: 'custom_role', subject: 'night_desk' }],
  });
  valueOf(await agree(defined.body));
  expect((await admin.get('roles')).body.custom).toEqual([
    { role: 'night_desk', permissions: ['payments.read'] },
  ]);
});

test('somebody is kept out at once, their sessions with them; letting them in again takes two', async () => {
  const theirs = desk.browser();
  desk.people.tools.clock.advance(30_000);
  await theirs.signIn(citra);
  const { userId } = citra;
  expect((await admin.get(`users/${userId}`)).body.sessions).toHaveLength(1);
  expect((await admin.post(`users/${userId}/disable`, { reason: 'left us' })).status).toBe(200);
  expect((await theirs.get('session')).status).toBe(401);
  expect((await admin.get(`users/${userId}`)).body).toMatchObject({
    user: { state: 'disabled' },
    sessions: [],
  });
  const twice = await admin.post(`users/${userId}/disable`, { reason: 'left us' });
  expect([twice.status, twice.body.message.id]).toEqual([422, 'Pengguna ini dinonaktifkan.']);

  const back = await admin.post(`users/${userId}/enable`, { reason: 'is back' });
  expect((await userOf(CITRA)).state).toBe('disabled');
  valueOf(await agree(back.body));
  expect((await userOf(CITRA)).state).toBe('active');
});

test('a session of somebody is ended, and only one that is theirs', async () => {
  const theirs = desk.browser();
  desk.people.tools.clock.advance(30_000);
  await theirs.signIn(citra);
  const { userId } = citra;
  const [session] = (await admin.get(`users/${userId}`)).body.sessions;
  const { userId: adminId } = await userOf(ADMIN);
  expect((await admin.delete(`users/${adminId}/sessions/${session.sessionId}`)).status).toBe(404);
  expect((await theirs.get('session')).status).toBe(200);
  expect((await admin.delete(`users/${userId}/sessions/${session.sessionId}`)).status).toBe(200);
  expect((await theirs.get('session')).status).toBe(401);
  expect((await admin.delete(`users/${userId}/sessions/${session.sessionId}`)).status).toBe(404);
});

test('a locked account is opened at once, and nobody opens their own', async () => {
  for (let no = 0; no < 10; no += 1) {
    desk.people.tools.clock.advance(61_000);
    await desk.people.tries(citra, { password: 'gopher turbine maples', source: `192.0.2.${no}` });
  }
  const prover = await desk.signedIn('second@simpul.test', 'administrator');
  const state = async () => (await findUser(store.database, CITRA, now()))?.state;
  expect(await state()).toBe('locked');
  expect((await prover.post(`users/${citra.userId}/unlock`)).status).toBe(200);
  expect(await state()).toBe('active');
  const own = await findUser(store.database, 'second@simpul.test', now());
  const refused = await prover.post(`users/${own?.userId}/unlock`);
  expect([refused.status, refused.body.code]).toEqual([422, 'REFUSED']);
});

test('security events of a user come page by page, the newest first', async () => {
  for (const reason of ['one', 'two']) {
    await admin.post(`users/${citra.userId}/disable`, { reason });
    const back = await admin.post(`users/${citra.userId}/enable`, { reason });
    valueOf(await agree(back.body));
    desk.people.tools.clock.advance(1_000);
  }
  const kinds: string[] = [];
  let next: string | null = '';
  while (next !== null) {
    const cursor: string = next === '' ? '' : `&cursor=${next}`;
    const { body } = await admin.get(`users/${citra.userId}/events?limit=2${cursor}`);
    kinds.push(...body.events.map(({ eventId }: { eventId: string }) => eventId));
    next = body.next;
  }
  const all = await listSecurityEvents(store.database, { login: CITRA, rowsMax: 100 });
  expect(kinds).toEqual(all.map(({ eventId }) => eventId));
  expect(new Set(kinds).size).toBeGreaterThanOrEqual(6);
});

test.each<[string, object]>([
  ['login', { login: CITRA }],
  ['roles', { roles: ['cashier'] }],
  ['roles', { roles: ['partner'] }],
  ['channelId', { channelId: 'nobody', roles: ['partner'] }],
])('%s is refused where it cannot be: %j', async (field, more) => {
  const { status, body } = await admin.post('users', { ...dewi, ...more });
  expect([status, body.code, body.field]).toEqual([422, 'REFUSED', field]);
  expect(body.message.id).not.toBe(body.message.en);
});

test('nobody decides about their own access, a name of the code is no role, and who is not there is not found', async () => {
  const { userId } = await userOf(ADMIN);
  const own = await admin.post(`users/${userId}/roles`, { roles: ['auditor'], reason: 'x' });
  expect([own.status, own.body.detail]).toEqual([422, expect.stringContaining('their own access')]);
  const named = await admin.post('roles', { role: 'auditor', permissions: [], reason: 'x' });
  expect([named.status, named.body.field]).toEqual([422, 'role']);
  const unknown = await admin.post('roles', { role: 'night_desk', permissions: ['all'], reason: 'x' });
  expect([unknown.status, unknown.body.field]).toEqual([422, 'permissions']);
  const active = await admin.post(`users/${citra.userId}/enable`, { reason: 'x' });
  expect([active.status, active.body.message.en]).toEqual([422, 'This user is active already.']);
  expect((await admin.get('users/none')).status).toBe(404);
  expect((await admin.post('users/none/disable', { reason: 'x' })).status).toBe(404);
});

test('what changes access needs a fresh proof', async () => {
  desk.people.tools.clock.advance(6 * 60_000);
  for (const path of ['roles', 'enable', 'reset', 'disable', 'unlock']) {
    const { status, body } = await admin.post(`users/${citra.userId}/${path}`);
    expect([path, status, body.code]).toEqual([path, 403, 'FRESH_AUTHENTICATION_NEEDED']);
  }
  for (const path of ['users', 'roles'])
    expect((await admin.post(path, {})).body.code).toBe('FRESH_AUTHENTICATION_NEEDED');
});

test('an auditor looks and changes nothing; others and a partner’s staff see nobody', async () => {
  const auditor = await desk.signedIn('auditor@simpul.test', 'auditor');
  expect((await auditor.get('users')).status).toBe(200);
  const operations = desk.browser();
  await operations.signIn(citra);
  const partner = desk.browser();
  const person = await desk.people.add('pemilik@warung.test', { roles: ['partner'], channelId: 'warung' });
  desk.people.tools.clock.advance(30_000);
  await partner.signIn(person);
  for (const browser of [operations, partner])
    for (const path of ['users', `users/${citra.userId}`, `users/${citra.userId}/events`, 'roles'])
      expect([path, (await browser.get(path)).status]).toEqual([path, 403]);
  for (const browser of [auditor, operations, partner]) {
    expect((await browser.post('users', dewi)).status).toBe(403);
    expect((await browser.post(`users/${citra.userId}/disable`, { reason: 'x' })).status).toBe(403);
    expect((await browser.delete(`users/${citra.userId}/sessions/none`)).status).toBe(403);
  }
  expect((await userOf(CITRA)).state).toBe('active');
});

test('whatever asks for something odd hears which member it is', async () => {
  for (const [field, path, body] of [
    ['login', 'users', { ...dewi, login: 'dewi' }],
    ['name', 'users', { ...dewi, name: ' ' }],
    ['roles', 'users', { ...dewi, roles: [] }],
    ['reason', 'users', { ...dewi, reason: 'x'.repeat(501) }],
    ['by', 'users', { ...dewi, by: ADMIN }],
    ['language', 'users', { ...dewi, language: 'fr' }],
    ['reason', `users/${citra.userId}/disable`, { reason: '' }],
    ['isPasswordKept', `users/${citra.userId}/reset`, { isPasswordKept: 'no', reason: 'x' }],
    ['permissions', 'roles', { role: 'night_desk', permissions: 'all', reason: 'x' }],
  ] as const) {
    const answered = await admin.post(path, body);
    expect([path, answered.status, answered.body.field]).toEqual([path, 400, field]);
  }
  expect((await admin.get('users?cursor=none')).body.field).toBe('cursor');
  expect((await admin.get('users?limit=0')).body.field).toBe('limit');
});
