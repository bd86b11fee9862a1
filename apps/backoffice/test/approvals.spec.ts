import { aBackoffice, type BackofficeWorld, type Browser } from '../../../test/support/backoffice';
import { aDatabase, type TestDatabase } from '../../../test/support/database';
import { DATA_KEY, valueOf } from '../../../test/support/people';
import { seedDemo } from '../../../test/support/seed';
import { listAudit, propose } from '#lib/audit';
import { stopPayments, openStops, proposeRelease } from '#lib/catalog';
import { listSecurityEvents } from '#lib/identity';
import type { BusinessDate } from '#lib/kernel';
import { SecretBox } from '#lib/platform';
import { proposeCalendar } from '#lib/reconciliation';

const MAKER = 'maker@simpul.test';
const CHECKER = 'checker@simpul.test';

let store: TestDatabase;
let desk: BackofficeWorld;
let maker: Browser;
let checker: Browser;
beforeEach(async () => {
  store = await aDatabase();
  desk = await aBackoffice(store);
  maker = await desk.signedIn(MAKER, 'finance_maker');
  checker = await desk.signedIn(CHECKER, 'finance_checker');
});
afterEach(async () => {
  await desk.close();
  await store.drop();
});

const now = () => desk.people.tools.clock.now();

/** Days of one source that somebody has proposed. */
async function days(source = 'PLN', by = MAKER) {
  const date = '2027-03-10' as BusinessDate;
  const rows = [{ source, date, isBusinessDay: false, note: 'Idul Fitri' }];
  return valueOf(await proposeCalendar(store.database, { rows, by, reason: 'decree 3', at: now() }));
}

const entered = async () => (await store.database.rows('SELECT approved_by FROM source_calendar')).length;

test('a checker sees exactly what is to happen, approves it as shown, and it happens once, under their name', async () => {
  const { approvalId, version } = await days();
  const shown = await checker.get(`approvals/${approvalId}`);
  expect(shown.status).toBe(200);
  expect(shown.body).toMatchObject({
    approval: { approvalId, kind: 'calendar', version, maker: MAKER, reason: 'decree 3', state: 'proposed' },
    history: [{ by: MAKER, event: 'proposed', note: 'decree 3' }],
    may: { decide: true, withdraw: false },
  });
  expect(JSON.stringify(shown.body.does)).toContain('2027-03-10');
  expect((await maker.get(`approvals/${approvalId}`)).body.may).toEqual({ decide: false, withdraw: true });

  const approved = await checker.post(`approvals/${approvalId}/approval`, { version });
  expect([approved.status, approved.body]).toEqual([
    200,
    {
      isDone: true,
      said: { id: '1 hari berlaku mulai sekarang', en: '1 days hold from now on' },
    },
  ]);
  expect(await entered()).toBe(1);

  const again = await checker.post(`approvals/${approvalId}/approval`, { version });
  expect([again.status, again.body.code]).toEqual([409, 'CHANGED_MEANWHILE']);
  expect(again.body.message.id).toContain(`disetujui oleh ${CHECKER}`);
  const rows = await listAudit(store.database, { rowsMax: 99 });
  expect(rows.find((row) => row.action === 'approved' && row.approvalId === approvalId)).toMatchObject({
    by: CHECKER,
    role: 'finance_checker',
    authenticated: 'session',
    process: expect.stringContaining('backoffice'),
  });
});

test('another version than the one that was proposed is decided about by nobody', async () => {
  const { approvalId } = await days();
  const version = 'as it was before';
  for (const answered of [
    await checker.post(`approvals/${approvalId}/approval`, { version }),
    await checker.post(`approvals/${approvalId}/rejection`, { version, reason: 'no' }),
    await maker.post(`approvals/${approvalId}/withdrawal`, { version }),
  ])
    expect([answered.status, answered.body.code]).toEqual([409, 'CHANGED_MEANWHILE']);
  expect((await checker.get(`approvals/${approvalId}`)).body.approval.state).toBe('proposed');
  expect(await entered()).toBe(0);
});

