import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const ROOT = join(__dirname, '..', '..', '..');
const read = (...path: string[]) => readFileSync(join(ROOT, ...path), 'utf8');

const { advice } = parse(read('config', 'limits.yaml')) as {
  advice: { scheduleSeconds: number[]; jitterPercent: number; afterDeadlineMs: number };
};
const page = read('docs', 'open-payments.md');

test('the published schedule is the one that is used', () => {
  const rows = [...page.matchAll(/^\| \d(?:st|nd|rd|th)[^|]*\| (\d+) s +\|$/gm)];
  expect(rows.map(([, seconds]) => Number(seconds))).toEqual(advice.scheduleSeconds);
  expect(page).toContain(`up to ${advice.jitterPercent} % longer`);
  expect(page).toContain(`takes over ${advice.afterDeadlineMs / 1_000} s after`);
});

test('partners are told the same', () => {
  const guide = read('docs', 'connect-h2h.md').replaceAll(/\s+/g, ' ');
  const spoken = advice.scheduleSeconds.map((seconds) =>
    seconds % 60 === 0 && seconds > 60 ? `${seconds / 60} min` : `${seconds} s`,
  );
  const [first, second, third, fourth, fifth] = spoken;
  expect(guide).toContain(
    `after ${first}, then ${second}, ${third}, ${fourth} and ${fifth} later, then every hour`,
  );
});
