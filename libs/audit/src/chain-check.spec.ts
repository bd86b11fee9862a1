import fc from 'fast-check';
import type { Statements } from '#lib/platform';
import { aDatabase, type TestDatabase } from '../../../test/support/database';
import {
  auditHash,
  BEFORE_FIRST,
  checkAuditInvariants,
  checkChain,
  DEEDS,
  recordAudit,
  type AuditContent,
  type AuditFaultKind,
  type AuditRow,
} from './index';

const AT = new Date('2026-07-14T05:00:00Z');

function contentOf(no: number, by = 'ani@simpul.test'): AuditContent {
  return {
    chain: DEEDS,
    writtenAt: new Date(AT.getTime() + no),
    at: AT,
    by,
    role: 'none',
    authenticated: 'shell:ani',
    action: 'approved',
    objectKind: 'payout',
    objectId: `STL-${no}`,
    process: 'simpul',
    source: 'here',
    approvalId: no % 2 === 0 ? `apr_${no}` : null,
    paymentId: null,
    runId: null,
    changes: `{"after":{"amount":"${no}"},"before":null,"reason":null}`,
  };
}

function aChain(length: number): AuditRow[] {
  const chain: AuditRow[] = [];
  for (let no = 1; no <= length; no += 1) chain.push(following(chain.at(-1), contentOf(no)));
  return chain;
}

/** A row that is right by itself and follows another. */
function following(before: AuditRow | undefined, content: AuditContent): AuditRow {
  const previousHash = before?.hash ?? BEFORE_FIRST;
  return { ...content, seq: (before?.seq ?? 0n) + 1n, previousHash, hash: auditHash(content, previousHash) };
}

function headOf(chain: readonly AuditRow[]) {
  const last = chain.at(-1);
  return { seq: last?.seq ?? 0n, hash: last?.hash ?? BEFORE_FIRST };
}

/** Somebody gives every row the place it now stands at. */
function renumbered(chain: readonly AuditRow[]): AuditRow[] {
  return chain.map((row, at) => ({ ...row, seq: BigInt(at + 1) }));
}

/** Somebody writes everything from a place on anew, as we would. */
function writtenAnew(chain: readonly AuditRow[], from: number): AuditRow[] {
  const anew = chain.slice(0, from);
  for (const row of chain.slice(from)) anew.push(following(anew.at(-1), row));
  return anew;
}

interface Tampering {
  rows: AuditRow[];
  firstBad: number;
  kinds: AuditFaultKind[];
}

const LENGTH = 60;
const place = fc.integer({ min: 0, max: LENGTH - 1 });

const COLUMNS: readonly ((row: AuditRow) => Partial<AuditRow>)[] = [
  (row) => ({ by: `${row.by}x` }),
  (row) => ({ action: `${row.action} ` }),
  () => ({ role: 'administrator' }),
  () => ({ authenticated: 'session' }),
  (row) => ({ objectId: `${row.objectId}0` }),
  () => ({ objectKind: 'funds' }),
  (row) => ({ at: new Date(row.at.getTime() + 1) }),
  (row) => ({ writtenAt: new Date(row.writtenAt.getTime() - 1) }),
  (row) => ({ changes: row.changes.replace('"amount"', '"sum"') }),
  (row) => ({ approvalId: row.approvalId === null ? 'apr_x' : null }),
  () => ({ paymentId: '0123456789AB' }),
  () => ({ runId: 1 }),
  () => ({ source: 'there' }),
  () => ({ process: 'mysql' }),
  (row) => ({ hash: Buffer.from(row.hash).fill(7, 0, 1) }),
];

const edits = fc
  .tuple(place, fc.constantFrom(...COLUMNS))
  .map(([at, change]) => (chain: AuditRow[]): Tampering => ({
    rows: chain.map((row, no) => (no === at ? { ...row, ...change(row) } : row)),
    firstBad: at + 1,
    kinds: ['content changed'],
  }));

