import { counted, printTable } from './table';

function printed(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const said: string[] = [];
  const log = jest.spyOn(console, 'log').mockImplementation((line: string) => void said.push(line));
  printTable(heads, rows);
  log.mockRestore();
  return said;
}

test('amounts and counts stand digit below digit, words and dates begin where their head does', () => {
  const rows = [
    ['biller pln', '2026-07-14', '3', 'Rp 1.619.584'],
    ['own', '2026-07-14', '', '-Rp 4.000'],
  ];

  expect(printed(['party', 'date', 'payments', 'amount'], rows)).toEqual([
    'party       date        payments        amount',
    'biller pln  2026-07-14         3  Rp 1.619.584',
    'own         2026-07-14               -Rp 4.000',
  ]);
});

test('what a biller or a person wrote cannot move the cursor', () => {
  expect(printed(['said'], [['\u001b[2Jgone\nnext']])).toEqual(['said', ' [2Jgone next']);
});

test('one is not many', () => {
  expect([counted(1, 'break'), counted(2, 'break'), counted(0, 'matter waits', 'matters wait')]).toEqual([
    '1 break',
    '2 breaks',
    '0 matters wait',
  ]);
});
