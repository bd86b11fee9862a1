import type { TestDatabase } from '../../../test/support/database';
import { aSharedDatabase, type SharedDatabase } from '../../../test/support/shared-database';
import { answerComplaint, closeComplaint, listComplaints, openComplaint } from './complaints';

const ANI = 'ani@simpul.example';
const at = new Date('2026-07-14T03:00:00Z');

let shared: SharedDatabase;
let store: TestDatabase;
beforeAll(async () => {
  shared = await aSharedDatabase();
});
afterAll(() => shared.drop());
beforeEach(() => {
  store = shared.lent;
});
afterEach(() => store.drop());

function open(more: { paymentId?: string; dueDate?: string } = {}) {
  const complaint = {
    category: 'payment',
    text: 'the token does not work',
    dueDate: '2026-07-28',
    by: ANI,
  } as const;
  return openComplaint(store.database, { ...complaint, at, ...more });
}

test('a complaint is opened, answered and closed, and its history says who did what', async () => {
  expect(await open()).toMatchObject({
    ok: true,
    value: { complaintId: 'CMP-2026-000001', state: 'opened' },
  });
  const order = { complaintId: 'CMP-2026-000001', text: 'it was sent again', by: ANI, at };
  expect(await closeComplaint(store.database, { ...order, outcome: 'upheld' })).toMatchObject({
    error: { kind: 'not answered' },
  });
  expect(await answerComplaint(store.database, order)).toMatchObject({ value: { state: 'answered' } });
  expect(await closeComplaint(store.database, { ...order, outcome: 'upheld' })).toMatchObject({
    value: { state: 'closed', outcome: 'upheld' },
  });
  expect(await answerComplaint(store.database, order)).toMatchObject({ error: { kind: 'closed' } });
  expect(await listComplaints(store.database, { isOpen: true, now: at })).toEqual([]);
  const events = await store.database.rows(
    'SELECT event_no, kind, by_user FROM complaint_event ORDER BY event_no',
  );
  expect(events).toEqual(
    ['opened', 'answered', 'closed'].map((kind, n) => ({ event_no: n + 1, kind, by_user: ANI })),
  );
});

test('complaints that are opened at one moment have numbers of their own, and one answer of two counts', async () => {
  const made = await Promise.all([1, 2, 3].map(() => open()));
  expect(made.map((one) => (one.ok ? one.value.complaintId.slice(-1) : '')).toSorted()).toEqual([
    '1',
    '2',
    '3',
  ]);
  const order = { complaintId: 'CMP-2026-000001', text: 'sorry', by: ANI, at };
  await Promise.all([1, 2].map(() => closeComplaint(store.database, { ...order, outcome: 'withdrawn' })));
  const events = await store.database.rows("SELECT 1 FROM complaint_event WHERE kind = 'closed'");
  expect(events).toHaveLength(1);
});

test('a complaint about a payment that does not exist is refused, and one without a payment is not', async () => {
  expect(await open({ paymentId: 'T0TBR00000A1' })).toMatchObject({ error: { kind: 'unknown payment' } });
  expect(await open()).toMatchObject({ ok: true, value: { paymentId: null } });
});

test.each([
  ['on its last day', '2026-07-28T16:59:59Z', false],
  ['a day later in Jakarta', '2026-07-28T17:00:00Z', true],
])('a complaint whose first answer comes %s is late or not for ever', async (_, answeredAt, isLate) => {
  await open();
  const order = { complaintId: 'CMP-2026-000001', text: 'sorry', by: ANI, at: new Date(answeredAt) };
  await answerComplaint(store.database, order);
  await answerComplaint(store.database, { ...order, at: new Date('2026-09-01T00:00:00Z') });
  const now = new Date('2026-09-02T00:00:00Z');
  expect(await listComplaints(store.database, { now })).toMatchObject([{ isLate }]);
});
