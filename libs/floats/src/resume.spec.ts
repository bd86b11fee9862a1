import { SingleWriter, type UnitOfWork } from '#lib/ledger';
import { aDatabase, type TestDatabase } from '../../../test/support/database';
import { approveResume, endAlert, openAlerts, proposeResume, raiseAlert } from './index';

const AT = new Date('2026-07-14T05:00:00Z');
const LATER = new Date('2026-07-14T06:00:00Z');
const [ANI, BUDI] = ['ani@simpul.example', 'budi@simpul.example'];
const PAUSE = { billerId: 'pulsa', kind: 'empty at biller' } as const;

let store: TestDatabase;
beforeEach(async () => {
  store = await aDatabase();
  await raiseAlert(store.database, { ...PAUSE, reason: 'code 17', raisedAt: AT });
});
afterEach(() => store.drop());

const books = () => ({ writer: new SingleWriter(store.database), statements: store.database });
const propose = (billerId = 'pulsa') =>
  proposeResume(store.database, { billerId, by: ANI, reason: 'it had counted wrong, ticket 13', at: AT });
async function proposed(): Promise<{ approvalId: string; version: string }> {
  const done = await propose();
  if (!done.ok) throw new Error(done.error.kind);
  return done.value;
}
const agree = async (by: string, proposal: { approvalId: string; version: string }) =>
  approveResume(books(), { ...proposal, by, at: LATER });

test('a paused biller goes on once two people agree, and both names stay', async () => {
  const proposal = await proposed();
  expect(await agree(ANI, proposal)).toMatchObject({
    error: { kind: 'approval', refusal: { kind: 'maker is checker' } },
  });
  expect(await openAlerts(store.database)).toHaveLength(1);

  expect(await agree(BUDI, proposal)).toEqual({ ok: true, value: { billerId: 'pulsa' } });

  expect(await openAlerts(store.database)).toEqual([]);
  expect(await store.database.rows('SELECT ended_by FROM float_alert')).toEqual([
    { ended_by: `resumed by ${ANI} and ${BUDI}: it had counted wrong, ticket 13` },
  ]);
});

test('what two people agree to ends no later pause', async () => {
  const proposal = await proposed();
  await endAlert(store.database, { ...PAUSE, by: 'top-up FLT-1', at: AT });
  await raiseAlert(store.database, { ...PAUSE, reason: 'code 17 again', raisedAt: LATER });

  expect(await agree(BUDI, proposal)).toEqual({ ok: false, error: { kind: 'not paused' } });

  expect(await openAlerts(store.database)).toMatchObject([{ reason: 'code 17 again' }]);
  expect(await store.database.rows('SELECT state FROM approval')).toEqual([{ state: 'proposed' }]);
});

test('a pause that ends while it is agreed to leaves the proposal as it was', async () => {
  const proposal = await proposed();
  const { writer, statements } = books();
  const meanwhile = {
    commit: async (unit: UnitOfWork) => {
      await endAlert(store.database, { ...PAUSE, by: 'top-up FLT-1', at: LATER });
      return writer.commit(unit);
    },
    close: () => writer.close(),
  };

  expect(
    await approveResume({ writer: meanwhile, statements }, { ...proposal, by: BUDI, at: LATER }),
  ).toEqual({ ok: false, error: { kind: 'not paused' } });
  expect(await store.database.rows('SELECT ended_by FROM float_alert')).toEqual([
    { ended_by: 'top-up FLT-1' },
  ]);
});

test('a biller that is not paused is not proposed', async () => {
  expect(await propose('token')).toEqual({ ok: false, error: { kind: 'not paused' } });
});
