import { listAudit } from '#lib/audit';
import { findUser } from '#lib/identity';
import { createLogger } from '#lib/platform';
import { aDatabase, type TestDatabase } from '../../../test/support/database';
import { aPeople, type People } from '../../../test/support/people';
import { tidiesUsers } from '../src/user-tidying';
import type { Round } from '../src/poll-loop';

const CITRA = 'citra@simpul.test';
const DAY_MS = 86_400_000;

let store: TestDatabase;
let people: People;
let round: Round;
beforeEach(async () => {
  store = await aDatabase();
  people = aPeople(store);
  const logger = createLogger('worker', { write: () => undefined });
  round = tidiesUsers({ database: store.database, clock: people.tools.clock, logger });
});
afterEach(() => store.drop());

const stateOf = async (login: string) =>
  (await findUser(store.database, login, people.tools.clock.now()))?.state;
const attempts = async () =>
  (await store.admin.rows('SELECT counted_at FROM sign_in_guard WHERE failures > 0')).length;

test('whoever was not here for 90 days is out on the day after, as the trail says, and not before', async () => {
  const person = await people.add(CITRA);
  await people.signsIn(person);
  people.tools.clock.advance(89 * DAY_MS);
  await round.work();
  expect(await stateOf(CITRA)).toBe('active');

  people.tools.clock.advance(2 * DAY_MS);
  await round.work();
  expect(await stateOf(CITRA)).toBe('disabled');
  const [row] = await listAudit(store.database, { objectId: CITRA, action: 'user disabled', rowsMax: 1 });
  expect(row).toMatchObject({ by: 'system:the worker', objectKind: 'user' });
});

test('attempts that failed long ago are forgotten once a day, not at each look', async () => {
  const person = await people.add(CITRA);
  const fails = () => people.tries(person, { password: 'gopher turbine maples' });
  await fails();
  await round.work();
  expect(await attempts()).toBe(3);

  people.tools.clock.advance(25 * 3_600_000);
  await round.work();
  expect(await attempts()).toBe(0);

  await fails();
  await store.admin.run("UPDATE sign_in_guard SET counted_at = '2026-01-01'");
  await round.work();
  expect(await attempts()).toBe(3);
});

test('a day that failed is done at the next look', async () => {
  await people.add(CITRA);
  people.tools.clock.advance(91 * DAY_MS);
  jest.spyOn(store.database, 'rows').mockRejectedValueOnce(new Error('away'));
  await expect(round.work()).rejects.toThrow('away');
  await round.work();
  expect(await stateOf(CITRA)).toBe('disabled');
});
