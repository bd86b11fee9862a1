import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describeBiller } from '../test/contract';

const CONFIG = 'config/billers';
const FIXTURES = 'fixtures/billers';

const files = readdirSync(CONFIG).filter((name) => name.endsWith('.yaml'));

for (const file of files) describeBiller(join(CONFIG, file), join(FIXTURES, basename(file, '.yaml')));

test('fixtures without a biller prove nothing', () => {
  expect(readdirSync(FIXTURES).sort()).toEqual(files.map((file) => basename(file, '.yaml')).sort());
});
