import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RESPONSE_CODES, type ResponseCode } from '#lib/kernel';
import {
  caseOf,
  clientSecretKey,
  fieldTable,
  SigningRules,
  signSymmetric,
  SNAP_CASES,
  stringToSign,
} from '#lib/snap';
import * as answers from '../src/snap/answer-fields';
import { STANDARD_FIELDS } from '../src/snap/profile';

const GUIDE = join(__dirname, '..', '..', '..', 'docs', 'connect-snap.md');
const guide = () => readFileSync(GUIDE, 'utf8');

/** Codes of the registry that no bill and no payment is answered with, or that the guide tells with the form. */
const ELSEWHERE: readonly ResponseCode[] = [
  'SIGNATURE_INVALID',
  'TIMESTAMP_OUTSIDE_WINDOW',
  'REQUEST_MALFORMED',
  'REQUEST_TOO_LARGE',
  'ENDPOINT_UNKNOWN',
  'INQUIRY_REQUIRED',
  'REVERSAL_NOT_ALLOWED',
];

function codeTable(): string {
  const rows = (Object.keys(RESPONSE_CODES) as ResponseCode[])
    .filter((code) => !ELSEWHERE.includes(code))
    .map((code) => {
      const snapCase = caseOf(code);
      const [message] = SNAP_CASES[snapCase];
      return `| ${snapCase.slice(0, 3)}xx${snapCase.slice(3)} | ${message} | ${RESPONSE_CODES[code].en} |`;
    })
    .sort();
  return ['| code | message | when |', '| --- | --- | --- |', ...rows].join('\n');
}

const TABLES: Record<string, string> = {
  codes: codeTable(),
  ...Object.fromEntries(
    Object.entries({ ...STANDARD_FIELDS, ...answers }).map(([name, fields]) => [
      `fields: ${name}`,
      fieldTable(fields),
    ]),
  ),
};

const placeOf = (name: string) => new RegExp(`(<!-- ${name} -->\\n)([^]*?)(<!-- end -->)`);

/** A table without the widths of its columns. */
function cellsOf(table: string): string[] {
  return table
    .split('\n')
    .map((line) =>
      line
        .replace(/ *\| */g, '|')
        .replace(/-+/g, '-')
        .trim(),
    )
    .filter((line) => line !== '');
}

// SIMPUL_WRITE_DOCS=1 npm test -- connect-snap, and then prettier, brings the guide up to date.
test.each(Object.entries(TABLES))('the guide’s table of %s is the code’s', (name, table) => {
  if (process.env['SIMPUL_WRITE_DOCS'])
    writeFileSync(
      GUIDE,
      guide().replace(placeOf(name), (_, head: string, _old, tail: string) => `${head}\n${table}\n\n${tail}`),
    );
  else expect(cellsOf(placeOf(name).exec(guide())?.[2] ?? '')).toEqual(cellsOf(table));
});

test('the guide’s own vector is right', () => {
  const block = (language: string) =>
    new RegExp(`\n\`\`\`${language}\n([^]*?)\n\`\`\``).exec(guide())?.[1] ?? '';
  const call = {
    method: 'POST',
    target: '/openapi/v1.0/transfer-va/inquiry',
    accessToken: 'TOKEN123',
    body: Buffer.from(block('json')),
    timestamp: '2026-01-15T08:30:00+07:00',
  };
  const text = stringToSign(call, SigningRules.parse({}));
  expect(block('')).toBe(text);
  expect(guide()).toContain(`\`${signSymmetric(text, clientSecretKey('dev-secret'))}\``);
});
