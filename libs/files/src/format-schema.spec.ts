import { readdirSync, readFileSync } from 'node:fs';
import { formatJsonSchema } from './format-file';

const FOLDER = 'config/formats';

test('config/formats/schema.json says what the grammar says; else: node scripts/format-schema.mjs', () => {
  const written = JSON.parse(readFileSync(`${FOLDER}/schema.json`, 'utf8')) as object;

  expect(written).toEqual(JSON.parse(JSON.stringify(formatJsonSchema())));
});

test.each(readdirSync(FOLDER).filter((name) => name.endsWith('.yaml')))('%s names it for editors', (name) => {
  const [first] = readFileSync(`${FOLDER}/${name}`, 'utf8').split('\n');

  expect(first).toBe('# yaml-language-server: $schema=./schema.json');
});
