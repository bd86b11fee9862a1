import { byKey, inForce } from './versions';

const at = (text: string) => new Date(`${text}T00:00:00Z`);
const FIRST = { name: 'first', validFrom: at('2000-01-01'), validUntil: at('2027-01-01') };
const SECOND = { name: 'second', validFrom: at('2027-01-01'), validUntil: at('2028-01-01') };

test('the row in force at an instant decides: from its first instant until the first at which it is over', () => {
  const versions = byKey([SECOND, FIRST], () => 'x').get('x');
  expect(inForce(versions, at('1999-12-31'))).toBeUndefined();
  expect(inForce(versions, at('2000-01-01'))).toBe(FIRST);
  expect(inForce(versions, new Date(at('2027-01-01').getTime() - 1))).toBe(FIRST);
  expect(inForce(versions, at('2027-01-01'))).toBe(SECOND);
  expect(inForce(versions, at('2028-01-01'))).toBeUndefined();
  expect(inForce(undefined, at('2027-01-01'))).toBeUndefined();
});