test('a checker rejects with a reason; the maker takes back what is theirs, and nobody else does', async () => {
  const one = await days();
  const rejected = await checker.post(`approvals/${one.approvalId}/rejection`, {
    version: one.version,
    reason: 'no such decree',
  });
  expect([rejected.status, rejected.body]).toEqual([200, { state: 'rejected' }]);
  expect((await maker.get(`approvals/${one.approvalId}`)).body.history.at(-1)).toMatchObject({
    by: CHECKER,
    event: 'rejected',
    note: 'no such decree',
  });

  const other = await days('PDAM');
  const { approvalId, version } = other;
  const second = await desk.signedIn('second@simpul.test', 'finance_maker');
  const notTheirs = await second.post(`approvals/${approvalId}/withdrawal`, { version });
  expect([notTheirs.status, notTheirs.body.code]).toEqual([422, 'REFUSED']);
  expect(notTheirs.body.message).toEqual({
    id: `Hanya ${MAKER} yang boleh menariknya; orang lain boleh menolaknya.`,
    en: `Only ${MAKER} may take it back; another person may reject it.`,
  });
  expect((await maker.post(`approvals/${approvalId}/withdrawal`, { version })).body).toEqual({
    state: 'withdrawn',
  });
  expect(await entered()).toBe(0);
});

test('nobody approves or rejects what they have proposed themselves, whatever their roles', async () => {
  const both = await desk.signedIn('both@simpul.test', 'finance_maker', 'finance_checker');
  const { approvalId, version } = await days('PLN', 'both@simpul.test');
  const approved = await both.post(`approvals/${approvalId}/approval`, { version });
  const rejected = await both.post(`approvals/${approvalId}/rejection`, { version, reason: 'no' });
  for (const { status, body } of [approved, rejected]) {
    expect([status, body.code]).toEqual([422, 'REFUSED']);
    expect(body.message.en).toContain('another person must decide');
  }
  expect(await entered()).toBe(0);
});

test('whoever has not the permission of the kind decides nothing, and is noted; a kind that none is for is nobody’s', async () => {
  const { approvalId, version } = await days();
  const approval = await maker.post(`approvals/${approvalId}/approval`, { version });
  const withdrawal = await checker.post(`approvals/${approvalId}/withdrawal`, { version });
  for (const { status, body } of [approval, withdrawal])
    expect([status, body.code]).toEqual([403, 'NOT_ALLOWED']);
  const events = await listSecurityEvents(store.database, { rowsMax: 20 });
  // Of one moment: which of them is the newer one, nobody can say.
  const keptOut = events.filter(({ kind }) => kind === 'access_refused');
  expect(new Map(keptOut.map(({ login, detail }) => [login, detail]))).toEqual(
    new Map([
      [CHECKER, { object: `calendar ${approvalId}`, right: 'calendars.propose' }],
      [MAKER, { object: `calendar ${approvalId}`, right: 'calendars.approve' }],
    ]),
  );

  const strange = valueOf(
    await store.database.transaction((tx) =>
      propose(tx, {
        kind: 'constructor',
        subject: 'x',
        payload: {},
        by: MAKER,
        reason: 'y',
        at: now(),
        expiresAt: new Date(now().getTime() + 60_000),
      }),
    ),
  );
  const root = await desk.signedIn('root@simpul.test', 'administrator');
  const refused = await root.post(`approvals/${strange.approvalId}/approval`, { version: strange.version });
  expect([refused.status, refused.body.code]).toEqual([403, 'NOT_ALLOWED']);
  expect(await entered()).toBe(0);
});

test('approving asks for a fresh proof of who one is', async () => {
  const { approvalId, version } = await days();
  desk.people.tools.clock.advance(5 * 60_000 + 1);
  const late = await checker.post(`approvals/${approvalId}/approval`, { version });
  expect([late.status, late.body.code]).toEqual([403, 'FRESH_AUTHENTICATION_NEEDED']);
  expect(await entered()).toBe(0);
});

test('what is past its time is approved by nobody', async () => {
  const { approvalId, version } = await days();
  desk.people.tools.clock.advance(30 * 86_400_000);
  const later = desk.browser();
  const person = await desk.people.add('later@simpul.test', { roles: ['finance_checker'] });
  desk.people.tools.clock.advance(30_000);
  await later.signIn(person);
  expect((await later.get(`approvals/${approvalId}`)).body.may).toEqual({ decide: false, withdraw: false });
  const refused = await later.post(`approvals/${approvalId}/approval`, { version });
  expect([refused.status, refused.body.code]).toEqual([422, 'REFUSED']);
  expect(refused.body.message.id).toMatch(/^Usul ini kedaluwarsa pada/);
  expect(await entered()).toBe(0);
});

