import { aDatabase, type TestDatabase } from '../../../test/support/database';
import { CONFIGURED } from '../../../test/support/approval-limits';
import { approve, describeRefusal, findApproval, propose, reject, type Approval } from './index';

const AT = new Date('2026-07-14T05:00:00Z');
const [ANI, BUDI, DEWI] = ['ani@simpul.test', 'budi@simpul.test', 'dewi@simpul.test'] as const;

let db: TestDatabase;
beforeAll(async () => {
  db = await aDatabase();
});
beforeEach(async () => {
  for (const table of ['approval', 'approval_event', 'console_user', 'console_user_role'])
    await db.admin.run(`DELETE FROM ${table}`);
});
afterAll(() => db.drop());

async function aUser(login: string, roles: readonly string[], more: object = {}): Promise<void> {
  const row = { state: 'active', channel_id: null as string | null, ...more };
  await db.admin.run(
    `INSERT INTO console_user (user_id, login, name, language, channel_id, state, created_by, created_at, active_since)
     VALUES (?, ?, 'One', 'id', ?, ?, 'x', ?, ?)`,
    [login, login, row.channel_id, row.state, AT, AT],
  );
  for (const role of roles)
    await db.admin.run('INSERT INTO console_user_role (user_id, role) VALUES (?, ?)', [login, role]);
}

async function proposed(payload: object = { amount: '1' }): Promise<Approval> {
  const more = { by: ANI, reason: 'settled', at: AT, expiresAt: new Date(AT.getTime() + 86_400_000) };
  const made = await db.database.transaction((tx) =>
    propose(tx, { kind: 'payout', subject: 'STL-1', payload, ...more }),
  );
  if (!made.ok) throw new Error(made.error.kind);
  return made.value;
}

const agree = ({ approvalId, version }: Approval, by: string) =>
  db.database.transaction((statements) =>
    approve(statements, { approvalId, version, by, at: AT }, CONFIGURED.approvalLimits),
  );

test('a user agrees within the limits of the roles of their row, of several by the one that reaches furthest', async () => {
  await aUser(BUDI, ['operations']);
  await aUser(DEWI, ['finance_checker', 'administrator']);
  const approval = await proposed({ amount: '2000000000' });
  const refused = await agree(approval, BUDI);
  expect(refused).toMatchObject({ error: { kind: 'above limit', role: 'operations', limit: 0n } });
  // Who may is told by the rows, too.
  if (!refused.ok) expect(describeRefusal(refused.error)).toContain(`administrator (${DEWI})`);
  expect(await agree(approval, DEWI)).toMatchObject({ ok: true });
});

test('a user without a role of the house agrees to nothing that moves money, whatever the file gives to others', async () => {
  await aUser(BUDI, ['night_desk']);
  expect(await agree(await proposed(), BUDI)).toMatchObject({ error: { kind: 'above limit', role: 'none' } });
});

test.each([
  ['disabled', { state: 'disabled' }],
  ['of a partner', { channel_id: 'warung' }],
])('a user who is %s neither agrees nor rejects', async (_, more) => {
  await aUser(BUDI, ['administrator'], more);
  const approval = await proposed({});
  expect(await agree(approval, BUDI)).toEqual({ ok: false, error: { kind: 'not active', by: BUDI } });
  const { approvalId, version } = approval;
  expect(await reject(db.database, { approvalId, version, by: BUDI, at: AT })).toMatchObject({ ok: false });
  expect(await findApproval(db.database, approvalId)).toMatchObject({ state: 'proposed' });
});

test('an agreement of somebody who is disabled before it is written counts for nothing', async () => {
  await aUser(BUDI, ['finance_checker']);
  const approval = await proposed();
  const { approvalId, version } = approval;
  // Another one disables them between the look at their row and the write.
  const refused = await db.database.transaction((statements) => {
    const disabling = {
      ...statements,
      run: async (sql: string, values?: never) => {
        if (sql.startsWith('UPDATE console_user'))
          await db.admin.run("UPDATE console_user SET state = 'disabled', version = version + 1");
        return statements.run(sql, values);
      },
    };
    return approve(disabling, { approvalId, version, by: BUDI, at: AT }, CONFIGURED.approvalLimits);
  });
  expect(refused).toEqual({ ok: false, error: { kind: 'not active', by: BUDI } });
  expect(await findApproval(db.database, approvalId)).toMatchObject({ state: 'proposed', checkersGiven: 0 });
});
