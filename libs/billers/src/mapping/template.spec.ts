import { rupiah } from '#lib/kernel';
import type { Money } from './money';
import { prepare, type Template, type Variables } from './template';
import { UnfilledTemplate } from '../unfilled-template';

const fill = (template: Template, variables: Variables, money: Money) => prepare(template, money)(variables);

const VARIABLES: Variables = {
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

test('a message may be a tree, and a text may hold several variables', () => {
  const template = { head: { key: '{reference}/{billCount}' }, list: ['{amount}', 'fixed', 7, true] };
  expect(fill(template, VARIABLES, 'sen-number')).toEqual({
    head: { key: 'R-1/2' },
    list: [17_150_000, 'fixed', 7, true],
  });
});

test('a text of which one variable has no value is left out whole', () => {
  expect(fill({ a: 'x{none}', b: 'y' }, VARIABLES, 'string')).toEqual({ b: 'y' });
});

test.each<[Money, unknown]>([
  ['string', '171500'],
  ['number', 171_500],
  ['sen-string', '17150000'],
  ['sen-number', 17_150_000],
  ['decimal-string', '171500.00'],
])('an amount is written as %s', (money, written) => {
  expect(fill('{amount}', VARIABLES, money)).toBe(written);
});

test.each([
  ['{now}', '2026-07-14T08:10:21+07:00'],
  ['{now:yyyyMMddHHmmss}', '20260714081021'],
  ['{now:utc}', '2026-07-14T01:10:21.000Z'],
  ['{now:epoch}', '1783991421'],
  ['{day:yyyyMMdd} {now:HH:mm}', '20260714 08:10'],
  ['{reference:lower}', 'r-1'],
  ['{billCount:text}', '2'],
])('%s is %s', (text, written) => {
  const variables = { ...VARIABLES, now: new Date('2026-07-14T01:10:21Z') };
  expect(fill(text, variables, 'string')).toBe(written);
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
