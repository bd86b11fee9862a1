import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkBiller } from './check-biller';

const root = mkdtempSync(join(tmpdir(), 'check-biller-'));
const file = join(root, 'config/billers/peduli.yaml');
const folder = join(root, 'fixtures/billers/peduli');
afterAll(() => rmSync(root, { recursive: true }));

beforeEach(() => {
  rmSync(root, { recursive: true });
  mkdirSync(join(root, 'config/billers'), { recursive: true });
  cpSync('config/billers/peduli.yaml', file);
  cpSync('fixtures/billers/peduli', folder, { recursive: true });
});

const check = () => checkBiller(file, folder, 'peduli');

test('a biller that keeps the contract lacks nothing', async () => {
  const report = await check();
  expect(report).toMatchObject({ biller: 'peduli', kind: 'http-json', missing: [], wrong: [] });
  expect(report.kept).toBe(report.checks);
  expect(report.checks).toBeGreaterThan(80);
});

test('a case that is not there is named by its file', async () => {
  rmSync(join(folder, 'advice-not-found.json'));
  const { missing, wrong } = await check();
  expect(missing).toEqual([join(folder, 'advice-not-found.json')]);
  expect(wrong).toEqual([]);
});

test('without given.json nothing else is told than what is missing', async () => {
  rmSync(join(folder, 'given.json'));
  const { missing, checks } = await check();
  expect(missing).toEqual([join(folder, 'given.json')]);
  expect(checks).toBe(0);
});

test('a message that is not the fixture’s is shown beside it', async () => {
  const yaml = readFileSync(file, 'utf8');
  writeFileSync(file, yaml.replace("donatur: '{customerNumber}'", "donatur: '{reference}'"));
  const { wrong, missing } = await check();
  expect(missing).toEqual([]);
  expect(wrong[0]).toMatchObject({ sentence: 'the partner hears and says what its fixture shows' });
  expect(wrong[0]?.found).toContain('donatur');
});

test('a mistake of the YAML is told by file, line and key', async () => {
  const yaml = readFileSync(file, 'utf8');
  writeFileSync(file, yaml.replace("'5': DECLINED_BY_BILLER", "'5': DECLINED"));
  const { wrong, kind } = await check();
  expect(kind).toBeNull();
  expect(wrong[0]?.found).toMatch(/peduli\.yaml:\d+: payment\.codes\.5: /);
});
