import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describeBillers } from '../test/contract';

const CONFIG = 'config/billers';
const FIXTURES = 'fixtures/billers';

const files = readdirSync(CONFIG).filter((name) => name.endsWith('.yaml'));

describeBillers(
  files.map((file) => ({ file: join(CONFIG, file), folder: join(FIXTURES, basename(file, '.yaml')) })),
);

test('fixtures without a biller prove nothing', () => {
  expect(readdirSync(FIXTURES).sort()).toEqual(files.map((file) => basename(file, '.yaml')).sort());
});
