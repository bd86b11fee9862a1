import fc from 'fast-check';
import { readStrictJson } from './strict-json';

const read = (text: string | Buffer) => readStrictJson(Buffer.from(text), 4);

test.each([
  ['a byte order mark', '\uFEFF{}'],
  ['a name twice', '{"a":1,"a":1}'],
  ['a name twice, once escaped', String.raw`{"a0":1,"a\u0030":1}`],
  ['a name twice in an inner object', '{"a":{"b":1,"b":2}}'],
  ['__proto__', '{"__proto__":{"x":1}}'],
  ['an array', '[]'],
  ['a string', '"a"'],
  ['null', 'null'],
  ['nothing', ''],
  ['a comment', '{/* hello */}'],
  ['a trailing comma', '{"a":1,}'],
  ['depth', '{"a":[[[[1]]]]}'],
  ['text behind the object', '{} {}'],
  ['a number no JSON has', '{"a":01}'],
])('%s is refused', (_, text) => {
  expect(read(text).ok).toBe(false);
});

test('invalid UTF-8 is refused', () => {
  expect(read(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])).ok).toBe(false);
});

test('the same name in two objects is no repetition', () => {
  expect(read('{"a":{"x":1},"b":{"x":2}}')).toMatchObject({
    ok: true,
    value: { value: { a: { x: 1 }, b: { x: 2 } } },
  });
});

test('a very deep body is refused before it is parsed', () => {
  expect(read('{"a":'.repeat(100_000)).ok).toBe(false);
});

test('no refusal quotes the body', () => {
  for (const text of ['{"secret-name":1,"secret-name":2}', '{"a":"secret-value"'])
    expect(JSON.stringify(read(text))).not.toContain('secret');
});

test('a name that stands twice is found whatever the texts around it hold', () => {
  const texts = fc.oneof(fc.string(), fc.constantFrom('":', '" :', '\\":', 'a": "b'));
  const objects = fc.dictionary(
    fc.constantFrom('a', 'b', 'c":'),
    fc.oneof(texts, fc.array(texts), fc.dictionary(texts, texts)),
  );
  fc.assert(
    fc.property(objects, texts, texts, (object, first, second) => {
      const isRead = (text: string) => readStrictJson(Buffer.from(text), 1_000).ok;
      const inner = JSON.stringify(object).replaceAll('__proto__', 'p');
      const [one, two] = [`"n":${JSON.stringify(first)}`, `"n" :${JSON.stringify(second)}`];
      expect(isRead(`{"o":${inner},${one}}`)).toBe(true);
      expect(isRead(`{"o":${inner},${one},${two}}`)).toBe(false);
      expect(isRead(`{"o":${inner},"i":[{${one},${two}}]}`)).toBe(false);
    }),
  );
});

test('whatever JSON.stringify writes of a flat object is read back', () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.string().filter((name) => name !== '__proto__'),
        fc.integer(),
      ),
      (object) => {
        const result = readStrictJson(Buffer.from(JSON.stringify(object)), 1_000);
        expect(result).toMatchObject({ ok: true, value: { value: object } });
      },
    ),
  );
});

test('no bytes at all can make it throw', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      (bytes) => typeof read(Buffer.from(bytes)).ok === 'boolean',
    ),
  );
  fc.assert(fc.property(fc.json(), (text) => typeof read(`{"a":${text}}`).ok === 'boolean'));
});
