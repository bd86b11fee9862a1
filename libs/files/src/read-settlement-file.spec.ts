import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatOn, readFormat, readFormats } from './format';
import type { GateFailure } from './gates';
import { normaliseFile, readSettlementFile } from './read-settlement-file';
import type { DetailRow } from './records';

const ROOT = join(__dirname, '..', '..', '..');
const NAME = 'LPB01_20260714_001.txt';
const GOLDEN = readFileSync(join(ROOT, 'fixtures', 'formats', 'lpb01', NAME));
const formats = readFormats(join(ROOT, 'config', 'formats'));
const folder = mkdtempSync(join(tmpdir(), 'simpul-files-'));

afterAll(() => rmSync(folder, { recursive: true }));

async function read(content: Buffer | string, name = NAME) {
  const path = join(folder, 'file');
  writeFileSync(path, content);
  const format = formatOn(formats, name.split('_')[0] ?? '', '2026-07-14');
  if (!format) throw new Error(`no format for ${name}`);
  const rows: DetailRow[] = [];
  const result = await readSettlementFile({
    path,
    name,
    format,
    onRows: async (batch) => void rows.push(...batch),
  });
  return { result, rows };
}

async function refusal(content: Buffer | string, name = NAME): Promise<GateFailure> {
  const { result } = await read(content, name);
  if (result.ok) throw new Error('the file was accepted');
  return result.error;
}

/** The golden file with one line changed (from 1). */
function withLine(line: number, text: string): string {
  return GOLDEN.toString()
    .split('\n')
    .with(line - 1, text)
    .join('\n');
}

test('a sound file gives its rows in our words and the totals its trailer states', async () => {
  const { result, rows } = await read(GOLDEN);

  expect(result).toEqual({
    ok: true,
    value: {
      businessDate: '2026-07-14',
      details: 6,
      amount: 1_074_500n,
      amounts: { S: 1_074_500n, F: 0n, U: 0n },
    },
  });
  expect(rows).toHaveLength(6);
  expect(rows[3]).toEqual({
    lineNo: 5,
    ourRef: '2607140000001004',
    theirRef: 'EB0714000004',
    customerNo: '531100012348',
    amount: 310_000n,
    fee: 2_500n,
    hint: null,
    groupKey: null,
    type: null,
    status: 'S',
    paidAt: '2026-07-14 12:00:47',
  });
});

test.each([
  ['S', 976_000n],
  ['all', 1_074_500n],
])('a file with a failed line sums up %s as its contract says', async (which, amount) => {
  const yaml = readFileSync(join(ROOT, 'config', 'formats', 'lpb01.yaml'), 'utf8');
  const formatPath = join(folder, 'format.yaml');
  writeFileSync(formatPath, yaml.replace('amount: S', `amount: ${which}`));
  const path = join(folder, 'file');
  const failed = withLine(4, 'D|3|2607140000001003|EB0714000003|531100012347|98500|2500|99|20260714104510');
  const summedUp = async (total: bigint) => {
    writeFileSync(path, failed.replace('|1074500|', `|${total}|`));
    const file = { path, name: NAME, format: readFormat(formatPath) };
    const result = await readSettlementFile({ ...file, onRows: async () => {} });
    expect(await normaliseFile(file, join(folder, 'lines'))).toEqual(result);
    return result;
  };
  expect(await summedUp(amount)).toMatchObject({
    ok: true,
    value: { amounts: { S: 976_000n, F: 98_500n } },
  });
  expect(await summedUp(amount + 1n)).toMatchObject({
    error: { gate: 'control_amount', computed: String(amount) },
  });
});

test('a byte order mark and carriage returns change nothing', async () => {
  const { rows } = await read(GOLDEN);

  const dressed = await read(`\uFEFF${GOLDEN.toString().replaceAll('\n', '\r\n')}`);

  expect(dressed.result.ok).toBe(true);
  expect(dressed.rows).toEqual(rows);
});

test('a file cut anywhere before its end is refused, and cut between lines it lacks its trailer', async () => {
  const content = GOLDEN.toString();
  for (let length = 0; length < content.length - 1; length += 1) {
    const { gate } = await refusal(content.slice(0, length));
    const isInsideHash = length > content.lastIndexOf('|') + 1;
    expect([length, gate]).toEqual([length, isInsideHash ? 'control_hash' : 'trailer_missing']);
  }
});

test('a file that lacks nothing but its last line end is whole', async () => {
  const { result } = await read(GOLDEN.subarray(0, -1));

  expect(result.ok).toBe(true);
});

test('a trailer that states another sum is refused with both sums', async () => {
  const failure = await refusal(withLine(8, 'T|6|1074600|6600081731'));

  expect(failure).toEqual({
    gate: 'control_amount',
    file: NAME,
    line: 8,
    field: 'amount',
    stated: '1074600',
    computed: '1074500',
    reason: 'the trailer states 1074600 rupiah, the lines make 1074500',
  });
});

