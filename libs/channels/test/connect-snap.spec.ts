import { cellsOf, Guide } from '../../../test/support/guide';
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

const guide = new Guide('connect-snap.md');

/** Codes of the registry that no bill and no payment is answered with, or that the guide tells with the form. */
const ELSEWHERE: readonly ResponseCode[] = [
  'SIGNATURE_INVALID',
  'TIMESTAMP_OUTSIDE_WINDOW',
  'REQUEST_MALFORMED',
  'REQUEST_TOO_LARGE',
  'ENDPOINT_UNKNOWN',
  'INQUIRY_REQUIRED',
  'REVERSAL_NOT_ALLOWED',
  'RECEIPT_NOT_AVAILABLE',
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

// SIMPUL_WRITE_DOCS=1 npm test -- connect-snap, and then prettier, brings the guide up to date.
test.each(Object.entries(TABLES))('the guide’s table of %s is the code’s', (mark, table) => {
  expect(guide.cellsUnder(mark, table)).toEqual(cellsOf(table));
});

test('the guide’s own vector is right', () => {
  const block = (language: string) =>
    new RegExp(`\n\`\`\`${language}\n([^]*?)\n\`\`\``).exec(guide.text())?.[1] ?? '';
  const call = {
    method: 'POST',
    target: '/openapi/v1.0/transfer-va/inquiry',
    accessToken: 'TOKEN123',
    body: Buffer.from(block('json')),
    timestamp: '2026-01-15T08:30:00+07:00',
  };
  const text = stringToSign(call, SigningRules.parse({}));
  expect(block('')).toBe(text);
  expect(guide.text()).toContain(`\`${signSymmetric(text, clientSecretKey('dev-secret'))}\``);
});
