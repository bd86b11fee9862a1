#!/usr/bin/env node
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const HELP = `node scripts/biller-schema.mjs

Writes config/billers/schema.json, by which editors complete and check the YAML of billers, from the connector kinds
as they were built (npm run build). A test says when it is no longer fresh.`;

const TARGET = path.join(
  path.dirname(fileURLToPath(import.meta.url)),
  '..',
  'config',
  'billers',
  'schema.json',
);

if (process.argv.includes('--help')) console.log(HELP);
else {
  const { billerJsonSchema } = await import('#lib/billers');
  writeFileSync(TARGET, `${JSON.stringify(billerJsonSchema(), null, 2)}\n`);
  console.log(`wrote ${TARGET}`);
}
