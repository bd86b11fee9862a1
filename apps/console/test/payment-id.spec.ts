import fc from 'fast-check';
import { PaymentIds } from '#lib/kernel';
import { checkPaymentId } from '../src/parts/payment-id';

const AT = new Date('2026-07-14T05:00:00Z');
const ids = new PaymentIds('T', 3, Buffer.alloc(32, 7));
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

test('what the house draws is a Payment ID, however it is typed', () => {
  for (let count = 0; count < 500; count += 1) {
    const id = ids.draw(AT);
    expect(checkPaymentId(id)).toBe('fine');
    expect(checkPaymentId(` ${id.replace(/(.{4})(?=.)/g, '$1-').toLowerCase()} `)).toBe('fine');
  }
});

test('every slip of one letter is told', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 11 }), fc.integer({ min: 1, max: 31 }), (at, shift) => {
      const id = ids.draw(AT);
      const other = LETTERS[(LETTERS.indexOf(id[at] ?? '') + shift) % 32];
      expect(checkPaymentId(id.slice(0, at) + other + id.slice(at + 1))).toBe('mistyped');
    }),
  );
});

test.each(['', 'R-1', '531100000001', 'PAYMENT/2026', 'T1E2F6GETHF'])('%j is something else', (text) => {
  expect(checkPaymentId(text)).toBe('other');
});
