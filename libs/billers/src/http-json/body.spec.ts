import { rupiah } from '#lib/kernel';
import { fill, UnfilledTemplate } from './body';

const VARIABLES = {
  reference: 'R-1',
  billCount: 2,
  amount: rupiah(171_500n),
  day: '2026-07-14',
  none: undefined,
};

test('a variable keeps its own kind, and a text stands as it is', () => {
  expect(fill({ a: '{reference}', b: '{billCount}', c: 'loket', d: '{day}' }, VARIABLES, 'string')).toEqual({
    a: 'R-1',
    b: 2,
    c: 'loket',
    d: '2026-07-14',
  });
});

test('rupiah are written as the biller wants them', () => {
  expect(fill({ total: '{amount}' }, VARIABLES, 'string')).toEqual({ total: '171500' });
  expect(fill({ total: '{amount}' }, VARIABLES, 'number')).toEqual({ total: 171_500 });
});

test('a date may lose its dashes', () => {
  expect(fill({ day: '{day:yyyyMMdd}' }, VARIABLES, 'string')).toEqual({ day: '20260714' });
});

test('what this call has no value for is left out', () => {
  expect(fill({ amount: '{none}' }, VARIABLES, 'string')).toEqual({});
});

test.each(['{echo.ref}', '{constructor}', '{toString}'])(
  '%s is no variable, and the message names it',
  (text) => {
    expect(() => fill({ ref: text }, VARIABLES, 'string')).toThrow(UnfilledTemplate);
    expect(() => fill({ ref: text }, VARIABLES, 'string')).toThrow(`names ${text}`);
  },
);

test('an amount that a JSON number would round is not sent', () => {
  const variables = { amount: rupiah(9_007_199_254_740_993n) };
  expect(fill({ total: '{amount}' }, variables, 'string')).toEqual({ total: '9007199254740993' });
  expect(() => fill({ total: '{amount}' }, variables, 'number')).toThrow(UnfilledTemplate);
});
