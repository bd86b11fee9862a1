import fc from 'fast-check';
import { BareNumber, plainOf, readSnapObject } from './json';

const read = (text: string | Buffer) => readSnapObject(Buffer.from(text), 4);

test('a bare number keeps its digits, wherever it stands', () => {
  const result = read('{"customerNo":12345678901234567890,"a":[{"b":10.00},-0]}');
  expect(result).toEqual({
    ok: true,
    value: {
      customerNo: new BareNumber('12345678901234567890'),
      a: [{ b: new BareNumber('10.00') }, new BareNumber('-0')],
    },
  });
  expect(result.ok && plainOf(result.value)).toEqual({
    customerNo: '12345678901234567890',
    a: [{ b: '10.00' }, '-0'],
  });
});

test.each([
  ['a byte order mark', '\uFEFF{}'],
  ['a name twice', '{"a":1,"a":1}'],
  ['a name twice, once escaped', String.raw`{"a0":1,"a\u0030":1}`],
  ['a name twice in an inner object', '{"a":[{"b":1,"b":2}]}'],
  ['__proto__', '{"__proto__":{"x":1}}'],
  ['an array', '[]'],
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

test('a very deep body is refused before it is parsed', () => {
  expect(read('{"a":'.repeat(100_000)).ok).toBe(false);
});

test('no refusal quotes the body', () => {
  for (const text of ['{"secret-name":1,"secret-name":2}', '{"a":"secret-value"'])
    expect(JSON.stringify(read(text))).not.toContain('secret');
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
