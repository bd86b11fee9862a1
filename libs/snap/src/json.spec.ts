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

test('what is no strict JSON object is refused', () => {
  for (const text of ['[]', '{"a":1,"a":1}', '{"a":[[[[1]]]]}']) expect(read(text).ok).toBe(false);
});
