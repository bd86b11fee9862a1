import { APPROVAL_PERMISSIONS } from '#lib/identity';
import { isAboutBreaks } from '#lib/reconciliation';
import { APPLIERS } from './appliers';

test('for every kind of proposal it is said who may propose and who may agree', () => {
  const told = Object.keys(APPROVAL_PERMISSIONS);
  const others = told.filter((kind) => !isAboutBreaks({ kind }));
  expect(others.sort()).toEqual(Object.keys(APPLIERS).sort());
  expect(told.filter((kind) => isAboutBreaks({ kind }))).toEqual(['break', 'break_bulk']);
});