test.each([
  ['control_count', 8, 'T|7|1074500|6600081731', '7', '6'],
  ['control_hash', 8, 'T|6|1074500|6600081732', '6600081732', '6600081731'],
  ['record_unknown', 4, 'X|3|2607140000001003', 'X', 'D or T'],
  ['record_unknown', 4, '', '', 'D or T'],
  ['record_unknown', 1, 'D|1', 'D', 'H'],
  ['date_wrong', 1, 'H|LPB01|SETTLE|20260713|20260714235000|001|2', '2026-07-13', '2026-07-14'],
  ['name_wrong', 1, 'H|PDM07|SETTLE|20260714|20260714235000|001|2', 'PDM07', 'LPB01'],
  ['line_invalid', 1, 'H|LPB01|REFUND|20260714|20260714235000|001|2', 'REFUND', 'SETTLE'],
  ['line_invalid', 1, 'H|LPB01|SETTLE|20260230|20260714235000|001|2', '20260230', 'a date as yyyyMMdd'],
  ['line_invalid', 4, 'D|3|2607140000001003|EB0714000003', '4 columns', '9 columns'],
  [
    'line_invalid',
    4,
    'D|3|2607140000001003|EB0714000003|531100012347|-98500|2500|00|20260714104510',
    '-98500',
    '1 to 18 digits',
  ],
  [
    'line_invalid',
    4,
    'D|3|2607140000001003|EB0714000003|531100012347|98.500|2500|00|20260714104510',
    '98.500',
    '1 to 18 digits',
  ],
  [
    'line_invalid',
    4,
    'D|3|2607140000001003|EB0714000003|531100012347|98500|2500|77|20260714104510',
    '77',
    '00, RV, 99, 68',
  ],
  [
    'line_invalid',
    4,
    'D|3|2607140000001003|EB0714000003|531100012347|98500|2500|00|20260714246000',
    '20260714246000',
    'a date as yyyyMMddHHmmss',
  ],
  [
    'line_invalid',
    4,
    'D|3|2607140000001003 |EB0714000003|531100012347|98500|2500|00|20260714104510',
    '2607140000001003 ',
    'at most 40 letters, digits and signs without blanks',
  ],
  [
    'line_invalid',
    4,
    'D|3|2607140000001003|EB0714000003|53110001234X|98500|2500|00|20260714104510',
    '********234X',
    'digits',
  ],
  [
    'line_invalid',
    9,
    'D|7|2607140000001003|EB0714000003|531100012347|1|0|00|20260714104510',
    'D',
    'the end of the file',
  ],
])('%s: line %i as "%s"', async (gate, line, text, stated, computed) => {
  expect(await refusal(withLine(line, text))).toMatchObject({ gate, line, stated, computed });
});

test.each([
  ['a NUL byte', Buffer.from('D|\0')],
  ['Latin-1 bytes', Buffer.from('D|\xe9', 'latin1')],
  ['a line without end', Buffer.alloc(70_000, 'D')],
])('%s is refused with its line', async (_, line) => {
  const lines = GOLDEN.toString().split('\n');
  const content = Buffer.concat([
    Buffer.from(`${lines.slice(0, 3).join('\n')}\n`),
    line,
    Buffer.from(`\n${lines.slice(3).join('\n')}`),
  ]);

  expect(await refusal(content)).toMatchObject({ gate: 'line_invalid', line: 4 });
});

test('a file in UTF-16 is refused', async () => {
  const { gate } = await refusal(Buffer.from(GOLDEN.toString(), 'utf16le'));

  expect(gate).toBe('line_invalid');
});

test.each([
  '../LPB01_20260714_001.txt',
  'LPB01_20260714_001.txt.part',
  'LPB01_20261314_001.txt',
  'TJ01_20260714_001.txt',
])('%s is not a name of the source', async (name) => {
  const path = join(folder, 'file');
  writeFileSync(path, GOLDEN);
  const format = formatOn(formats, 'LPB01', '2026-07-14');

  const result = await readSettlementFile({ path, name, format: format! });

  expect(result).toMatchObject({ ok: false, error: { gate: 'name_wrong', line: null } });
});

test('whatever bytes are changed, the reader does not crash, and what passes adds up to what was sent', async () => {
  let state = 7;
  const random = (below: number) => (state = (state * 48_271) % 2_147_483_647) % below;
  const alphabet = Buffer.from('HDT|0123456789\r\n\xff\0"\'', 'latin1');
  let refused = 0;
  for (let round = 0; round < 300; round += 1) {
    const content = Buffer.from(GOLDEN);
    for (let change = 0; change <= random(4); change += 1) {
      // The trailer does not cover every column, so only what it covers must be noticed.
      content[random(content.length)] = alphabet[random(alphabet.length)] ?? 0;
    }
    const { result, rows } = await read(content);
    if (!result.ok) {
      refused += 1;
      continue;
    }
    const amount = rows.reduce((sum, row) => sum + (row.status === 'S' ? row.amount : 0n), 0n);
    expect([result.value.details, result.value.amount]).toEqual([6, 1_074_500n]);
    expect([rows.length, amount]).toEqual([6, 1_074_500n]);
  }
  expect(refused).toBeGreaterThan(100);
  expect(refused).toBeLessThan(300);
});

test('rows arrive in batches, all of them, and an empty day is a file too', async () => {
  const line = 'D;R;B;1;5;00;20260714081021\n';
  const batches: number[] = [];
  const path = join(folder, 'large');
  const name = 'TJ01_20260714_1.txt';
  const format = formatOn(formats, 'TJ01', '2026-07-14')!;

  writeFileSync(path, `H;TJ01;20260714;1\n${line.repeat(2_500)}T;2500;12500\n`);
  const large = await readSettlementFile({
    path,
    name,
    format,
    onRows: async ({ length }) => void batches.push(length),
  });
  const empty = await read('H;TJ01;20260714;1\nT;0;0\n', name);

  expect(large).toMatchObject({ ok: true, value: { details: 2_500, amount: 12_500n } });
  expect(batches).toEqual([1_000, 1_000, 500]);
  expect(empty.result).toMatchObject({ ok: true, value: { details: 0, amount: 0n } });
});
