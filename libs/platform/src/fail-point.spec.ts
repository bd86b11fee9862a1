import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BUILT = join(__dirname, '..', '..', '..', 'dist');
const folder = mkdtempSync(join(tmpdir(), 'fail-points-'));
afterAll(() => rmSync(folder, { recursive: true }));

const before = { ...process.env };
afterEach(() => {
  process.env = { ...before };
  jest.resetModules();
});

type Module = typeof import('./fail-point');

/** The module as a process sees it that was started with these variables. */
function startedWith(environment: NodeJS.ProcessEnv): Module {
  process.env = { ...before, ...environment };
  jest.resetModules();
  return require('./fail-point') as Module;
}

function order(point: string, what: object): string {
  const file = join(folder, point.replaceAll(' ', '-'));
  writeFileSync(file, JSON.stringify(what));
  return file;
}

test('an order strikes once, at its own point, and leaves proof of what it hit', async () => {
  const victim = spawn('sleep', ['60']);
  const ended = once(victim, 'exit');
  const { failPoint, areFailPointsArmed } = startedWith({
    SIMPUL_ENVIRONMENT: 'test',
    SIMPUL_FAIL_POINTS: folder,
  });
  expect(areFailPointsArmed).toBe(true);
  order('K5 answered', { pid: victim.pid });

  failPoint('K4 sent', 'T1');
  failPoint('K5 answered', 'T2');
  failPoint('K5 answered', 'T3');

  expect(await ended).toEqual([null, 'SIGKILL']);
  const lines = readFileSync(join(folder, 'struck.jsonl'), 'utf8').trim().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { point: 'K5 answered', subject: 'T2', signal: 'SIGKILL', pid: victim.pid, by: process.pid },
  ]);
});

test.each([
  ['not armed', { SIMPUL_ENVIRONMENT: 'test', SIMPUL_FAIL_POINTS: '' }],
  ['in production', { SIMPUL_ENVIRONMENT: 'production', SIMPUL_FAIL_POINTS: folder }],
])('%s, a fail point is inert', (_, environment) => {
  const file = order('K1 request read', {});
  const { failPoint, failPointAfterThisTurn, areFailPointsArmed } = startedWith(environment);
  failPoint('K1 request read', 'T1');
  failPointAfterThisTurn('K1 request read', 'T1');
  expect(areFailPointsArmed).toBe(false);
  expect(existsSync(file)).toBe(true);
});

test.each([
  ['switch', 'SIMPUL_FAIL_POINTS'],
  ['switch', 'SIMPUL_DELIBERATE_FAULT'],
  ['worker', 'SIMPUL_FAIL_POINTS'],
  ['worker', 'SIMPUL_DELIBERATE_FAULT'],
])('in production a %s refuses to start with %s set', async (app, name) => {
  const child = fork(join(BUILT, 'apps', app, 'src', 'main.js'), {
    silent: true,
    env: { PATH: before['PATH'], SIMPUL_ENVIRONMENT: 'production', [name]: 'answer-before-commit' },
  });
  let log = '';
  child.stdout?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(2);
  expect(log).toContain(`${name} must not be set in production`);
});
