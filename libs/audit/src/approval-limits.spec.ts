import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aDatabase, type TestDatabase } from '../../../test/support/database';
import {
  approve,
  describeRefusal,
  findApproval,
  MOVES_NO_MONEY,
  propose,
  readApprovalLimits,
  weighApproval,
  type ApprovalLimits,
} from './index';

const AT = new Date('2026-07-14T05:00:00Z');
const LATER = new Date('2026-07-16T05:00:00Z');
const [ANI, BUDI, DEWI, EKO] = ['ani', 'budi', 'dewi', 'eko'].map((name) => `${name}@simpul.test`) as [
  string,
  string,
  string,
  string,
];
const WRITTEN = `
agrees_up_to:
  finance_checker: 1000000
  administrator: 50000000
others: finance_checker
users:
  ' Dewi@simpul.test': administrator
  ${EKO}: customer_service
`;

const folder = mkdtempSync(join(tmpdir(), 'simpul-limits-'));
let db: TestDatabase;
beforeAll(async () => {
  db = await aDatabase();
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await db.drop();
});

function limits(written: string): ApprovalLimits {
  const path = join(folder, 'approvals.yaml');
  writeFileSync(path, written);
  return readApprovalLimits(path);
}

let proposals = 0;
async function proposed(payload: object, checkers = 1): Promise<{ approvalId: string; version: string }> {
  proposals += 1;
  const subject = `STL-LPB01-${proposals}`;
  const more = { by: ANI, reason: 'settled', at: AT, expiresAt: LATER, checkers };
  const made = await db.database.transaction((tx) =>
    propose(tx, { kind: 'payout', subject, payload, ...more }),
  );
  if (!made.ok) throw new Error(made.error.kind);
  return made.value;
}

async function refusalOf(payload: object, by: string, written = WRITTEN) {
  const weighed = await weighApproval(
    db.database,
    { ...(await proposed(payload)), by, at: AT },
    limits(written),
  );
  return weighed.ok ? undefined : weighed.error;
}

test.each<[string, object, string, string]>([
  ['more than its checker’s role reaches', { amount: '1000001' }, BUDI, 'finance_checker'],
  ['as much the other way', { amount: '-1000001' }, BUDI, 'finance_checker'],
  ['as much in all, by many', { sum: '1000001' }, BUDI, 'finance_checker'],
  ['anything, before somebody whose role agrees to nothing', { amount: '1' }, EKO, 'customer_service'],
  ['more than any role reaches', { amount: '50000001' }, DEWI, 'administrator'],
])('a proposal that moves %s is not agreed to', async (_, payload, by, role) => {
  expect(await refusalOf(payload, by)).toMatchObject({ kind: 'above limit', by, role });
});

test.each<[string, object, string]>([
  ['just as much as the role reaches', { amount: '1000000' }, BUDI],
  ['more, by somebody whose role reaches further, however the name is typed', { amount: '1000001' }, DEWI],
  ['no money', { source: 'LPB01' }, EKO],
])('a proposal that moves %s is agreed to', async (_, payload, by) => {
  expect(await refusalOf(payload, ` ${by.toUpperCase()}`)).toBeUndefined();
});

test('who has no role agrees to nothing where no role is given to others', async () => {
  const written = WRITTEN.replace('others: finance_checker', 'others: none');
  expect(await refusalOf({ amount: '1' }, BUDI, written)).toMatchObject({
    kind: 'above limit',
    role: 'none',
  });
  expect(await refusalOf({ amount: '1' }, DEWI, written)).toBeUndefined();
});

test('the refusal names the limit and who may', async () => {
  const refused = await refusalOf({ amount: '2000000' }, BUDI);
  expect(refused && describeRefusal(refused)).toBe(
    'it moves Rp 2.000.000; budi@simpul.test (finance_checker) may agree to at most Rp 1.000.000; who may: administrator (dewi@simpul.test)',
  );
  const beyond = await refusalOf({ amount: '60000000' }, BUDI);
  expect(beyond && describeRefusal(beyond)).toContain('no role may agree to so much');
});

test('each of two checkers agrees within their own limit, and a refused one leaves nothing behind', async () => {
  const { approvalId, version } = await proposed({ amount: '2000000' }, 2);
  const agree = (by: string) =>
    db.database.transaction((tx) => approve(tx, { approvalId, version, by, at: AT }, limits(WRITTEN)));
  expect(await agree(DEWI)).toMatchObject({ ok: true, value: { isComplete: false } });
  expect(await agree(BUDI)).toMatchObject({ ok: false, error: { kind: 'above limit' } });
  expect(await findApproval(db.database, approvalId)).toMatchObject({ state: 'proposed', checkersGiven: 1 });
});

test('what moves money is not agreed to without limits, nor where its amount cannot be read', async () => {
  const order = { ...(await proposed({ amount: '1' })), by: BUDI, at: AT };
  await expect(weighApproval(db.database, order, MOVES_NO_MONEY)).rejects.toThrow('has no limits');
  await expect(refusalOf({ amount: 1.5 }, BUDI)).rejects.toThrow('digits');
});

test.each([
  ['another role', 'others: finance_checker', 'others: cashier'],
  ['a limit that is no number', '1000000', 'a lot'],
  ['a name that is no user', EKO, 'eko'],
])('%s is told with its place', (_, from, to) => {
  expect(() => limits(WRITTEN.replace(from, to))).toThrow(/approvals\.yaml:\d+: /);
});