const deletions = fc
  .tuple(place, fc.integer({ min: 1, max: 5 }), fc.boolean())
  .map(([at, count, isHidden]) => (chain: AuditRow[]): Tampering => {
    const left = chain.filter((_, no) => no < at || no >= at + count);
    return {
      rows: isHidden ? renumbered(left) : left,
      firstBad: at + 1,
      kinds: ['missing', 'newest removed'],
    };
  });

const swaps = fc
  .tuple(place, place)
  .filter(([one, other]) => one !== other)
  .map(([one, other]) => (chain: AuditRow[]): Tampering => {
    const rows = [...chain];
    [rows[one], rows[other]] = [chain[other] as AuditRow, chain[one] as AuditRow];
    return { rows: renumbered(rows), firstBad: Math.min(one, other) + 1, kinds: ['out of order'] };
  });

const insertions = fc
  .tuple(place, fc.constantFrom('own', 'copy', 'none'))
  .map(([at, link]) => (chain: AuditRow[]): Tampering => {
    const row = {
      own: () => following(chain[at - 1], contentOf(1_000, 'eve@simpul.test')),
      copy: () => chain[(at + 7) % LENGTH] as AuditRow,
      none: () => ({
        ...contentOf(1_000),
        seq: 0n,
        previousHash: BEFORE_FIRST,
        hash: auditHash(contentOf(1_000), BEFORE_FIRST),
      }),
    }[link]();
    return {
      rows: renumbered([...chain.slice(0, at), row, ...chain.slice(at)]),
      firstBad: at + 1,
      // A copy of a later row follows one that stands elsewhere.
      kinds: link === 'copy' ? ['inserted', 'out of order'] : ['inserted'],
    };
  });

test('10,000 random edits, deletions, swaps and insertions are all found, by their first bad row', async () => {
  const chain = aChain(LENGTH);
  const head = headOf(chain);
  expect((await checkChain(chain, { head })).fault).toBeUndefined();
  await fc.assert(
    fc.asyncProperty(fc.oneof(edits, deletions, swaps, insertions), async (tamper) => {
      const { rows, firstBad, kinds } = tamper(chain);
      const { fault } = await checkChain(rows, { head });
      expect(kinds).toContain(fault?.kind);
      expect(Number(fault?.seq)).toBe(firstBad);
    }),
    { numRuns: 10_000 },
  );
}, 120_000);

test('a chain that was cut off together with its end, or written anew, is found by what was kept outside', async () => {
  const chain = aChain(20);
  const known = [
    { date: '2026-07-13', seq: 5n, hash: (chain[4] as AuditRow).hash },
    { date: '2026-07-14', seq: 15n, hash: (chain[14] as AuditRow).hash },
  ];
  expect((await checkChain(chain, { head: headOf(chain), known })).fault).toBeUndefined();
  const cut = chain.slice(0, 10);
  expect((await checkChain(cut, { head: headOf(cut) })).fault).toBeUndefined();
  expect((await checkChain(cut, { head: headOf(cut), known })).fault).toMatchObject({
    seq: 11n,
    kind: 'newest removed',
  });
  const edited = chain.map((row, at) => (at === 7 ? { ...row, by: 'eve@simpul.test' } : row));
  const anew = writtenAnew(edited, 7);
  expect((await checkChain(anew, { head: headOf(anew) })).fault).toBeUndefined();
  expect((await checkChain(anew, { head: headOf(anew), known })).fault).toMatchObject({
    seq: 15n,
    kind: 'written anew',
  });
});

