import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aBackoffice, type BackofficeWorld, type Browser } from '../../../test/support/backoffice';
import { aDatabase, type TestDatabase } from '../../../test/support/database';
import {
  BUILT_IN_ROLES,
  isPermission,
  listSecurityEvents,
  permissionsOf,
  type BuiltInRole,
} from '#lib/identity';
import { CONTROLLERS } from '../src/controllers';
import { contractsOf } from '../src/http/endpoint';
import { openApiOf } from '../src/http/openapi';
import { rightsTable } from '../src/http/rights-table';

const CONTRACTS = contractsOf(CONTROLLERS);
const DOC = join(__dirname, '..', '..', '..', 'docs', 'backoffice-rights.md');

test('every endpoint has a right, words in both languages and an address of its own', () => {
  const addresses = CONTRACTS.map(({ method, path }) => `${method} ${path}`);
  expect(new Set(addresses).size).toBe(addresses.length);
  for (const { method, path, right, tells, body } of CONTRACTS) {
    const where = `${method} ${path}`;
    expect([where, ['anyone', 'signed-in'].includes(right) || isPermission(right)]).toEqual([where, true]);
    expect([where, tells.id.length > 3 && tells.en.length > 3 && tells.id !== tells.en]).toEqual([
      where,
      true,
    ]);
    // Safe methods change nothing, so they have nothing to say.
    expect([where, method === 'GET' && body !== undefined]).toEqual([where, false]);
  }
});

test('who may call what stands in the documentation as it is in the code', () => {
  expect(readFileSync(DOC, 'utf8')).toContain(rightsTable(CONTRACTS));
});

test('OpenAPI tells of every endpoint, and takes its schemas from those that check', () => {
  const { openapi, paths } = openApiOf(CONTRACTS);
  expect(openapi).toBe('3.1.0');
  expect(Object.values(paths).flatMap((path) => Object.keys(path))).toHaveLength(CONTRACTS.length);
  expect(paths['/api/v1/payments']?.['get']).toMatchObject({
    'x-right': 'payments.read',
    parameters: [
      { name: 'q', in: 'query', required: true, schema: { type: 'string', minLength: 3, maxLength: 64 } },
      { name: 'limit', in: 'query', required: false },
    ],
  });
  expect(paths['/api/v1/payments/{paymentId}/receipt']?.['post']).toMatchObject({
    requestBody: { content: { 'application/json': { schema: { additionalProperties: false } } } },
  });
});

describe('every role at every endpoint', () => {
  let store: TestDatabase;
  let desk: BackofficeWorld;
  const browsers = new Map<BuiltInRole | 'nobody', Browser>();
  beforeAll(async () => {
    store = await aDatabase();
    desk = await aBackoffice(store);
    browsers.set('nobody', desk.browser());
    for (const role of BUILT_IN_ROLES) {
      if (role === 'partner') continue;
      browsers.set(role, await desk.signedIn(`${role.replaceAll('_', '-')}@simpul.test`, role));
    }
  });
  afterAll(async () => {
    await desk.close();
    await store.drop();
  });

  test.each(CONTRACTS.map((contract) => [`${contract.method} ${contract.path}`, contract] as const))(
    '%s',
    async (_name, { method, path, right, fresh }) => {
      const changesOwnSession = path.startsWith('session') && method !== 'GET';
      for (const [role, browser] of browsers) {
        // Whoever may is let as far as the reading of what they say, which this is not.
        const address = path.replace(/:\w+/g, 'none');
        const isOpen = right === 'anyone';
        if (changesOwnSession && !isOpen && role !== 'nobody') continue;
        const answered = await browser.send(`${address}?nonsense=1`, {
          method,
          headers: { 'x-csrf-token': browser.csrfToken },
        });
        const mayDo =
          role !== 'nobody' && isPermission(right)
            ? permissionsOf([role], [], 'house').has(right)
            : undefined;
        const expected = isOpen ? 400 : role === 'nobody' ? 401 : mayDo === false ? 403 : 400;
        expect([role, fresh, answered.status]).toEqual([role, fresh, expected]);
      }
    },
  );

  test('whoever was kept out is noted, with what they wanted', async () => {
    const refused = await browsers.get('auditor')?.post('users', {});
    expect(refused?.status).toBe(403);
    const events = await listSecurityEvents(store.database, { login: 'auditor@simpul.test', rowsMax: 500 });
    expect(events.filter(({ kind }) => kind === 'access_refused').map(({ detail }) => detail)).toContainEqual(
      {
        endpoint: 'POST users',
        right: 'users.manage',
      },
    );
  });
});
