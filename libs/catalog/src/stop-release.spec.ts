import { aDatabase, type TestDatabase } from '../../../test/support/database';
import { approveRelease, openStops, proposeRelease, stopPayments } from './index';

const AT = new Date('2026-07-14T05:00:00Z');
const SCOPE = 'deposit:ppob-nusantara';
const [ANI, BUDI, CITRA] = ['ani@simpul.example', 'budi@simpul.example', 'citra@simpul.example'];

let store: TestDatabase;
beforeEach(async () => {
  store = await aDatabase();
  await stopPayments(store.database, { scope: SCOPE, reason: 'I3 is broken', by: 'simpul verify', at: AT });
});
afterEach(() => store.drop());

const propose = (stopId = '1') =>
  proposeRelease(store.database, { stopId, by: ANI, reason: 'put right by J-1, ticket 12', at: AT });

async function proposed(): Promise<{ approvalId: string; version: string }> {
  const done = await propose();
  if (!done.ok) throw new Error(done.error.kind);
  return done.value;
}

test('one person proposes, another agrees, and the scope takes payments again; both names stay', async () => {
  const proposal = await proposed();
  const alone = { ...proposal, by: ANI, at: AT };
  expect(await approveRelease(store.admin, alone)).toMatchObject({
    error: { kind: 'approval', refusal: { kind: 'maker is checker' } },
  });
  expect(await openStops(store.database)).toHaveLength(1);

  const together = { ...proposal, by: BUDI, at: AT };
  expect(await approveRelease(store.admin, together)).toMatchObject({ ok: true, value: { scope: SCOPE } });

  expect(await openStops(store.database)).toEqual([]);
  expect(await store.database.rows('SELECT reason, released_by FROM payment_stop_release')).toEqual([
    {
      reason: `${proposal.approvalId}: put right by J-1, ticket 12`,
      released_by: `${ANI} and ${BUDI}`,
    },
  ]);
});

test('the checker sees what is stopped and why', async () => {
  await proposed();
  const [row] = await store.database.rows<{ payload: string }>('SELECT payload FROM approval');
  expect(JSON.parse(row?.payload ?? '')).toEqual({
    stopId: '1',
    scope: SCOPE,
    stoppedFor: 'I3 is broken',
    stoppedBy: 'simpul verify',
    stoppedAt: AT.toISOString(),
  });
});

test('of many who agree at one moment one releases it', async () => {
  const proposal = await proposed();
  const done = await Promise.all(
    [BUDI, CITRA, BUDI, CITRA].map((by) => approveRelease(store.admin, { ...proposal, by, at: AT })),
  );
  expect(done.filter(({ ok }) => ok)).toHaveLength(1);
  expect(await store.database.rows('SELECT stop_id FROM payment_stop_release')).toHaveLength(1);
});

test('what is not stopped, or was released by then, is refused and nothing is agreed to', async () => {
  expect(await propose('2')).toEqual({ ok: false, error: { kind: 'not stopped' } });
  const proposal = await proposed();
  await store.admin.run("INSERT INTO payment_stop_release VALUES (1, 'by hand', 'dewi', UTC_TIMESTAMP(3))");
  expect(await approveRelease(store.admin, { ...proposal, by: BUDI, at: AT })).toEqual({
    ok: false,
    error: { kind: 'not stopped' },
  });
  expect(await store.database.rows('SELECT state FROM approval')).toEqual([{ state: 'proposed' }]);
});

test('the application’s account has no right to release', async () => {
  const proposal = await proposed();
  await expect(approveRelease(store.database, { ...proposal, by: BUDI, at: AT })).rejects.toThrow(
    /INSERT command denied/,
  );
  expect(await openStops(store.database)).toHaveLength(1);
});
