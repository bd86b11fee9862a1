import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RESPONSE_CODES } from '#lib/kernel';

const GUIDE = join(__dirname, '..', '..', '..', 'docs', 'connect-h2h.md');

/** The rows of the guide's table of codes, cell by cell. */
function rowsOfCodes(): string[][] {
  const section = readFileSync(GUIDE, 'utf8').split('## 6. Codes')[1]?.split('\n## ')[0] ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}

test('the guide lists every code as the registry has it', () => {
  const wanted = Object.entries(RESPONSE_CODES).map(([code, { http, final, en }]) => [
    `\`${code}\``,
    String(http),
    final ? 'yes' : 'no',
    en,
  ]);
  expect(rowsOfCodes()).toEqual(wanted);
});
