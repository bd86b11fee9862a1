import { readdirSync, readFileSync } from 'node:fs';
import {
  DETAIL_COLUMNS,
  formatJsonSchema,
  HEADER_COLUMNS,
  STATEMENT_FIELDS,
  TRAILER_COLUMNS,
} from './format-file';

const FOLDER = 'config/formats';

test('config/formats/schema.json says what the grammar says; else: node scripts/format-schema.mjs', () => {
  const written = JSON.parse(readFileSync(`${FOLDER}/schema.json`, 'utf8')) as object;

  expect(written).toEqual(JSON.parse(JSON.stringify(formatJsonSchema())));
});

test.each(readdirSync(FOLDER).filter((name) => name.endsWith('.yaml')))('%s names it for editors', (name) => {
  const [first] = readFileSync(`${FOLDER}/${name}`, 'utf8').split('\n');

  expect(first).toBe('# yaml-language-server: $schema=./schema.json');
});

test('docs/settlement-files.md tells every key of the grammar, every column and every gate', () => {
  const told = readFileSync('docs/settlement-files.md', 'utf8');
  const gates = readFileSync('libs/files/src/gates.ts', 'utf8').split('/** A refused file')[0] ?? '';
  const { oneOf } = formatJsonSchema() as { oneOf: { properties: object }[] };
  const words = [
    ...oneOf.flatMap(({ properties }) => Object.keys(properties)),
    ...[DETAIL_COLUMNS, HEADER_COLUMNS, TRAILER_COLUMNS].flatMap((columns) => Object.keys(columns)),
    ...Object.values(STATEMENT_FIELDS).flat(),
    ...[...gates.matchAll(/'(\w+)'/g)].map(([, gate = '']) => gate),
  ];

  expect(words.length).toBeGreaterThan(60);
  expect(words.filter((word) => !told.includes(`\`${word}\``))).toEqual([]);
});
