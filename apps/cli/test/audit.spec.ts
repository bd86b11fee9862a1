import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { ANCHOR_FILE, anchorDay, anchorFolder, recordAudit } from '#lib/audit';
import { SystemClock } from '#lib/kernel';
import { aDatabase, type TestDatabase } from '../../../test/support/database';
import { anOperatorOf } from '../../../test/support/operator';

const ANI = 'ani@simpul.test';
const SHELL = `shell:${userInfo().username}`;

let db: TestDatabase;
let home: string;
let simpul: ReturnType<typeof anOperatorOf>;
beforeAll(async () => {
  db = await aDatabase();
  home = mkdtempSync(join(tmpdir(), 'simpul-audit-'));
  const dataKey = randomBytes(32).toString('base64');
  simpul = anOperatorOf({ url: db.url, home, dataKey });
});
afterAll(async () => {
  rmSync(home, { recursive: true });
  await db.drop();
});

const linesOf = (text: string) => text.split('\r\n').slice(0, -1);

test('what a person does by a command is told with who, how we know, from where and which command', async () => {
  const opened = await simpul('complaint', 'open', 'paid twice', '--as', ANI.toUpperCase(), '--json');
  const { complaintId } = opened.json['complaint'] as { complaintId: string };
  expect((await simpul('complaint', 'answer', complaintId, 'sorry', '--as', ANI)).code).toBe(0);
  await db.database.transaction(async (tx) =>
    recordAudit(tx, {
      by: ANI,
      action: 'noted',
      object: { kind: 'odd', id: '=1+1' },
      at: new Date(),
      after: { pin: '9' },
    }),
  );
  const { json } = await simpul('audit', 'list', '--object', complaintId, '--json');
  expect(json).toMatchObject({
    ok: true,
    next: null,
    rows: [
      { seq: '2', by: ANI, action: 'answered' },
      {
        seq: '1',
        by: ANI,
        role: 'finance_checker',
        authenticated: SHELL,
        action: 'opened',
        objectKind: 'complaint',
        process: expect.stringMatching(/^simpul complaint open \d+$/) as string,
      },
    ],
  });
  // The words of a customer are no part of it.
  expect(JSON.stringify(json)).not.toContain('paid twice');
  expect((await simpul('audit', 'list', '--action', 'opened')).out).toContain(complaintId);
  expect((await simpul('audit', 'list', '--as', 'budi@simpul.test')).out).toContain(
    'nothing like that was done',
  );
  expect((await simpul('audit', 'list', '--from', '2020-01-01', '--to', '2020-01-31')).out).toContain(
    'nothing like',
  );
});

test('a sheet of it runs no formula and shows no secret', async () => {
  const file = join(home, 'trail.csv');
  expect((await simpul('audit', 'list', '--csv', file, '--json')).json).toEqual({ ok: true, file, rows: 3 });
  const lines = linesOf(readFileSync(file, 'utf8'));
  expect(lines).toHaveLength(4);
  expect(lines[1]).toContain(",'=1+1,");
  expect(lines[1]).toContain('[masked]');
});

test('the trail is held to what is kept outside the database, by its own command and with the books', async () => {
  expect((await simpul('audit', 'verify')).out).toContain(
    'whole: 3 rows, no anchor outside the database yet',
  );
  const tools = { database: db.database, clock: new SystemClock(), logger: pino({ level: 'silent' }) };
  await anchorDay({ ...tools, folder: anchorFolder(home) });
  expect((await simpul('audit', 'verify', '--json')).json).toEqual({ ok: true, checked: 3, anchors: 1 });
  const invariants = async () =>
    (await simpul('verify', '--json')).json['invariants'] as {
      id: string;
      ok: boolean;
      firstCounterExample: string;
    }[];
  const i13 = async () => (await invariants()).find(({ id }) => id === 'I13');
  expect(await i13()).toMatchObject({ ok: true, checked: 3 });

  await db.admin.run('DELETE FROM audit WHERE seq > 1');
  await db.admin.run('UPDATE audit_head SET seq = 1, hash = (SELECT hash FROM audit WHERE seq = 1)');
  const cut = await simpul('audit', 'verify');
  expect(cut).toMatchObject({
    code: 1,
    error: expect.stringContaining('audit row 2: newest removed') as string,
  });
  expect(await i13()).toMatchObject({
    ok: false,
    firstCounterExample: expect.stringContaining('row 2') as string,
  });

  const copy = join(home, 'copy');
  expect(await simpul('audit', 'verify', '--anchors', copy)).toMatchObject({ code: 2 });
  mkdirSync(copy);
  writeFileSync(join(copy, ANCHOR_FILE), 'x\n');
  expect(await simpul('audit', 'verify', '--anchors', copy)).toMatchObject({
    code: 1,
    error: expect.stringContaining(`${ANCHOR_FILE}:1`) as string,
  });
});