test('what changes what is sold is not approved by a process that listens', async () => {
  const { database } = store;
  await stopPayments(database, { scope: 'all', reason: 'books broken', by: 'the check', at: now() });
  const [stop] = await openStops(database);
  const order = { stopId: stop?.stopId ?? '', by: 'ops@simpul.test', reason: 'put right', at: now() };
  const { approvalId, version } = valueOf(await proposeRelease(database, order));
  const refused = await checker.post(`approvals/${approvalId}/approval`, { version });
  expect([refused.status, refused.body.code]).toEqual([422, 'REFUSED']);
  expect(refused.body.message.en).toContain('simpul approval approve');
  expect(await openStops(database)).toHaveLength(1);
  expect((await checker.get(`approvals/${approvalId}`)).body.approval.state).toBe('proposed');
});

test('the list tells what waits, the newest first, page by page, and what has ended when asked', async () => {
  const first = await days('AAA');
  desk.people.tools.clock.advance(1_000);
  const second = await days('BBB');
  const third = await days('CCC');
  await checker.post(`approvals/${third.approvalId}/rejection`, { version: third.version, reason: 'no' });

  const idsOf = ({ body }: { body: { approvals: { approvalId: string }[] } }) =>
    body.approvals.map(({ approvalId }) => approvalId);
  const page = await maker.get('approvals?kind=calendar&limit=1');
  expect(idsOf(page)).toEqual([second.approvalId]);
  const rest = await maker.get(`approvals?kind=calendar&limit=1&cursor=${page.body.next}`);
  expect(idsOf(rest)).toEqual([first.approvalId]);
  expect(rest.body.next).toBeNull();
  const all = await maker.get('approvals?kind=calendar&which=all');
  expect(idsOf(all).toSorted()).toEqual(
    [first, second, third].map(({ approvalId }) => approvalId).toSorted(),
  );
  // Both of one moment come, whichever page ends between them.
  const pages = await maker.get('approvals?kind=calendar&which=all&limit=1');
  const behind = await maker.get(`approvals?kind=calendar&which=all&limit=2&cursor=${pages.body.next}`);
  expect([...idsOf(pages), ...idsOf(behind)]).toEqual(idsOf(all));
  expect(idsOf(await maker.get('approvals?kind=payout'))).toEqual([]);
});

test('a partner’s own staff sees nothing of what the house decides', async () => {
  const { approvalId, version } = await days();
  const service = await desk.signedIn('service@simpul.test', 'customer_service');
  await seedDemo(store, new SecretBox(DATA_KEY), now());
  const partner = desk.browser();
  const channelId = 'warung-kecil';
  const person = await desk.people.add('pemilik@warung.test', { roles: ['partner'], channelId });
  desk.people.tools.clock.advance(30_000);
  await partner.signIn(person);
  for (const browser of [service, partner])
    for (const answered of [
      await browser.get('approvals'),
      await browser.get(`approvals/${approvalId}`),
      await browser.post(`approvals/${approvalId}/approval`, { version }),
    ])
      expect(answered.status).toBe(403);
});

test('whatever asks for something odd hears which member it is', async () => {
  const { approvalId, version } = await days();
  for (const [field, path] of [
    ['kind', 'approvals?kind=Break'],
    ['which', 'approvals?which=mine'],
    ['limit', 'approvals?limit=201'],
    ['cursor', 'approvals?cursor=%20'],
    ['cursor', 'approvals?cursor=bm9uZQ'],
    ['cursor', `approvals?cursor=${Buffer.from('["x","y"]').toString('base64url')}`],
  ]) {
    const { status, body } = await maker.get(path ?? '');
    expect([path, status, body.code, body.field]).toEqual([path, 400, 'REQUEST_MALFORMED', field]);
  }
  for (const [field, act, body] of [
    ['version', 'approval', {}],
    ['by', 'approval', { version, by: MAKER }],
    ['reason', 'rejection', { version }],
    ['reason', 'rejection', { version, reason: ' ' }],
    ['reason', 'rejection', { version, reason: 'x'.repeat(501) }],
    ['version', 'withdrawal', { version: 'x'.repeat(65) }],
  ] as const) {
    const { status, body: told } = await checker.post(`approvals/${approvalId}/${act}`, body);
    expect([act, status, told.code, told.field]).toEqual([act, 400, 'REQUEST_MALFORMED', field]);
  }
  for (const unknown of ['approvals/apr_none', 'approvals/none%2F..'])
    expect((await maker.get(unknown)).status).toBe(404);
});
