import { differenceOf } from '../src/parts/difference';

test('what was changed, added and taken away is told by its path; what is the same is left out', () => {
  const before = { limits: { daily: '100', single: '10' }, roles: ['auditor'], state: 'active', note: null };
  const after = {
    limits: { daily: '200', single: '10' },
    roles: ['auditor', 'partner'],
    note: null,
    name: 'A',
  };
  expect(differenceOf(before, after)).toEqual([
    { name: 'limits.daily', before: '100', after: '200' },
    { name: 'name', before: undefined, after: 'A' },
    { name: 'roles', before: 'auditor', after: 'auditor, partner' },
    { name: 'state', before: 'active', after: undefined },
  ]);
});

test('what was not there before, or is no more, is all difference; a list of things is told thing by thing', () => {
  expect(differenceOf(null, { rows: [{ day: 1 }, { day: 2 }], empty: [] })).toEqual([
    { name: 'empty', before: undefined, after: '—' },
    { name: 'rows.0.day', before: undefined, after: '1' },
    { name: 'rows.1.day', before: undefined, after: '2' },
  ]);
  expect(differenceOf({ a: false }, null)).toEqual([{ name: 'a', before: 'false', after: undefined }]);
  expect(differenceOf(null, null)).toEqual([]);
});
