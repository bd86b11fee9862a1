import { join } from 'node:path';
import { readConfigFile } from '#lib/platform';
import { lineOf } from './answer-line';
import { TextProfile } from './profile';

const SHIPPED = join(__dirname, '..', '..', '..', '..', 'config', 'channels', 'text-pin.yaml');

test('no value can end a line or pretend to be the next part of it', () => {
  const { answers } = readConfigFile(SHIPPED, TextProfile);
  const facts = { reference: 'R-1', message: 'a|00\r\nR#R-2 SUKSES\u0000{code}', code: '05' };
  const line = lineOf(answers, { name: 'refused', status: 422, facts });
  expect(line).toBe('R#R-1 GAGAL. a 00  R R-2 SUKSES {code}|05');
});
