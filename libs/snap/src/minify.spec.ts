import fc from 'fast-check';
import { hash } from 'node:crypto';
import { minifiedHash, minify } from './minify';

const minified = (raw: string): string => minify(Buffer.from(raw)).toString();
const sha256 = (raw: string): string => minifiedHash(Buffer.from(raw), 'hex');

const PRETTY = String.raw`{
  "partnerServiceId": "   88899",
  "customerNo": "0812000111",
  "virtualAccountNo": "   888990812000111",
  "inquiryRequestId": "INQ-0001",
  "additionalInfo": {
    "note": "a\/b  c"
  }
}`;

test('the published vectors', () => {
  expect(sha256('{"hello":"world"}')).toBe(
    '93a23971a914e5eacbf0a8d25154cda309c3c1c72fbb9914d47c60f3cb681588',
  );
  expect(minified(PRETTY)).toBe(
    String.raw`{"partnerServiceId":"   88899","customerNo":"0812000111","virtualAccountNo":"   888990812000111","inquiryRequestId":"INQ-0001","additionalInfo":{"note":"a\/b  c"}}`,
  );
  expect(sha256(PRETTY)).toBe('1cab39876cdc9643a954b1f4b3c4f304655a5874791c2229ef098829d9e3cc77');
});

test('neither parsing and writing anew nor removing every space would do', () => {
  expect(hash('sha256', JSON.stringify(JSON.parse(PRETTY)))).toBe(
    '115fe09e6b6d3f090bf05008c6c7e4fd51a93b681749121dfafa8fc457389efb',
  );
  expect(hash('sha256', minified(PRETTY).replaceAll(' ', ''))).toBe(
    '3a91f4562e62d24327407fbaab7500c4423a08afc582ca71f119b008d6405fe8',
  );
});

test('nothing is nothing, and an empty object is a body', () => {
  expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(sha256(' { } ')).toBe('44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
});

test.each([
  ['an escaped quote', String.raw`{ "a\" b" : "c \\" , "d" : 1 }`, String.raw`{"a\" b":"c \\","d":1}`],
  ['an escaped slash and an escaped letter', String.raw`[ "\/ \u00e9" ]`, String.raw`["\/ \u00e9"]`],
  [
    'the digits of a number',
    '{ "n" : 10.00, "m": 12345678901234567890 }',
    '{"n":10.00,"m":12345678901234567890}',
  ],
  ['names that stand twice, and their order', '{ "2":1, "1":2, "2":3 }', '{"2":1,"1":2,"2":3}'],
  ['a tab and a line end within a string', '{"a\t\n" :\t\r\n1}', '{"a\t\n":1}'],
])('%s stays as it is', (_, raw, kept) => {
  expect(minified(raw)).toBe(kept);
});

test('a body without such white space is not even copied', () => {
  const raw = Buffer.from('{"a":" b "}');
  expect(minify(raw)).toBe(raw);
});

test.each([100_000, 131_066, 131_072, 200_000])(
  'a body of %i characters and more is hashed whole',
  (length) => {
    const large = `[ "a b \\" ${'x'.repeat(length)}" ]`;
    const kept = `["a b \\" ${'x'.repeat(length)}"]`;
    expect(sha256(large)).toBe(hash('sha256', kept));
    expect(minified(large)).toBe(kept);
    expect(minified(kept)).toBe(kept);
  },
);

/** Any JSON value, written with any white space where JSON allows it. */
const spaced = fc
  .tuple(fc.json(), fc.array(fc.constantFrom(' ', '\n', '\r\n', '\t', ''), { minLength: 1 }))
  .map(([json, spaces]) => {
    let nth = 0;
    const space = () => spaces[(nth += 1) % spaces.length] ?? '';
    const tokens = json.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^{}[\],:"\s]+/g) ?? [];
    return space() + tokens.map((token) => token + space()).join('');
  });

test('any JSON text keeps its value, and loses nothing more the second time', () => {
  fc.assert(
    fc.property(spaced, (raw) => {
      const once = minify(Buffer.from(raw));
      expect(JSON.parse(once.toString())).toEqual(JSON.parse(raw));
      expect(once.toString()).toBe(minified(once.toString()));
      expect(sha256(raw)).toBe(hash('sha256', once));
    }),
  );
});

test('any bytes have an answer', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const raw = Buffer.from(bytes);
      const before = Buffer.from(raw);
      expect(minify(raw).length).toBeLessThanOrEqual(raw.length);
      expect(minifiedHash(raw, 'base64')).toBe(hash('sha256', minify(raw), 'base64'));
      expect(raw).toEqual(before);
    }),
  );
});

test.each([
  ['an unclosed string', '{ "a": "b c', '{"a":"b c'],
  ['a string whose last quote is escaped', String.raw`{ "a": "b \" c`, String.raw`{"a":"b \" c`],
  ['a backslash at the very end', '[ "a\\', '["a\\'],
  ['a quote alone at the end', '[ 1, "', '[1,"'],
])('%s has an answer that keeps what is within it', (_, raw, kept) => {
  expect(minified(raw)).toBe(kept);
  expect(sha256(raw)).toBe(hash('sha256', kept));
});

/** The same by the book, one character after the other. */
function slowly(raw: Buffer): Buffer {
  const kept: number[] = [];
  let [isWithin, isEscaped] = [false, false];
  for (const byte of raw) {
    if (isWithin || ![0x20, 0x0a, 0x0d, 0x09].includes(byte)) kept.push(byte);
    if (byte === 0x22 && !isEscaped) isWithin = !isWithin;
    isEscaped = isWithin && byte === 0x5c && !isEscaped;
  }
  return Buffer.from(kept);
}

test('any bytes are squeezed as by the book', () => {
  const pieces = fc.oneof(
    fc.constantFrom('"', '\\', ' ', '\n', '\t', '\r', 'a', '{', ':', ',', '\u0001', 'é'),
    // Of a word's length and about it; and what stands next to a quote or a backslash in value.
    fc.constantFrom('ab', 'abc', 'abcdefgh', '    ', '!', '#', '[', ']', '"!', '\\]', '\u0080', '\u00a2'),
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 40 }), (joined) => {
      const raw = Buffer.from(joined.join(''));
      expect(minify(raw)).toEqual(slowly(raw));
    }),
    { numRuns: 2_000 },
  );
});
