import { RESPONSE_CODES } from './response-codes';

const rows = Object.entries(RESPONSE_CODES);

test('only what may change by itself asks the caller to come again', () => {
  expect(rows.filter(([, row]) => !row.final).map(([code]) => code)).toEqual([
    'IN_PROGRESS',
    'PAYMENT_UNKNOWN',
    'RATE_LIMITED',
    'NOT_NOW',
  ]);
});

test.each(rows)('%s speaks every wire and both languages', (_, row) => {
  expect(row.iso).toMatch(/^[0-9A-Z]{2}$/);
  expect(row.snap.join('')).toMatch(/^[2345]\d{4}$/);
  expect(String(row.http)).toMatch(/^(200|202|400|401|404|409|413|422|429|503)$/);
  for (const text of [row.id, row.en]) expect(text).toMatch(/^[A-Z].*\.$/);
});

test('DE 39 00 is kept for approval alone', () => {
  expect(rows.filter(([, row]) => row.iso === '00').map(([code]) => code)).toEqual(['APPROVED']);
});
