#!/usr/bin/env node
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const HELP = `node scripts/format-schema.mjs

Writes config/formats/schema.json, by which editors complete and check the YAML of settlement formats, from the grammar
as it was built (npm run build). A test says when it is no longer fresh.`;

const TARGET = path.join(
  path.dirname(fileURLToPath(import.meta.url)),
  '..',
  'config',
  'formats',
  'schema.json',
);

if (process.argv.includes('--help')) console.log(HELP);
else {
  const { formatJsonSchema } = await import('#lib/files');
  writeFileSync(TARGET, `${JSON.stringify(formatJsonSchema(), null, 2)}\n`);
  console.log(`wrote ${TARGET}`);
}
