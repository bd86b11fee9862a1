import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { DefinitionForEditors } from './definition';

const FOLDER = join(__dirname, '..', '..', '..', 'config', 'receipts');
const SCHEMA = join(FOLDER, 'schema.json');

// SIMPUL_WRITE_DOCS=1 npm test -- libs/receipts, and then prettier, brings the schema up to date.
test('the schema that editors read is that of the definitions', () => {
  const schema = z.toJSONSchema(DefinitionForEditors, { io: 'input' });
  if (process.env['SIMPUL_WRITE_DOCS']) writeFileSync(SCHEMA, JSON.stringify(schema));
  expect(JSON.parse(readFileSync(SCHEMA, 'utf8'))).toEqual(JSON.parse(JSON.stringify(schema)));
});

test('every definition names its schema in its first line', () => {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'));
  const first = files.map((file) => readFileSync(join(FOLDER, file), 'utf8').split('\n', 1)[0]);
  expect(new Set(first)).toEqual(new Set(['# yaml-language-server: $schema=./schema.json']));
});
