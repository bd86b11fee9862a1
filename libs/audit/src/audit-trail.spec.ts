import { Database, type Transaction } from '#lib/platform';
import { aDatabase, type TestDatabase } from '../../../test/support/database';
import {
  actingFrom,
  checkAuditInvariants,
  listAudit,
  operatorOf,
  recordAudit,
  recordBefore,
  type AuditEntry,
} from './index';

const AT = new Date('2026-07-14T05:00:00Z');
const ANI = 'ani@simpul.test';

let db: TestDatabase;
beforeEach(async () => {
  db = await aDatabase();
  await db.admin.run('CREATE TABLE effect (no INT NOT NULL)');
});
afterEach(() => db.drop());

const entry = (more: Partial<AuditEntry> = {}): AuditEntry => ({
  by: ANI,
  action: 'closed',
  object: { kind: 'complaint', id: 'CMP-2026-000001' },
  at: AT,
  ...more,
});

async function deed(no: number, database = db.admin, more: Partial<AuditEntry> = {}): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.run('INSERT INTO effect (no) VALUES (?)', [no]);
    recordAudit(tx, entry({ object: { kind: 'effect', id: String(no) }, ...more }));
  });
}

function rows() {
  return listAudit(db.database, { rowsMax: 1_000 });
}

function verdict() {
  return db.database.snapshot((statements) => checkAuditInvariants(statements));
}

test('a row tells who did what, on what, from where, and what changed', async () => {
  const origin = {
    process: 'simpul complaint close',
    source: '10.1.2.3',
    authenticated: 'shell:ani',
    roleOf: () => 'operations',
  };
  await actingFrom(origin, () =>
    deed(1, db.admin, {
      reason: 'told',
      before: { state: 'answered' },
      after: { state: 'closed' },
      approvalId: 'apr_1',
      runId: 7,
    }),
  );
  const [row] = await rows();
  expect(row).toMatchObject({
    seq: 1n,
    at: AT,
    by: ANI,
    role: 'operations',
    authenticated: 'shell:ani',
    action: 'closed',
    objectKind: 'effect',
    objectId: '1',
    process: 'simpul complaint close',
    source: '10.1.2.3',
    approvalId: 'apr_1',
    runId: 7,
    changes: '{"after":{"state":"closed"},"before":{"state":"answered"},"reason":"told"}',
  });
  expect(Math.abs(Date.now() - (row?.writtenAt.getTime() ?? 0))).toBeLessThan(60_000);
  expect(await verdict()).toMatchObject({ ok: true, checked: 1 });
});

test('a change that is rolled back leaves no row and no hole', async () => {
  await deed(1);
  const broken = db.admin.transaction(async (tx) => {
    recordAudit(tx, entry());
    await tx.run('INSERT INTO effect (no) VALUES (2)');
    throw new Error('no');
  });
  await expect(broken).rejects.toThrow('no');
  await deed(3);
  expect((await rows()).map(({ seq, objectId }) => [seq, objectId])).toEqual([
    [2n, '3'],
    [1n, '1'],
  ]);
  expect(await verdict()).toMatchObject({ ok: true, checked: 2 });
});

test('where the trail cannot be written, nothing changes', async () => {
  await db.admin.run('ALTER TABLE audit ADD CONSTRAINT full CHECK (seq < 2)');
  await deed(1);
  await expect(deed(2)).rejects.toThrow(/full/);
  expect(await db.admin.rows('SELECT no FROM effect')).toEqual([{ no: 1 }]);
});

test('the end of the chain is locked after everything else, whenever the row was asked for', async () => {
  const said: string[] = [];
  await db.admin.transaction(async (tx) => {
    const watched: Transaction = {
      ...tx,
      rows: (sql, values) => (said.push(sql), tx.rows(sql, values)),
      run: (sql, values) => (said.push(sql), tx.run(sql, values)),
    };
    recordAudit(watched, entry());
    await watched.run('INSERT INTO effect (no) VALUES (1)');
    recordAudit(watched, entry());
  });
  expect(said.map((sql) => sql.split(' ', 3).join(' '))).toEqual([
    'INSERT INTO effect',
    'SELECT u.user_id, u.state,',
    'SELECT seq, hash,',
    'INSERT INTO audit',
    'UPDATE audit_head SET',
  ]);
});

test('many writers of two pools at once make one whole chain', async () => {
  const other = new Database(db.migrationUrl, { connectionsMax: 8 });
  const pool = new Database(db.migrationUrl, { connectionsMax: 8 });
  try {
    const deeds = Array.from({ length: 120 }, (_, no) => deed(no, no % 2 === 0 ? pool : other));
    await Promise.all(deeds);
  } finally {
    await pool.close();
    await other.close();
  }
  expect((await rows()).map(({ seq }) => seq)).toEqual(
    Array.from({ length: 120 }, (_, at) => BigInt(120 - at)),
  );
  expect(new Set((await rows()).map(({ objectId }) => objectId)).size).toBe(120);
  expect(await verdict()).toMatchObject({ ok: true, checked: 120 });
});

