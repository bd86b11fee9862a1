import pino from 'pino';
import { aDatabase, type TestDatabase } from '../../../test/support/database';
import { endAlertsUntil, openAlerts, raiseAlert } from '../src';

const NOW = new Date('2026-07-17T01:00:00Z');
const ACCOUNT = 'BANKX/1234567890';

let db: TestDatabase;
beforeAll(async () => {
  db = await aDatabase();
});
afterAll(() => db.drop());

async function late(businessDate: string, subject: string): Promise<void> {
  const alert = { source: 'BANKX', kind: 'bank_late', reason: 'late', businessDate, subject } as const;
  await raiseAlert(db.database, pino({ level: 'silent' }), alert, NOW);
}

test('the alerts of all late days of an account end when their statements came together', async () => {
  for (const date of ['2026-07-14', '2026-07-15', '2026-07-16']) await late(date, ACCOUNT);
  await late('2026-07-14', 'BANKX/8');
  const about = { source: 'BANKX', until: '2026-07-15', subject: ACCOUNT };
  await endAlertsUntil(db.database, about, ['bank_late'], 'the statement was taken', NOW);
  const open = await openAlerts(db.database);
  expect(open.map(({ businessDate, subject }) => [businessDate, subject])).toEqual([
    ['2026-07-14', 'BANKX/8'],
    ['2026-07-16', ACCOUNT],
  ]);
});
