import { parse } from 'csv-parse/sync';
import { listAudit, recordAudit } from '#lib/audit';
import { aBackoffice, type BackofficeWorld, type Browser } from '../../../test/support/backoffice';
import { aDatabase, type TestDatabase } from '../../../test/support/database';

const RINA = 'rina@simpul.test';
const HTTP_OF_US = '127.0.0.1';

let store: TestDatabase;
let desk: BackofficeWorld;
let auditor: Browser;
beforeEach(async () => {
  store = await aDatabase();
  desk = await aBackoffice(store);
  auditor = await desk.signedIn(RINA, 'auditor');
});
afterEach(async () => {
  await desk.close();
  await store.drop();
});

interface Deed {
  by?: string;
  kind?: string;
  id: string;
  before?: unknown;
  after?: unknown;
}

function deeds(...wanted: Deed[]): Promise<void> {
  return store.database.transaction(async (tx) => {
    for (const { by = 'system:a check', kind = 'route', id, before, after } of wanted)
      recordAudit(tx, {
        by,
        action: 'disabled',
        object: { kind, id },
        at: desk.people.tools.clock.now(),
        reason: 'does not answer',
        before,
        after,
      });
  });
}

const idsOf = ({ body }: { body: { rows: { objectId: string }[] } }) =>
  body.rows.map(({ objectId }) => objectId);

test('the trail is read page by page, the newest first, and nothing is shown twice or left out', async () => {
  await deeds(...['1', '2', '3', '4', '5'].map((id) => ({ id })));
  const first = await auditor.get('audit?objectKind=route&limit=2');
  expect([first.status, idsOf(first)]).toEqual([200, ['5', '4']]);
  expect(first.body.rows[0]).toMatchObject({
    by: 'system:a check',
    action: 'disabled',
    reason: 'does not answer',
    approvalId: null,
  });
  const second = await auditor.get(`audit?objectKind=route&limit=2&cursor=${first.body.next}`);
  const third = await auditor.get(`audit?objectKind=route&limit=2&cursor=${second.body.next}`);
  expect([idsOf(second), idsOf(third), third.body.next]).toEqual([['3', '2'], ['1'], null]);
});

test('it is found by user, action, object and days', async () => {
  await deeds({ id: 'a' }, { id: 'b', by: RINA }, { id: 'a', kind: 'payout' }, { id: 'c', kind: 'payout' });
  const today = new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 10);
  for (const [query, ids] of [
    [`by=${RINA.toUpperCase()}&action=disabled`, ['b']],
    ['action=disabled', ['c', 'a', 'b', 'a']],
    ['objectKind=payout&objectId=c', ['c']],
    [`action=disabled&from=${today}&to=${today}`, ['c', 'a', 'b', 'a']],
    ['action=disabled&to=2020-01-01', []],
    ['action=disabled&from=2099-01-01', []],
  ] as const)
    expect([query, idsOf(await auditor.get(`audit?${query}`))]).toEqual([query, [...ids]]);
});

