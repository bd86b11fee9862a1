import { beginEnrolment } from '#lib/identity';
import { anOperatorOf } from '../../../test/support/operator';
import { aDatabase, type TestDatabase } from '../../../test/support/database';
import { aPeople, ANI, BUDI, DATA_KEY } from '../../../test/support/people';
import { SystemClock } from '#lib/kernel';

const CITRA = 'citra@simpul.test';

let store: TestDatabase;
beforeAll(async () => {
  store = await aDatabase();
});
afterAll(() => store.drop());

const simpul = (...words: string[]) =>
  anOperatorOf({ url: store.url, home: '/nowhere', dataKey: DATA_KEY })(...words);
const add = (login: string, role: string, ...more: string[]) =>
  simpul('user', 'add', login, '--name', 'Somebody', '--role', role, ...more);

test('the command line adds the first two administrators; from then on one proposes and another agrees', async () => {
  expect(await add(CITRA, 'finance_maker')).toMatchObject({
    code: 1,
    error: expect.stringContaining('--as') as string,
  });
  const first = await add(ANI, 'administrator', '--json');
  expect(first.json).toMatchObject({ ok: true, enrolment: { login: ANI } });
  expect((await add(BUDI, 'administrator')).out).toMatch(/hand it over in person: [\w-]{43}\n$/);
  expect(await add('eka@simpul.test', 'administrator')).toMatchObject({
    code: 1,
    error: expect.stringContaining('two administrators are active') as string,
  });

  const by = ['--reason', 'new here', '--json', '--as'];
  const { json: proposed } = await add(CITRA, 'finance_maker', ...by, ANI);
  const { approvalId, version } = proposed as { approvalId: string; version: string };
  const approve = (user: string) =>
    simpul('approval', 'approve', approvalId, '--version', version, '--json', '--as', user);
  expect((await approve(ANI)).json).toMatchObject({
    ok: false,
    reason: expect.stringContaining('another person') as string,
  });
  expect((await approve('stranger@simpul.test')).json).toMatchObject({ ok: false });
  const done = String((await approve(BUDI)).json['done']);
  const secret = done.slice(done.lastIndexOf(' ') + 1);

  const tools = { ...aPeople(store).tools, clock: new SystemClock() };
  expect(await beginEnrolment(tools, { login: CITRA, secret, source: '192.0.2.1' })).toMatchObject({
    ok: true,
  });

  const { json: listed } = await simpul('user', 'list', '--json');
  expect(listed['users']).toMatchObject([
    { login: ANI, roles: ['administrator'], state: 'active' },
    { login: BUDI },
    { login: CITRA, roles: ['finance_maker'], isEnrolled: false },
  ]);
  expect(JSON.stringify(listed)).not.toContain('hash');
});

test('one person disables, and what was done is on the list of events', async () => {
  const disabled = await simpul('user', 'disable', CITRA, '--reason', 'left us', '--as', ANI);
  expect(disabled).toMatchObject({ code: 0, out: expect.stringContaining('is disabled') as string });
  expect((await simpul('user', 'list')).out).toMatch(/citra@simpul\.test .* disabled/);
  const { json } = await simpul('user', 'events', '--login', CITRA, '--json');
  expect(json['events']).toMatchObject([
    { kind: 'user_disabled', by: ANI, detail: { reason: 'left us' } },
    { kind: 'user_added', by: BUDI },
  ]);
});
