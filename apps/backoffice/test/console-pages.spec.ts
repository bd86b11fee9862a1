import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastify, { type FastifyInstance } from 'fastify';
import { CONSOLE_AREAS, ConsolePages } from '../src/console-pages';
import { hardenAnswers } from '../src/http/headers';

const folder = mkdtempSync(join(tmpdir(), 'simpul-console-'));
let server: FastifyInstance;
beforeAll(async () => {
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<script nonce="__CSP_NONCE__" src="/assets/a.js"></script>');
  writeFileSync(join(folder, 'assets', 'a.js'), 'export {};');
  writeFileSync(join(folder, 'secret.txt'), 'not served');
  server = fastify();
  hardenAnswers(server, true);
  await new ConsolePages(folder).serveOn(server);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

test('each page has a nonce of its own, which its policy names; inline scripts and other hosts are out', async () => {
  const pages = await Promise.all(['/', '/payments/T1', '/sign-in'].map((url) => server.inject(url)));
  const nonces = pages.map(({ body }) => /nonce="([^"]+)"/.exec(body)?.[1]);
  expect(new Set(nonces).size).toBe(3);
  for (const [index, { statusCode, headers }] of pages.entries()) {
    expect(statusCode).toBe(200);
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain(`script-src 'self' 'nonce-${nonces[index]}'`);
    expect(policy).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(policy).not.toMatch(/script-src[^;]*unsafe|https?:/);
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['strict-transport-security']).toMatch(/^max-age=31536000/);
  }
});

test('files that never change are kept by browsers; nothing else of the folder is served', async () => {
  const file = await server.inject('/assets/a.js');
  expect([file.statusCode, file.headers['cache-control']]).toEqual([
    200,
    'public, max-age=31536000, immutable',
  ]);
  // No list of the folder either.
  expect((await server.inject('/assets/')).statusCode).toBe(403);
  for (const url of ['/secret.txt', '/assets/../secret.txt', '/assets/%2e%2e/secret.txt', '/nowhere'])
    expect([url, (await server.inject(url)).statusCode]).toEqual([url, 404]);
});

test('every area of the console can be opened by its address', async () => {
  for (const area of CONSOLE_AREAS)
    for (const url of [`/${area}`, `/${area}/x/y`])
      expect([url, (await server.inject(url)).statusCode]).toEqual([url, 200]);
});

test('a back office without a built console says what to do', () => {
  expect(() => new ConsolePages(join(folder, 'assets'))).toThrow(/npm run build:console/);
});
