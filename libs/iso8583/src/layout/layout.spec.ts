import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { WireError, type LayoutValues } from '../index';
import { dialect, DIALECTS, ROOT } from '../../test/dialects';

const LAYOUTS = DIALECTS.flatMap((name) =>
  Object.keys(dialect(name).definition.layouts).map((layout): [string, string] => [name, layout]),
);

function golden(name: string, layout: string): { text: string; values: LayoutValues } {
  const file = join(ROOT, 'fixtures', 'iso8583', name, 'layouts', layout);
  return {
    text: readFileSync(`${file}.txt`, 'latin1').replace(/\n$/, ''),
    values: JSON.parse(readFileSync(`${file}.json`, 'utf8')) as LayoutValues,
  };
}

test.each(LAYOUTS)('%s: the sample of %s is read and written character for character', (name, layout) => {
  const { text, values } = golden(name, layout);
  const compiled = dialect(name).layout(layout);
  expect(compiled.read(text)).toEqual({ ok: true, value: values });
  expect(compiled.write(values)).toBe(text);
});

test.each(LAYOUTS)(
  '%s: a sample of %s that is damaged is refused or read, never thrown at',
  (name, layout) => {
    const { text } = golden(name, layout);
    const compiled = dialect(name).layout(layout);
    fc.assert(
      fc.property(fc.nat(text.length), fc.string({ maxLength: 4 }), fc.nat(text.length), (at, added, end) => {
        const read = compiled.read((text.slice(0, at) + added + text.slice(at)).slice(0, end));
        if (!read.ok) expect(read.error).toBeInstanceOf(WireError);
      }),
    );
  },
);

test('the widths are those of the layouts they are for', () => {
  expect(golden('pln-h2h-2003', 'nontaglis-answer').text).toHaveLength(257);
  expect(golden('alto-87', 'one-bill').text).toHaveLength(54);
  expect(golden('pln-2003', 'postpaid-question').text).toHaveLength(19);
  expect(golden('pln-2003', 'postpaid-answer').text).toHaveLength(121 + 2 * 112);
  expect(golden('pln-2003', 'postpaid-payment').text).toHaveLength(122 + 2 * 112);
  expect(golden('pln-2003', 'prepaid-answer').text).toHaveLength(144);
  expect(golden('pln-2003', 'prepaid-extra').text).toHaveLength(50);
  expect(golden('pln-2003', 'prepaid-receipt').text).toHaveLength(241);
});

test('a group stands as often as its count says, and no more than allowed', () => {
  const layout = dialect('pln-2003').layout('postpaid-answer');
  const { text, values } = golden('pln-2003', 'postpaid-answer');
  const counted = (digit: string) => text.slice(0, 19) + digit + text.slice(20);
  expect(layout.read(counted('3'))).toMatchObject({
    ok: false,
    error: { path: '48.bills[2].period', problem: 'is cut short' },
  });
  expect(layout.read(counted('1'))).toMatchObject({ ok: false, error: { path: '48' } });
  expect(layout.read(counted('9'))).toMatchObject({ ok: false, error: { path: '48.billCount' } });
  expect(() => layout.write({ ...values, billCount: '1' })).toThrow(WireError);
});

test.each([
  ['an unknown tag', 'PI06053501CN0212ZZ011', '48'],
  ['a tag twice', 'PI06053501CN0212CN0212', '48.customerNumber'],
  ['a length that is no number', 'PI0x053501', '48.product'],
  ['a length that lies', 'PI06053501CN99531', '48.customerNumber'],
  ['a value too long', 'PI070535011CN0212', '48.product'],
  ['half a tag', 'PI06053501CN0212A', '48'],
  ['letters in an amount', 'PI06053501CN0212AT02xx', '48.amount'],
  ['a missing customer', 'PI06053501', '48.customerNumber'],
  ['a tag named like an object member', 'PI06053501CN0212__03abc', '48'],
])('%s among tags is refused', (_, text, path) => {
  expect(dialect('bank-87').layout('bill').read(text)).toMatchObject({ ok: false, error: { path } });
});

test('what is not of a layout is not written', () => {
  const layout = dialect('bank-87').layout('bill');
  expect(() => layout.write({ product: '053501', customerNumber: '1', colour: 'red' })).toThrow('is no tag');
  expect(() => layout.write({ product: '053501' })).toThrow('48.customerNumber at 10: is missing');
  expect(() => layout.write({ product: '0535011', customerNumber: '1' })).toThrow('is longer than 6');
});
