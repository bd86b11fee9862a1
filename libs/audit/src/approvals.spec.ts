import fc from 'fast-check';
import type { Transaction } from '#lib/platform';
import { CONFIGURED } from '../../../test/support/approval-limits';
import { aDatabase, type TestDatabase } from '../../../test/support/database';
import {
  approvalHistory,
  approve,
  checkApprovalInvariants,
  expireApprovals,
  findApproval,
  lapse,
  listAudit,
  MOVES_NO_MONEY,
  listApprovals,
  NoUser,
  propose,
  reject,
  withdraw,
  type Approval,
  type Decision,
  type Proposal,
} from './index';

const NOON = new Date('2026-07-14T05:00:00Z');
const LATER = new Date('2026-07-16T05:00:00Z');
const [ANI, BUDI, CITRA] = ['ani@simpul.test', 'budi@simpul.test', 'citra@simpul.test'] as const;

let db: TestDatabase;
beforeAll(async () => {
  db = await aDatabase();
  await db.admin.run('CREATE TABLE effect (approval_id VARCHAR(40) NOT NULL)');
});
beforeEach(async () => {
  for (const table of ['approval', 'approval_event', 'effect']) await db.admin.run(`DELETE FROM ${table}`);
});
afterAll(() => db.drop());

async function proposed(more: Partial<Proposal> = {}): Promise<Approval> {
  const result = await db.database.transaction((statements) => propose(statements, aProposal(more)));
  if (!result.ok) throw new Error(result.error.kind);
  return result.value;
}

function aProposal(more: Partial<Proposal> = {}): Proposal {
  return {
    kind: 'write_off',
    subject: 'break 7',
    version: '3',
    payload: { amount: '500' },
    by: ANI,
    reason: 'too small to chase',
    at: NOON,
    expiresAt: LATER,
    ...more,
  };
}

function inOne<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
  return db.database.transaction(work);
}

/** Approves and, when that completes it, has its effect, in one transaction. */
function approveWithEffect(
  { approvalId, version }: Approval,
  by: string,
  more: Partial<Decision> = {},
  database = db.admin,
) {
  return database.transaction(async (statements) => {
    const decided = await approve(
      statements,
      { approvalId, version, by, at: NOON, ...more },
      CONFIGURED.approvalLimits,
    );
    if (decided.ok && decided.value.isComplete)
      await statements.run('INSERT INTO effect (approval_id) VALUES (?)', [approvalId]);
    return decided;
  });
}

async function effects(): Promise<number> {
  return (await db.admin.rows('SELECT 1 FROM effect')).length;
}

async function expectSound(): Promise<void> {
  expect(await checkApprovalInvariants(db.database)).toMatchObject({ ok: true, firstCounterExample: null });
}

test('another person approves, and what was proposed happens once', async () => {
  const approval = await proposed();
  expect(await approveWithEffect(approval, BUDI)).toMatchObject({ ok: true, value: { isComplete: true } });
  expect(await approveWithEffect(approval, CITRA)).toEqual({
    ok: false,
    error: { kind: 'ended', state: 'approved', by: BUDI },
  });
  expect(await effects()).toBe(1);
  expect(await findApproval(db.database, approval.approvalId)).toMatchObject({
    state: 'approved',
    payload: { amount: '500' },
    endedBy: BUDI,
  });
  expect(
    (await approvalHistory(db.database, approval.approvalId)).map(({ event, by }) => [event, by]),
  ).toEqual([
    ['proposed', ANI],
    ['approved', BUDI],
  ]);
  await expectSound();
});

test.each([ANI, ' ANI@Simpul.Test '])('the maker cannot approve or reject, also as "%s"', async (by) => {
  const approval = await proposed();
  const refused = { ok: false, error: { kind: 'maker is checker', maker: ANI } };
  expect(await approveWithEffect(approval, by)).toEqual(refused);
  const decision = { approvalId: approval.approvalId, version: '3', by, at: NOON };
  expect(await inOne((tx) => reject(tx, decision))).toEqual(refused);
  expect(await effects()).toBe(0);
});

test('an account that is not checked by the program is held by the database: maker is not checker', async () => {
  const { approvalId } = await proposed();
  await expect(
    db.admin.run(
      "UPDATE approval SET state = 'approved', checkers_given = 1, ended_by = maker WHERE approval_id = ?",
      [approvalId],
    ),
  ).rejects.toThrow(/approval_four_eyes/);
  await expect(
    db.admin.run(
      "INSERT INTO approval_event (approval_id, event_no, event, by_user, maker, checker, version, at) VALUES (?, 2, 'approved', ?, ?, ?, '3', ?)",
      [approvalId, ANI, ANI, ANI, NOON],
    ),
  ).rejects.toThrow(/approval_event_four_eyes/);
});

test('a checker who saw another version approves nothing', async () => {
  const approval = await proposed();
  expect(await approveWithEffect(approval, BUDI, { version: '2' })).toEqual({
    ok: false,
    error: { kind: 'another version', version: '3' },
  });
  expect(await effects()).toBe(0);
});

