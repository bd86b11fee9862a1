import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { ManualClock } from '#lib/kernel';
import { aDatabase, type TestDatabase } from '../../../test/support/database';
import {
  ANCHOR_FILE,
  anchorDay,
  AnchorsChanged,
  checkAuditInvariants,
  readAnchors,
  recordAudit,
  type AnchorTools,
} from './index';

let db: TestDatabase;
let folder: string;
let clock: ManualClock;
beforeEach(async () => {
  db = await aDatabase();
  folder = mkdtempSync(join(tmpdir(), 'simpul-anchors-'));
  clock = new ManualClock(new Date('2026-07-14T20:00:00Z'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await db.drop();
});

function deeds(count: number): Promise<void> {
  return db.database.transaction(async (tx) => {
    for (let no = 1; no <= count; no += 1)
      recordAudit(tx, {
        by: 'ani@simpul.test',
        action: 'closed',
        object: { kind: 'day', id: String(no) },
        at: clock.now(),
      });
  });
}

function tools(more: Partial<AnchorTools> = {}): AnchorTools & { errors: string[] } {
  const errors: string[] = [];
  const logger = pino({ level: 'error' }, { write: (line: string) => void errors.push(line) });
  return { database: db.database, clock, logger, folder, errors, ...more };
}

const text = () => readFileSync(join(folder, ANCHOR_FILE), 'utf8');
const nextDay = () => clock.advance(86_400_000);

async function fault() {
  const known = await readAnchors(folder);
  return (await db.database.snapshot((statements) => checkAuditInvariants(statements, known))).fault;
}

test('each day that is over has one line, also where several workers write it, or one writes it again', async () => {
  await deeds(3);
  const both = await Promise.all([anchorDay(tools()), anchorDay(tools())]);
  expect(both).toContain(true);
  const first = text();
  await deeds(2);
  expect(await anchorDay(tools())).toBe(false);
  expect(text()).toBe(first);
  nextDay();
  expect(await anchorDay(tools())).toBe(true);
  expect(text().startsWith(first)).toBe(true);
  expect((await readAnchors(folder)).map(({ date, seq }) => [date, seq])).toEqual([
    ['2026-07-14', 3n],
    ['2026-07-15', 5n],
  ]);
  // A worker of another machine brings its own file to the same content.
  const other = mkdtempSync(join(tmpdir(), 'simpul-anchors-'));
  await anchorDay(tools({ folder: other }));
  expect(readFileSync(join(other, ANCHOR_FILE), 'utf8')).toBe(text());
  rmSync(other, { recursive: true });
  expect(readdirSync(folder)).toEqual([ANCHOR_FILE]);
  expect(await fault()).toBeUndefined();
});

test('newest rows that were taken away with the mark of the end are found', async () => {
  await deeds(5);
  await anchorDay(tools());
  await db.admin.run('DELETE FROM audit WHERE seq > 3');
  await db.admin.run('UPDATE audit_head SET seq = 3, hash = (SELECT hash FROM audit WHERE seq = 3)');
  expect(await fault()).toMatchObject({ seq: 4n, kind: 'newest removed' });
});

test('a broken chain is not anchored, and is told', async () => {
  await deeds(3);
  await anchorDay(tools());
  await deeds(3);
  await db.admin.run("UPDATE audit SET by_user = 'eve@simpul.test' WHERE seq = 5");
  nextDay();
  const broken = tools();
  expect(await anchorDay(broken)).toBe(false);
  expect(broken.errors.join('')).toMatch(/row 5: content changed/);
  await db.admin.run("UPDATE audit SET by_user = 'ani@simpul.test' WHERE seq = 5");
  await db.admin.run('UPDATE audit SET hash = REVERSE(hash) WHERE seq = 3');
  const moved = tools();
  expect(await anchorDay(moved)).toBe(false);
  expect(moved.errors.join('')).toMatch(/row 3 is not what it was on 2026-07-14/);
  expect(await readAnchors(folder)).toHaveLength(1);
});

test.each([
  ['edited', (all: string) => all.replace('2026-07-14 1 ', '2026-07-14 2 ')],
  ['taken out of the middle', (all: string) => all.split('\n').slice(1).join('\n')],
  ['half written', (all: string) => all.slice(0, -1)],
])('a line that was %s is found, and nothing is added to such a file', async (_, change) => {
  for (let day = 0; day < 3; day += 1) {
    await deeds(1);
    await anchorDay(tools());
    nextDay();
  }
  writeFileSync(join(folder, ANCHOR_FILE), change(text()));
  await expect(readAnchors(folder)).rejects.toThrow(AnchorsChanged);
  const before = text();
  await expect(anchorDay(tools())).rejects.toThrow(AnchorsChanged);
  expect(text()).toBe(before);
});
