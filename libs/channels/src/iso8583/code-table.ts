import { RESPONSE_CODES, type ResponseCode } from '#lib/kernel';
import type { Speech } from './speech';

/** Answers that no line ever hears: what they speak of is HTTP's. */
const NEVER = new Set<ResponseCode>([
  'TIMESTAMP_OUTSIDE_WINDOW',
  'REQUEST_TOO_LARGE',
  'RECEIPT_NOT_AVAILABLE',
]);

/** Writes a profile's answer codes as a Markdown table for its guide, in the order of the codes. */
export function codeTable(speech: Speech): string {
  const codes = (Object.keys(RESPONSE_CODES) as ResponseCode[]).filter((code) => !NEVER.has(code));
  const rows = codes
    .map((code) => ({ code, wire: speech.wireCode(code) }))
    .sort((one, other) => (one.wire < other.wire ? -1 : one.wire > other.wire ? 1 : 0))
    .map(({ code, wire }) => {
      const { final, en } = RESPONSE_CODES[code];
      return `| ${wire} | \`${code}\` | ${final ? 'yes' : 'no'} | ${en} |`;
    });
  const head = ['| DE 39 | our name | final | meaning |', '| --- | --- | --- | --- |'];
  return [...head, ...rows].join('\n');
}