describe('in a real database, by an account that may do anything', () => {
  const ROWS = 40;
  let db: TestDatabase;
  beforeAll(async () => {
    db = await aDatabase();
    await db.admin.transaction(async (tx) => {
      for (let no = 1; no <= ROWS; no += 1)
        recordAudit(tx, {
          by: 'ani@simpul.test',
          action: 'approved',
          object: { kind: 'payout', id: `STL-${no}` },
          at: AT,
          after: { no },
          ...(no % 3 === 0 && { approvalId: `apr_${no}` }),
        });
    });
    await db.admin.run('CREATE TABLE kept AS SELECT * FROM audit');
    await db.admin.run('CREATE TABLE kept_head AS SELECT * FROM audit_head');
  });
  afterAll(() => db.drop());

  const verdict = () => db.database.snapshot((statements) => checkAuditInvariants(statements));

  const EDITS = [
    "by_user = 'eve@simpul.test'",
    'changes = REPLACE(changes, \'"no":\', \'"nr":\')',
    'at = at + INTERVAL 1 SECOND',
    'written_at = written_at - INTERVAL 1 SECOND',
    "approval_id = 'apr_eve'",
    "object_id = CONCAT(object_id, '0')",
    'hash = REVERSE(hash)',
  ];

  const at = fc.integer({ min: 1, max: ROWS });
  const attacks: fc.Arbitrary<{ how: (tx: Statements) => Promise<unknown>; firstBad: number }> = fc.oneof(
    fc.tuple(at, fc.constantFrom(...EDITS)).map(([seq, edit]) => ({
      how: (tx: Statements) => tx.run(`UPDATE audit SET ${edit} WHERE seq = ?`, [seq]),
      firstBad: seq,
    })),
    at.map((seq) => ({
      how: (tx: Statements) => tx.run('DELETE FROM audit WHERE seq = ?', [seq]),
      firstBad: seq,
    })),
    at.map((seq) => ({
      how: async (tx: Statements) => {
        await tx.run('DELETE FROM audit WHERE seq = ?', [seq]);
        await tx.run('UPDATE audit SET seq = seq - 1 WHERE seq > ? ORDER BY seq', [seq]);
      },
      firstBad: seq,
    })),
    fc
      .tuple(at, at)
      .filter(([one, other]) => one < other)
      .map(([one, other]) => ({
        how: async (tx: Statements) => {
          await tx.run('UPDATE audit SET seq = 1000 WHERE seq = ?', [one]);
          await tx.run('UPDATE audit SET seq = ? WHERE seq = ?', [one, other]);
          await tx.run('UPDATE audit SET seq = ? WHERE seq = 1000', [other]);
        },
        firstBad: one,
      })),
    at.map((seq) => ({
      how: async (tx: Statements) => {
        await tx.run('UPDATE audit SET seq = seq + 1 WHERE seq >= ? ORDER BY seq DESC', [seq]);
        await tx.run(
          "INSERT INTO audit SELECT chain, ?, written_at, at, 'eve@simpul.test', role, authenticated, action, object_kind, object_id, process, source, approval_id, payment_id, run_id, changes, previous_hash, hash FROM kept WHERE seq = ?",
          [seq, seq],
        );
      },
      firstBad: seq,
    })),
  );

  test('300 random changes are all found, by their first bad row', async () => {
    expect(await verdict()).toMatchObject({ ok: true, checked: ROWS });
    await fc.assert(
      fc.asyncProperty(attacks, async ({ how, firstBad }) => {
        await db.admin.transaction((tx) => how(tx));
        const found = await verdict();
        await db.admin.transaction(async (tx) => {
          await tx.run('DELETE FROM audit');
          await tx.run('INSERT INTO audit SELECT * FROM kept');
        });
        expect(found.ok).toBe(false);
        expect(Number(found.fault?.seq)).toBe(firstBad);
      }),
      { numRuns: 300 },
    );
    expect(await verdict()).toMatchObject({ ok: true, checked: ROWS });
  }, 120_000);

  test('an empty trail whose end says otherwise was emptied', async () => {
    await db.admin.run('DELETE FROM audit');
    expect(await verdict()).toMatchObject({ ok: false, fault: { seq: 1n, kind: 'newest removed' } });
  });
});
