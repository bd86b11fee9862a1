import fc from 'fast-check';
import { parse } from 'csv-parse/sync';
import { csvLine, plainText } from './csv';

test.each([
  '=1+1',
  '+62812',
  '-1',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  '\n=1',
  ' =1+1',
  '\u00a0=1',
  '\uff1d1',
  '\u0000=1',
])('whatever a spreadsheet would run is text again: %j', (text) => {
  expect(plainText(text)).toMatch(/^'/);
});

test('a line reads back as the cells it was made of, whatever stands in them', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 2, maxLength: 6 }), (cells) => {
      const [read] = parse(csvLine(cells), { bom: false, relax_quotes: false });
      expect(read).toEqual(cells.map(plainText));
    }),
  );
});

test('amounts and counts are bare numbers, of any size and sign', () => {
  expect(csvLine([-9_223_372_036_854_775_807n, 0, null, 'a,b'])).toBe('-9223372036854775807,0,,"a,b"\r\n');
});
