import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { readConfigFile } from './config-file';
import {
  clockFromEnvironment,
  isProduction,
  numberSetting,
  secretRingFromEnvironment,
  setting,
} from './environment';
import { maskNumber } from './logging';
import { SecretBox } from './secret-box';

const folder = mkdtempSync(join(tmpdir(), 'simpul-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

const before = { ...process.env };
afterEach(() => {
  process.env = { ...before };
});

const Schema = z.strictObject({ name: z.string(), list: z.array(z.strictObject({ n: z.int() })) });

test.each([
  ['name: a\nlist:\n  - n: 1\n  - n: x\n', ':4: list.1.n:'],
  ['name: a\nlist: []\nmore: 1\n', ':3: (top): Unrecognized key: "more"; there are name, list'],
  ['list: []\n', ':1: name:'],
  ['name: a\nname: b\nlist: []\n', ':2:'],
  ['name: [a\n', ':2:'],
])('a wrong file is told with its line and key: %j', (text, where) => {
  const file = join(folder, 'wrong.yaml');
  writeFileSync(file, text);
  expect(() => readConfigFile(file, Schema)).toThrow(`${file}${where}`);
});

test('a missing setting is named with its purpose', () => {
  delete process.env['SIMPUL_TEST_SETTING'];
  expect(() => setting('SIMPUL_TEST_SETTING', 'for this test')).toThrow(
    /SIMPUL_TEST_SETTING is missing: for this test/,
  );
  process.env['SIMPUL_TEST_SETTING'] = '12x';
  expect(() => numberSetting('SIMPUL_TEST_SETTING', 'a port')).toThrow(/"12x" is not a whole number/);
});

test('production is what nobody said is a test, and it refuses a moved clock', () => {
  delete process.env['SIMPUL_ENVIRONMENT'];
  expect(isProduction()).toBe(true);
  process.env['SIMPUL_CLOCK_OFFSET'] = '+3d';
  expect(() => clockFromEnvironment()).toThrow(/must not be set in production/);
  process.env['SIMPUL_ENVIRONMENT'] = 'demo';
  expect(clockFromEnvironment().now().getTime() - Date.now()).toBeGreaterThan(2 * 86_400_000);
  process.env['SIMPUL_CLOCK_OFFSET'] = 'soon';
  expect(() => clockFromEnvironment()).toThrow(/SIMPUL_CLOCK_OFFSET/);
});

test('a sealed secret opens under its key at its place, and nowhere else', () => {
  const box = new SecretBox(randomBytes(32).toString('base64'));
  const sealed = box.seal('hush', 'channel.secret:a');
  expect(sealed.toString('latin1')).not.toContain('hush');
  expect(box.open(sealed, 'channel.secret:a')).toBe('hush');
  expect(() => box.open(sealed, 'channel.secret:b')).toThrow(/does not open/);
  expect(() => new SecretBox(randomBytes(32).toString('base64')).open(sealed, 'channel.secret:a')).toThrow(
    /does not open/,
  );
  const bent = Buffer.from(sealed);
  bent[bent.length - 1]! ^= 1;
  expect(() => box.open(bent, 'channel.secret:a')).toThrow(/does not open/);
  expect(() => new SecretBox('c2hvcnQ=')).toThrow(/32 bytes/);
});

test('a customer number shows its last four digits', () => {
  expect(maskNumber('531100012345')).toBe('********2345');
  expect(maskNumber('123')).toBe('****');
});

test('what an older data key has sealed opens, and today’s key seals', () => {
  const [today, yesterdays, first] = [1, 2, 3].map(() => randomBytes(32).toString('base64'));
  process.env['SIMPUL_DATA_KEY'] = today;
  process.env['SIMPUL_OLDER_DATA_KEYS'] = ` ${yesterdays}, ${first},`;
  const ring = secretRingFromEnvironment();
  for (const key of [today, yesterdays, first]) {
    const box = new SecretBox(key ?? '');
    expect(ring.open({ keyId: box.keyId, sealed: box.seal('a seed', 'here') }, 'here')).toBe('a seed');
  }
  expect(ring.seal('a seed', 'here').keyId).toBe(new SecretBox(today ?? '').keyId);
});

test('a data key that is none is told by its name and place, never by itself', () => {
  process.env['SIMPUL_DATA_KEY'] = randomBytes(32).toString('base64');
  process.env['SIMPUL_OLDER_DATA_KEYS'] = `${randomBytes(32).toString('base64')},c2hvcnQ=`;
  expect(() => secretRingFromEnvironment()).toThrow(
    /^SIMPUL_OLDER_DATA_KEYS, key 2 of 2 must be 32 bytes in Base64$/,
  );
  delete process.env['SIMPUL_DATA_KEY'];
  expect(() => secretRingFromEnvironment()).toThrow(/SIMPUL_DATA_KEY is missing/);
});
