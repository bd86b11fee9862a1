import { randomBytes } from 'node:crypto';
import { SecretBox, SecretRing } from '#lib/platform';
import { aDatabase, type TestDatabase } from '../../../test/support/database';
import { aPeople, DATA_KEY } from '../../../test/support/people';
import { startWarnings } from '../src/start-warnings';

let store: TestDatabase;
beforeEach(async () => {
  store = await aDatabase();
});
afterEach(() => store.drop());

const says = async (ring: SecretRing, isTls = true) =>
  (await startWarnings(store.database, ring, isTls)).map((one) => one.says);

test('a start tells plain HTTP, too few administrators and keys that are missing, and says no key', async () => {
  const here = new SecretRing(new SecretBox(DATA_KEY));
  expect(await says(here, false)).toEqual([
    expect.stringContaining('plain HTTP'),
    expect.stringContaining('fewer than two administrators'),
  ]);

  await aPeople(store).add('citra@simpul.test');
  expect(await says(here)).toEqual([]);

  const key = randomBytes(32).toString('base64');
  const warnings = await startWarnings(store.database, new SecretRing(new SecretBox(key)), true);
  expect(warnings).toEqual([
    {
      says: expect.stringContaining('SIMPUL_OLDER_DATA_KEYS') as string,
      about: { users: 1, keyIds: [new SecretBox(key).keyId] },
    },
  ]);
  expect(JSON.stringify(warnings)).not.toContain(key);
  expect(await says(new SecretRing(new SecretBox(key), new SecretBox(DATA_KEY)))).toEqual([]);
});
