import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const ROOT = join(__dirname, '..', '..', '..');
const guide = readFileSync(join(ROOT, 'docs', 'connect-text.md'), 'utf8').replaceAll('\\|', '|');
const profile = parse(readFileSync(join(ROOT, 'config', 'channels', 'text-pin.yaml'), 'utf8')) as {
  parameters: Record<string, string>;
  commands: Record<string, string>;
  products: Record<string, { product: string; amount?: string }>;
  answers: { lines: Record<string, string> };
};

test.each(Object.entries(profile.answers.lines))('the guide shows the line of %s', (name, line) => {
  expect(guide).toMatch(new RegExp(`\\| \`${name}\` `));
  expect(guide).toContain(`\`${line}\``);
});

test.each(Object.values(profile.parameters))('the guide names the parameter %s', (name) => {
  expect(guide).toMatch(new RegExp(`\\b${name}\\b`));
});

test.each(Object.values(profile.commands))('the guide names the command %s', (word) => {
  expect(guide).toContain(`\`cmd=${word}\``);
});

test.each(Object.entries(profile.products))('the guide says what %s is', (word, { product, amount }) => {
  const row = guide.split('\n').find((line) => line.startsWith(`| \`${word}\` `));
  expect(row).toContain(product);
  if (amount !== undefined) expect(row).toContain(`over ${amount} `);
});
