import fc from 'fast-check';
import {
  checkCharacter,
  formatPaymentId,
  isPaymentId,
  normalizePaymentId,
  PaymentIds,
  paymentIdsBetween,
  reversalReferenceOf,
} from './payment-id';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const KEY = Buffer.from('a key for tests');
const NOON = new Date('2026-07-14T05:00:00Z');

const anId = fc
  .record({ node: fc.integer({ min: 0, max: 31 }), ms: fc.integer({ min: 0, max: 900_000_000_000 }) })
  .map(({ node, ms }) => new PaymentIds('P', node, KEY).draw(new Date(Date.UTC(2026, 0, 1) + ms)));

test('the published example carries the right check character', () => {
  expect(checkCharacter('P0TBR00615Q')).toBe('G');
  expect(isPaymentId('P0TBR00615QG')).toBe(true);
});

test('every id has 12 characters, the prefix and a right check character', () => {
  fc.assert(fc.property(anId, (id) => id.length === 12 && id.startsWith('P') && isPaymentId(id)));
});

test('every change of a single character is found', () => {
  fc.assert(
    fc.property(anId, (id) => {
      for (let at = 0; at < 12; at += 1)
        for (const other of ALPHABET)
          if (other !== id[at]) expect(isPaymentId(id.slice(0, at) + other + id.slice(at + 1))).toBe(false);
    }),
    { numRuns: 50 },
  );
});

test('every swap of two unequal neighbours is found', () => {
  fc.assert(
    fc.property(anId, (id) => {
      for (let at = 0; at < 11; at += 1) {
        const swapped = id.slice(0, at) + id[at + 1] + id[at] + id.slice(at + 2);
        if (swapped !== id) expect(isPaymentId(swapped)).toBe(false);
      }
    }),
  );
});

test('one node draws a whole second and more without repeating itself, in time order by second', () => {
  const ids = new PaymentIds('T', 7, KEY);
  const drawn = Array.from({ length: 40_000 }, () => ids.draw(NOON));
  expect(new Set(drawn).size).toBe(40_000);
  expect(drawn[39_999]! > drawn[0]!).toBe(true);
});

test('two nodes never draw the same id in the same second', () => {
  const one = new PaymentIds('T', 3, KEY);
  const two = new PaymentIds('T', 4, KEY);
  const drawn = Array.from({ length: 32_768 }, () => [one.draw(NOON), two.draw(NOON)]).flat();
  expect(new Set(drawn).size).toBe(65_536);
});

test('a clock that steps back does not bring an id back', () => {
  const ids = new PaymentIds('T', 0, KEY);
  const before = ids.draw(NOON);
  const after = ids.draw(new Date(NOON.getTime() - 3_600_000));
  expect(after).not.toBe(before);
  expect(after.slice(0, 7)).toBe(before.slice(0, 7));
});

test('another key hides the same counter differently', () => {
  const one = new PaymentIds('T', 0, KEY).draw(NOON);
  const two = new PaymentIds('T', 0, Buffer.from('another key')).draw(NOON);
  expect(one.slice(0, 7)).toBe(two.slice(0, 7));
  expect(one).not.toBe(two);
});

test('what a person reads from a receipt is understood, and printed back in groups', () => {
  expect(normalizePaymentId(' p0tb-roo6-i5qg ')).toBe('P0TBR00615QG');
  expect(formatPaymentId('P0TBR00615QG')).toBe('P0TB-R006-15QG');
});

test('a node outside 5 bits and a time outside the epoch are refused', () => {
  expect(() => new PaymentIds('P', 32, KEY)).toThrow(RangeError);
  expect(() => new PaymentIds('P', 0, KEY).draw(new Date('2024-12-31T23:59:59Z'))).toThrow(RangeError);
  expect(() => new PaymentIds('P', 0, KEY).draw(new Date('2059-12-31T00:00:00Z'))).toThrow(RangeError);
});

test('a reversal goes by its payment, with a letter no payment has and a check character of its own', () => {
  for (const prefix of ['P', 'T'] as const) {
    const paymentId = new PaymentIds(prefix, 3, Buffer.alloc(32, 1)).draw(new Date('2026-07-14T05:00:00Z'));
    const reference = reversalReferenceOf(paymentId);
    expect(reference).toMatch(/^[RX][0-9A-Z]{11}$/);
    expect(reference.slice(1, -1)).toBe(paymentId.slice(1, -1));
    expect(checkCharacter(reference.slice(0, -1))).toBe(reference.slice(-1));
    expect(isPaymentId(reference)).toBe(false);
    expect(() => reversalReferenceOf(reference)).toThrow(RangeError);
  }
});

test('the ids of an hour lie between its bounds, and no others do', () => {
  const ids = new PaymentIds('T', 3, KEY);
  const before = ids.draw(new Date(NOON.getTime() - 1_000));
  const at = ids.draw(NOON);
  const late = ids.draw(new Date(NOON.getTime() + 3_600_999));
  const after = ids.draw(new Date(NOON.getTime() + 3_601_000));

  const { first, last } = paymentIdsBetween('T', NOON, new Date(NOON.getTime() + 3_600_000));

  expect([before, at, late, after].map((id) => id >= first && id <= last)).toEqual([
    false,
    true,
    true,
    false,
  ]);
});
