import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explainFile } from './explain-file';
import { readFormat } from './format';

const ROOT = join(__dirname, '..', '..', '..');
const NAME = 'LPB01_20260714_001.txt';
const GOLDEN = readFileSync(join(ROOT, 'fixtures', 'formats', 'lpb01', NAME), 'utf8');
const format = readFormat(join(ROOT, 'config', 'formats', 'lpb01.yaml'));
const folder = mkdtempSync(join(tmpdir(), 'simpul-explain-'));

afterAll(() => rmSync(folder, { recursive: true }));

async function explain(content: string, limits = { rowsMax: 20, faultsMax: 50 }) {
  const path = join(folder, 'file');
  writeFileSync(path, content);
  return explainFile({ path, name: NAME, format }, limits);
}

test('a sound file shows its header, its first rows and its totals', async () => {
  const explained = await explain(GOLDEN, { rowsMax: 2, faultsMax: 50 });

  expect(explained.header).toBe('H|LPB01|SETTLE|20260714|20260714235000|001|2');
  expect(explained.rows.map(({ lineNo }) => lineNo)).toEqual([2, 3]);
  expect(explained).toMatchObject({ totals: { details: 6, amount: 1_074_500n }, faults: [] });
});

test('every faulty line is told with its field, what it states and what was expected', async () => {
  const content = GOLDEN.replace('|250000|', '|250.000|')
    .replace('|20260714120047', '|20261314120047')
    .replace('D|5|', 'X|5|');

  const { totals, faults, understood } = await explain(content);

  expect(totals).toBeUndefined();
  expect(
    faults.map(({ gate, line, field, stated, computed }) => [gate, line, field, stated, computed]),
  ).toEqual([
    ['line_invalid', 2, 'amount', '250.000', '1 to 18 digits'],
    ['line_invalid', 5, 'paid_at', '20261314120047', 'a date as yyyyMMddHHmmss'],
    ['record_unknown', 6, null, 'X', 'D or T'],
    ['control_count', 8, 'count', '6', '3'],
  ]);
  expect(understood).toEqual({ details: 3, amounts: { S: 339_000n, F: 0n, U: 0n } });
});

test('no more faults are told than were asked for', async () => {
  const explained = await explain(GOLDEN.replaceAll('|00|', '|77|'), { rowsMax: 5, faultsMax: 3 });

  expect(explained.faults.map(({ line }) => line)).toEqual([2, 3, 4]);
  expect(explained.hasMoreFaults).toBe(true);
});