test('the application cannot change what was proposed', async () => {
  const { approvalId } = await proposed();
  await expect(
    db.database.run('UPDATE approval SET payload = ? WHERE approval_id = ?', [
      '{"amount":"5000000"}',
      approvalId,
    ]),
  ).rejects.toThrow(/denied/);
  await expect(db.database.run('DELETE FROM approval_event')).rejects.toThrow(/denied/);
});

test('a proposal that is past its time is approved by nobody, and can be made again', async () => {
  const approval = await proposed();
  expect(await approveWithEffect(approval, BUDI, { at: LATER })).toEqual({
    ok: false,
    error: { kind: 'expired', expiredAt: LATER },
  });
  const again = await proposed({ at: LATER, expiresAt: new Date('2026-07-20T05:00:00Z') });
  expect(await findApproval(db.database, approval.approvalId)).toMatchObject({ state: 'expired' });
  expect(await approveWithEffect(again, BUDI, { at: LATER })).toMatchObject({ ok: true });
  expect(await effects()).toBe(1);
  await expectSound();
});

test('what is past its time is ended by the clock, once', async () => {
  const { approvalId } = await proposed();
  expect(await inOne((tx) => expireApprovals(tx, NOON))).toEqual([]);
  expect(await inOne((tx) => expireApprovals(tx, LATER))).toMatchObject([{ approvalId, state: 'expired' }]);
  expect(await inOne((tx) => expireApprovals(tx, LATER))).toEqual([]);
  const tooLate = { approvalId, version: '3', by: BUDI, at: NOON };
  expect(await approve(db.database, tooLate, MOVES_NO_MONEY)).toEqual({
    ok: false,
    error: { kind: 'expired', expiredAt: LATER },
  });
  await expectSound();
});

test('what would expire before it can be approved is no proposal', async () => {
  await expect(propose(db.database, aProposal({ expiresAt: NOON }))).rejects.toThrow(RangeError);
});

test('a proposal lapses when what it is about has changed, and only while it is open', async () => {
  const open = await proposed();
  const change = { at: NOON, note: 'the break was found again' };
  expect(await inOne((tx) => lapse(tx, { approvalId: open.approvalId, ...change }))).toBe(true);
  expect(await approveWithEffect(open, BUDI)).toMatchObject({ error: { kind: 'expired' } });
  expect((await approvalHistory(db.database, open.approvalId)).at(-1)).toMatchObject(change);
  const done = await proposed();
  await approveWithEffect(done, BUDI);
  expect(await inOne((tx) => lapse(tx, { approvalId: done.approvalId, ...change }))).toBe(false);
  expect(await findApproval(db.database, done.approvalId)).toMatchObject({ state: 'approved' });
  await expectSound();
});

test('only one proposal of a kind is open for a subject', async () => {
  const first = await proposed();
  const second = await inOne((tx) => propose(tx, aProposal({ by: CITRA })));
  expect(second).toEqual({
    ok: false,
    error: { kind: 'proposed already', approvalId: first.approvalId, maker: ANI },
  });
  expect(
    await inOne((tx) => withdraw(tx, { approvalId: first.approvalId, by: ANI, at: NOON })),
  ).toMatchObject({
    ok: true,
    value: { state: 'withdrawn' },
  });
  expect((await inOne((tx) => propose(tx, aProposal({ by: CITRA })))).ok).toBe(true);
  expect(await listApprovals(db.database, { open: { now: NOON }, rowsMax: 10 })).toMatchObject([
    { maker: CITRA },
  ]);
});

test('only the maker withdraws', async () => {
  const { approvalId } = await proposed();
  expect(await inOne((tx) => withdraw(tx, { approvalId, by: BUDI, at: NOON }))).toEqual({
    ok: false,
    error: { kind: 'not the maker', maker: ANI },
  });
});

test('where two checkers are needed, one of them twice is not two', async () => {
  const approval = await proposed({ checkers: 2 });
  expect(await approveWithEffect(approval, BUDI)).toMatchObject({ ok: true, value: { isComplete: false } });
  expect(await inOne((tx) => propose(tx, aProposal({ by: CITRA })))).toMatchObject({
    error: { kind: 'proposed already' },
  });
  expect(await approveWithEffect(approval, BUDI)).toEqual({
    ok: false,
    error: { kind: 'agreed before', by: BUDI },
  });
  expect(await effects()).toBe(0);
  expect(await approveWithEffect(approval, CITRA)).toMatchObject({ ok: true, value: { isComplete: true } });
  expect(await effects()).toBe(1);
  await expectSound();
});

