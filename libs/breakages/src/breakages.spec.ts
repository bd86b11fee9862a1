import type { MoneyWriter } from '#lib/ledger';
import type { Billers } from '#lib/switching';
import { BREAKAGES, breakageFromEnvironment } from './breakages';

const before = { ...process.env };
afterEach(() => {
  process.env = { ...before };
});

const writer = {} as MoneyWriter;
const billers = {} as Billers;

function started(environment: string, fault: string): ReturnType<typeof breakageFromEnvironment> {
  process.env['SIMPUL_ENVIRONMENT'] = environment;
  process.env['SIMPUL_DELIBERATE_FAULT'] = fault;
  return breakageFromEnvironment();
}

test('without a deliberate fault the parts are passed through untouched', () => {
  const breakage = started('test', '');
  expect(breakage.writer(writer)).toBe(writer);
  expect(breakage.billers(billers)).toBe(billers);
});

test.each(Object.keys(BREAKAGES))('%s breaks one of the two parts, and production refuses it', (name) => {
  const breakage = started('test', name);
  const isBroken = [breakage.writer(writer) !== writer, breakage.billers(billers) !== billers];
  expect(isBroken.filter(Boolean)).toHaveLength(1);
  expect(() => started('production', name)).toThrow('SIMPUL_DELIBERATE_FAULT must not be set in production');
});

test('a name that is no fault stops the start', () => {
  expect(() => started('test', 'constructor')).toThrow('is none of: answer-before-commit');
});
