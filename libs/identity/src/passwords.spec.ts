import { join } from 'node:path';
import fc from 'fast-check';
import { HASH_COST, hashPassword, isWeak, verifyPassword } from './password-hash';
import { objectionToPassword, PASSWORD_MAX, PASSWORD_MIN, readPasswordRules } from './password-policy';

const RULES = readPasswordRules(join(__dirname, '..', '..', '..', 'config', 'passwords.yaml'));
const DEWI = { login: 'dewi.lestari@nusabank.example', name: 'Dewi Lestari Ananda' };
const objection = (password: string) => objectionToPassword(password, DEWI, RULES)?.kind;

test.each([
  'kereta malam menuju Wonogiri',
  'correct gopher turbine staple',
  '839201745562',
  '}{>?;[~|`:.<',
  'zqv mtr wplk jh',
  'tidak-ada-huruf-besar',
  'ひらがなとカタカナの歌を歌う',
  'Gr8!kulkas&tangga',
])('a long password is taken whatever it is made of: %s', (password) => {
  expect(objection(password)).toBeUndefined();
});

test.each([
  ['too short', 'Xk9!vT2#qLm'],
  ['too long', 'gopher turbine '.repeat(9)],
  ['common', 'password1234'],
  ['common', 'P@ssw0rd2024!!'],
  ['common', 'passwordpassword'],
  ['common', 'qwertyuiop12'],
  ['common', '1qaz2wsx3edc'],
  ['common', '123456789012'],
  ['common', '!@#$%^&*()_+'],
  ['common', 'aaaaaaaaaaaa'],
  ['common', 'abcabcabcabc'],
  ['common', 'Indonesia-17081945'],
  ['common', 'iloveyou.jakarta'],
  ['common', 'correct horse battery staple'],
  ['common', 'B1sm1llah_2026'],
  ['common', '@dministrator99'],
  ['context', 'ladang lestari hijau'],
  ['context', 'L3stari di gunung'],
  ['context', 'orang nusabank baru'],
  ['context', 'my s1mpul console key'],
])('a password is refused as %s: %s', (kind, password) => {
  expect(objection(password)).toBe(kind);
});

test('its length is counted in characters, from 12 to 128 of them', () => {
  const letters = Array.from(
    { length: PASSWORD_MAX + 1 },
    (_, n) => 'бжющ𝒳9'.at(n % 7) ?? String((n * n) % 10),
  );
  const word = (length: number) => Array.from(letters.join('')).slice(0, length).join('');
  expect(objection(word(PASSWORD_MIN - 1))).toBe('too short');
  expect(objection(word(PASSWORD_MIN))).toBeUndefined();
});

test('whatever is put around one common word, it stays refused', () => {
  const words = [...RULES.words].filter((word) => word.length >= PASSWORD_MIN - 4);
  const signs = fc.string({
    unit: fc.constantFrom(...Array.from('0123456789!?.-_ #')),
    minLength: 2,
    maxLength: 4,
  });
  fc.assert(
    fc.property(fc.constantFrom(...words), signs, signs, (word, before, after) => {
      expect(objection(`${before}${word}${after}`)).toBe('common');
    }),
  );
});

test('a stored password says its settings, verifies alone, and is weak when more is asked for', async () => {
  const hashed = await hashPassword('gopher turbine staple');
  expect(hashed).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await hashPassword('gopher turbine staple')).not.toBe(hashed);
  expect(await verifyPassword(hashed, 'gopher turbine staple')).toBe(true);
  expect(await verifyPassword(hashed, 'gopher turbine stable')).toBe(false);
  expect(isWeak(hashed)).toBe(false);
  expect(isWeak(hashed, { ...HASH_COST, timeCost: 3 })).toBe(true);
  expect(isWeak(await hashPassword('x', { ...HASH_COST, memoryCost: 8_192 }))).toBe(true);
});

test('one word typed on two keyboards is one password', async () => {
  expect(await verifyPassword(await hashPassword('cafe\u0301 di Bandung'), 'caf\u00e9 di Bandung')).toBe(
    true,
  );
});

test('nobody has no password, not even the empty one', async () => {
  expect(await verifyPassword(null, '')).toBe(false);
  expect(await verifyPassword(null, 'gopher turbine staple')).toBe(false);
});
