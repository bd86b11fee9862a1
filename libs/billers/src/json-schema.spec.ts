import { readdirSync, readFileSync } from 'node:fs';
import { billerJsonSchema } from './json-schema';

const FOLDER = 'config/billers';
const written = JSON.parse(readFileSync(`${FOLDER}/schema.json`, 'utf8')) as object;

test('config/billers/schema.json says what the connector kinds say; else: node scripts/biller-schema.mjs', () => {
  expect(written).toEqual(JSON.parse(JSON.stringify(billerJsonSchema())));
});

test('every reference in it leads somewhere', () => {
  const text = JSON.stringify(written);
  const names = [...text.matchAll(/"\$ref":"#\/definitions\/([^"]+)"/g)].map(([, name]) => name);
  const { definitions } = written as { definitions: object };
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => !Object.hasOwn(definitions, name ?? ''))).toEqual([]);
  expect(text).not.toContain('"$ref":"#/$defs');
});

test.each(readdirSync(FOLDER).filter((name) => name.endsWith('.yaml')))('%s names it for editors', (name) => {
  const [first] = readFileSync(`${FOLDER}/${name}`, 'utf8').split('\n');
  expect(first).toBe('# yaml-language-server: $schema=./schema.json');
});