test('of two writers that no lock keeps apart one has the place, and the other does all of its work again', async () => {
  let attempts = 0;
  const waiting: (() => void)[] = [];
  const bothHaveSeen = () =>
    new Promise<void>((resolve) => {
      waiting.push(resolve);
      if (waiting.length === 2) for (const goOn of waiting) goOn();
    });
  const withoutLock = (tx: Transaction): Transaction => ({
    ...tx,
    rows: (sql, values) => tx.rows(sql.replace(' FOR UPDATE', ''), values),
  });
  const both = [1, 2].map((no) =>
    db.admin.transaction(async (tx) => {
      attempts += 1;
      await tx.run('INSERT INTO effect (no) VALUES (?)', [no]);
      const [head] = await tx.rows<{ seq: string }>('SELECT seq FROM audit_head');
      // Both have seen the same end of the chain before either goes on.
      if (head?.seq === '0') await bothHaveSeen();
      recordAudit(withoutLock(tx), entry());
    }),
  );
  await Promise.all(both);
  expect(attempts).toBe(3);
  expect(await db.admin.rows('SELECT no FROM effect')).toHaveLength(2);
  expect(await verdict()).toMatchObject({ ok: true, checked: 2 });
});

test('the application can add a row, and neither change nor take one away', async () => {
  await recordBefore(db.database, entry({ by: operatorOf('root') }));
  for (const sql of [
    "UPDATE audit SET by_user = 'x'",
    'DELETE FROM audit',
    'DELETE FROM audit_head',
    'DELETE FROM audit_anchor',
    'UPDATE audit_anchor SET seq = 1',
  ])
    await expect(db.database.run(sql)).rejects.toThrow(/denied/);
  expect(await rows()).toMatchObject([{ by: 'operator:root', role: 'operator' }]);
});

test.each<[string, object, string]>([
  [
    'secrets',
    { secret: 'abc', deep: [{ apiKey: 'k', password: 'p' }], pin: '123456' },
    '{"after":{"deep":[{"apiKey":"[masked]","password":"[masked]"}],"pin":"[masked]","secret":"[masked]"}}',
  ],
  ['numbers of customers', { customerNumber: '530000000123' }, '{"after":{"customerNumber":"********0123"}}'],
  [
    'numbers of cards in a text',
    { note: 'card 4111 1111 1111 1111 of her' },
    '{"after":{"note":"card ***************1111 of her"}}',
  ],
  [
    'what is no secret',
    { amount: 5n, at: AT, none: undefined, list: [1, null] },
    '{"after":{"amount":"5","at":"2026-07-14T05:00:00.000Z","list":[1,null]}}',
  ],
])('%s stand in the trail as far as they may', async (_, after, changes) => {
  await deed(1, db.admin, { after });
  expect((await rows())[0]?.changes).toBe(changes);
});

test('what is very long is told by its SHA-256, and odd texts do not break the chain', async () => {
  await deed(1, db.admin, { after: { breaks: 'x'.repeat(100_000) } });
  await deed(2, db.admin, {
    object: { kind: 'odd\u0007é', id: `a\ud800 \u{1f600}${'b'.repeat(300)} ` },
    reason: 'half \udc00',
    by: 'x'.repeat(200),
  });
  expect((await rows()).at(-1)?.changes).toMatch(/^\{"characters":1000\d\d,"sha256":"[0-9a-f]{64}"\}$/);
  expect(await verdict()).toMatchObject({ ok: true, checked: 2 });
});

test('rows are found by user, action, object and time, a page at a time', async () => {
  for (let no = 1; no <= 5; no += 1)
    await deed(no, db.admin, no === 3 ? { by: 'budi@simpul.test', action: 'opened' } : {});
  const seqs = async (query: object) =>
    (await listAudit(db.database, { rowsMax: 2, ...query })).map(({ seq }) => Number(seq));
  expect(await seqs({})).toEqual([5, 4]);
  expect(await seqs({ before: 4n })).toEqual([3, 2]);
  expect(await seqs({ by: 'budi@simpul.test' })).toEqual([3]);
  expect(await seqs({ action: 'opened' })).toEqual([3]);
  expect(await seqs({ objectKind: 'effect', objectId: '2' })).toEqual([2]);
  expect(await seqs({ to: new Date(Date.now() - 3_600_000) })).toEqual([]);
  expect(await seqs({ from: new Date(Date.now() - 3_600_000) })).toEqual([5, 4]);
});