test('of checkers who decide at the same moment one has the effect', async () => {
  for (let round = 0; round < 10; round += 1) {
    const approval = await proposed({ subject: `break ${round}`, checkers: 1 + (round % 2) });
    const people = [BUDI, CITRA, 'dewi@simpul.test', BUDI];
    const decided = await Promise.all([
      ...people.map((by) => approveWithEffect(approval, by, {}, db.admin)),
      inOne((tx) =>
        reject(tx, { approvalId: approval.approvalId, version: '3', by: 'eka@simpul.test', at: NOON }),
      ),
    ]);
    const completed = decided.filter((one) => one.ok && 'isComplete' in one.value && one.value.isComplete);
    const rejected = decided.at(-1)?.ok ? 1 : 0;
    expect(completed.length + rejected).toBe(1);
    const rows = await db.admin.rows('SELECT 1 FROM effect WHERE approval_id = ?', [approval.approvalId]);
    expect(rows.length).toBe(completed.length);
  }
  await expectSound();
});

test('whatever people do in whatever order, nothing happens without enough others, and nothing twice', async () => {
  const people = [ANI, BUDI, CITRA];
  const act = fc.record({
    what: fc.constantFrom('approve', 'reject', 'withdraw'),
    by: fc.constantFrom(...people),
    version: fc.constantFrom('3', '3', '4'),
    at: fc.constantFrom(NOON, NOON, LATER),
  });
  let round = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(act, { maxLength: 6 }),
      fc.integer({ min: 1, max: 2 }),
      async (acts, checkers) => {
        round += 1;
        const approval = await proposed({ subject: `property ${round}`, checkers });
        const { approvalId } = approval;
        const agreed = new Set<string>();
        let done = 0;
        for (const { what, ...decision } of acts) {
          if (what === 'reject') await inOne((tx) => reject(tx, { approvalId, ...decision }));
          else if (what === 'withdraw') await inOne((tx) => withdraw(tx, { approvalId, ...decision }));
          else {
            const result = await approveWithEffect(approval, decision.by, decision);
            if (result.ok) agreed.add(decision.by);
            if (result.ok && result.value.isComplete) done += 1;
          }
        }
        expect(done).toBeLessThanOrEqual(1);
        if (done === 1) expect(agreed.size).toBe(checkers);
        expect(agreed.has(ANI)).toBe(false);
        const rows = await db.admin.rows('SELECT 1 FROM effect WHERE approval_id = ?', [approvalId]);
        expect(rows.length).toBe(done);
      },
    ),
    { numRuns: 40 },
  );
  await expectSound();
});

test.each([
  ["UPDATE approval SET payload = '{}'", /not as it was proposed/],
  ['UPDATE approval SET checkers_needed = 2, checkers_given = 2', /2 checkers are counted, 1 have signed/],
  ["UPDATE approval_event SET version = '9' WHERE checker IS NOT NULL", /saw another version/],
  ["UPDATE approval SET maker = ended_by, ended_by = 'dewi@simpul.test'", /its maker approved it/],
  ['UPDATE approval_event SET checker = NULL', /1 checkers are counted, 0 have signed/],
  ['DELETE FROM approval', /have no proposal/],
])('I14 finds: %s', async (vandalism, finding) => {
  await approveWithEffect(await proposed(), BUDI);
  await db.admin.run(vandalism);
  const verdict = await checkApprovalInvariants(db.database);
  expect(verdict.ok).toBe(false);
  expect(verdict.firstCounterExample).toMatch(finding);
});

test.each(['', 'ani', 'ani@ simpul', '@', `${'a'.repeat(80)}@b`])('"%s" is no user', async (by) => {
  await expect(propose(db.database, aProposal({ by }))).rejects.toThrow(NoUser);
});

test('each step of a proposal stands in the audit trail, and none that was refused', async () => {
  const approval = await proposed({ checkers: 2, payload: { amount: '500', pin: '123456' } });
  await approveWithEffect(approval, BUDI);
  await approveWithEffect(approval, BUDI);
  await approveWithEffect(approval, CITRA);
  await approveWithEffect(approval, 'eka@simpul.test');
  const other = await proposed({ subject: 'break 8' });
  await inOne((tx) => expireApprovals(tx, LATER));
  const rows = await listAudit(db.database, { rowsMax: 5 });
  expect(rows.toReversed()).toMatchObject([
    {
      by: ANI,
      action: 'proposed',
      objectKind: 'write_off',
      objectId: 'break 7',
      approvalId: approval.approvalId,
    },
    { by: BUDI, action: 'agreed', approvalId: approval.approvalId },
    { by: CITRA, action: 'approved', approvalId: approval.approvalId },
    { by: ANI, action: 'proposed', objectId: 'break 8' },
    { by: 'system:the clock', role: 'system', action: 'expired', approvalId: other.approvalId },
  ]);
  expect(JSON.parse(rows.at(-1)?.changes ?? '')).toMatchObject({
    reason: 'too small to chase',
    after: { version: '3', payload: { amount: '500', pin: '[masked]' } },
  });
});

test('an agreement is written in a transaction, with its row in the trail, or not at all', async () => {
  const approval = await proposed();
  const decision = { approvalId: approval.approvalId, version: '3', by: BUDI, at: NOON };
  await expect(reject(db.database, decision)).rejects.toThrow(/in a transaction/);
});