test('one row tells what it was before and after, masked, and its place in the chain', async () => {
  await deeds({
    id: 'a',
    before: { limit: '100', customerNumber: '5311000012345678' },
    after: { limit: '200', password: 'gopher turbine staple' },
  });
  const [row] = (await auditor.get('audit?objectKind=route')).body.rows;
  const { status, body } = await auditor.get(`audit/${row.row}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    ...row,
    before: { limit: '100', customerNumber: '************5678' },
    after: { limit: '200', password: '[masked]' },
    tooLong: null,
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    previousHash: expect.stringMatching(/^[0-9a-f]{64}$/),
  });

  await deeds({ id: 'b', after: { all: 'x'.repeat(20_000) } });
  const [long] = (await auditor.get('audit?objectId=b')).body.rows;
  expect((await auditor.get(`audit/${long.row}`)).body).toMatchObject({
    reason: null,
    before: null,
    after: null,
    tooLong: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
  expect((await auditor.get('audit/999999')).status).toBe(404);
});

async function download(
  browser: Browser,
  query: string,
): Promise<{ status: number; text: string; headers: Headers }> {
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const response = await fetch(`${desk.running.url}/api/v1/audit/file?${query}`, { headers: { cookie } });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

test('the file has every row that was asked for, runs nothing in a spreadsheet, and leaves a row itself', async () => {
  const many = Array.from({ length: 1_001 }, (_, n) => ({ id: `r${n}` }));
  await deeds({ id: '=HYPERLINK("http://evil")' }, ...many);
  const { status, text, headers } = await download(auditor, 'objectKind=route');
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(headers.get('content-disposition')).toBe('attachment; filename="audit-2026-07-14.csv"');
  expect(headers.get('cache-control')).toBe('no-store');
  const rows = parse(text, { columns: true, bom: true }) as { object: string }[];
  expect(rows.map(({ object }) => object)).toEqual([
    ...many.map(({ id }) => id).toReversed(),
    '\'=HYPERLINK("http://evil")',
  ]);

  const [noted] = await listAudit(store.database, { action: 'downloaded', rowsMax: 2 });
  expect(noted).toMatchObject({
    by: RINA,
    role: 'auditor',
    authenticated: 'session',
    source: HTTP_OF_US,
    process: expect.stringMatching(/^backoffice \d+$/),
    objectKind: 'audit',
    changes: expect.stringContaining('"objectKind":"route"'),
  });
});

test('what is done through an endpoint says from where, also what is done by many at once', async () => {
  const others = await Promise.all(
    ['dewi@simpul.test', 'eko@simpul.test'].map(async (login) => {
      const person = await desk.people.add(login, { roles: ['operations'] });
      return { login, person, browser: desk.browser() };
    }),
  );
  desk.people.tools.clock.advance(30_000);
  for (const { browser, person } of others) await browser.signIn(person);
  await Promise.all(others.map(({ browser }) => browser.post('session/recovery-codes')));
  const rows = await listAudit(store.database, { action: 'recovery codes renewed', rowsMax: 5 });
  expect(rows.map(({ by }) => by).toSorted()).toEqual(['dewi@simpul.test', 'eko@simpul.test']);
  for (const { source, process: by } of rows)
    expect([source, by]).toEqual([HTTP_OF_US, expect.stringMatching(/^backoffice \d+$/)]);
});

test('whoever may not sees no row and no file; a partner’s staff neither', async () => {
  const maker = await desk.signedIn('maker@simpul.test', 'finance_maker');
  await store.admin.run(
    "INSERT INTO channel (channel_id, name, protocol, profile, commission_mode) VALUES ('warung', 'Warung', 'h2h', 'h2h', 'immediate')",
  );
  const person = await desk.people.add('pemilik@warung.test', { roles: ['partner'], channelId: 'warung' });
  const partner = desk.browser();
  desk.people.tools.clock.advance(30_000);
  await partner.signIn(person);
  for (const browser of [maker, partner])
    for (const path of ['audit', 'audit/1', 'audit/file'])
      expect([path, (await browser.get(path)).body]).toEqual([
        path,
        expect.objectContaining({ code: 'NOT_ALLOWED' }),
      ]);
  expect(await listAudit(store.database, { action: 'downloaded', rowsMax: 1 })).toEqual([]);
});

test('whatever asks for something odd hears which member it is', async () => {
  for (const [field, path] of [
    ['cursor', 'audit?cursor=abc'],
    ['cursor', 'audit?cursor=0'],
    ['limit', 'audit?limit=201'],
    ['from', 'audit?from=2026-02-30'],
    ['to', 'audit/file?to=today'],
    ['by', 'audit?by='],
    ['before', 'audit?before=1'],
    ['limit', 'audit/file?limit=1'],
    ['row', 'audit/0'],
    ['row', 'audit/1e3'],
  ]) {
    const { status, body } = await auditor.get(path ?? '');
    expect([path, status, body.code, body.field]).toEqual([path, 400, 'REQUEST_MALFORMED', field]);
  }
});
