import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { BILLERS, variableOf } from '../src/billers/biller';
import { freePort } from '../../../test/support/ports';

const MAIN = resolve(__dirname, '../../../dist/apps/simulator/src/main.js');

let home: string;
beforeEach(() => {
  if (!existsSync(MAIN)) throw new Error('The simulator is not built; run npm run build first.');
  home = mkdtempSync(join(tmpdir(), 'simulator-process-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function start(port: number): ChildProcess {
  return fork(MAIN, {
    silent: true,
    env: {
      HTTP_PORT: String(port),
      SIMPUL_HOME: home,
      SIMULATOR_DROP: join(home, 'drop'),
      ...Object.fromEntries(BILLERS.map((biller) => [variableOf(biller, 'SECRET'), 'a'])),
    },
  });
}

test('the process says ready once it serves, and SIGTERM ends it well', async () => {
  const port = await freePort();
  const child = start(port);

  expect((await once(child, 'message'))[0]).toBe('ready');
  expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
  child.kill('SIGTERM');

  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('the process ends with the launcher that started it', async () => {
  const child = start(await freePort());
  await once(child, 'message');

  child.disconnect();

  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('a taken port stops the start with a sentence', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const child = start(typeof address === 'object' && address ? address.port : 0);
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));

  const [code] = (await once(child, 'close')) as [number];
  server.close();

  expect(code).toBe(1);
  expect(said).toMatch(/^simulator: .*EADDRINUSE/m);
});
