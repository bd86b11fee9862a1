import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFormat } from './format';
import { readSettlementFile } from './read-settlement-file';
import type { DetailRow } from './records';
import { isStatement } from './settlement-format';
import { writeSettlementFile, type RowToWrite } from './write-settlement-file';

const ROOT = join(__dirname, '..', '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'simpul-write-'));
const HEADER = { businessDate: '2026-07-14', seq: 1, createdAt: '2026-07-14 23:50:00' };

afterAll(() => rmSync(folder, { recursive: true }));

function format(of: string, ...changes: [string, string][]) {
  const shipped = join(ROOT, 'config', 'formats', `${of}.yaml`);
  const path = existsSync(shipped) ? shipped : join(ROOT, 'fixtures', 'formats', of, 'format.yaml');
  const changed = join(folder, 'format.yaml');
  writeFileSync(
    changed,
    changes.reduce((text, [from, to]) => text.replace(from, to), readFileSync(path, 'utf8')),
  );
  return readFormat(changed);
}

async function written(by: ReturnType<typeof format>, rows: RowToWrite[]) {
  const path = join(folder, 'file');
  const file = await writeSettlementFile(by, HEADER, rows, path);
  const read: DetailRow[] = [];
  const result = await readSettlementFile({
    path,
    name: file.name,
    format: by,
    companionPath: by.companion && `${path}${by.companion}`,
    onRows: async (some) => void read.push(...some),
  });
  return { file, result, read, path };
}

const ref = (max: number) => fc.stringMatching(new RegExp(`^[0-9A-Za-z]{1,${max}}$`));
const row = fc.record({
  ourRef: ref(16),
  theirRef: ref(16),
  customerNo: fc.stringMatching(/^\d{1,12}$/),
  amount: fc.bigInt({ min: 0n, max: 999_999_999_999n }),
  status: fc.constantFrom('S' as const, 'F' as const),
  paidAt: fc
    .date({ min: new Date('2020-01-01'), max: new Date('2035-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 19).replace('T', ' ')),
});

test.each<[string, ReturnType<typeof format>]>([
  ['pipes', format('lpb01')],
  ['semicolons, CR LF', format('tj01', ['layout:', 'eol: crlf\nlayout:'])],
  ['fixed width', format('pdm07')],
  ['quoted CSV, Indonesian amounts, a companion', format('tel03')],
  ['latin1 and gzip', format('tj01', ['layout:', 'encoding: latin1\nzip: gz\nlayout:'])],
  ['CR, all amounts', format('lpb01', ['layout:', 'eol: cr\nlayout:'], ['amount: S', 'amount: all'])],
])('what is written as %s is read back as it was', async (_, by) => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 20 }), async (rows) => {
      const { file, result, read } = await written(by, rows);

      expect(result).toMatchObject({ ok: true, value: { details: rows.length } });
      expect(file.details).toBe(rows.length);
      expect(
        read.map(({ ourRef, theirRef, amount, status, paidAt }) => ({
          ourRef,
          theirRef,
          amount,
          status,
          paidAt,
        })),
      ).toEqual(
        rows.map(({ ourRef, theirRef, amount, status, paidAt }) => ({
          ourRef,
          theirRef,
          amount,
          status,
          paidAt,
        })),
      );
    }),
    { numRuns: 40 },
  );
});

test('quotes, delimiters and line ends in a value stand in quotes', async () => {
  const by = format('tel03');
  if (isStatement(by.body)) throw new Error('not a text');
  const { read, path } = await written(by, [
    {
      ourRef: 'A,"1"',
      theirRef: 'B',
      customerNo: '081',
      amount: 1_250_000n,
      status: 'U',
      paidAt: '2026-07-14 08:00:00',
    },
  ]);

  expect(read[0]).toMatchObject({ ourRef: 'A,"1"', amount: 1_250_000n, status: 'U' });
  expect(readFileSync(path, 'utf8').split('\n')[1]).toBe(
    '1,14/07/2026 08:00:00,"A,""1""",B,081,,"1.250.000,00",PENDING',
  );
  expect(readFileSync(`${path}.ctl`, 'utf8')).toBe('count=1;amount=0\n');
});

const DAY_OF_THREE = (['S', 'F', 'U'] as const).map((status, index) => ({
  ourRef: `R${index}`,
  theirRef: `T${index}`,
  customerNo: `${index + 7}00000000001`,
  amount: [100n, 20n, 3n][index] ?? 0n,
  status,
  paidAt: '2026-07-14 08:00:00',
}));

test.each([
  ['S', '100'],
  ['all', '123'],
])(
  'the total of a file whose contract says %s is %s, and the hash is modulo 10^10',
  async (which, amount) => {
    const by = format('lpb01', ['amount: S', `amount: ${which}`]);
    const { file, result, path } = await written(by, DAY_OF_THREE);
    expect(file.amount).toBe(BigInt(amount));
    // 700000000001 + 800000000001 + 900000000001 is 2400000000003.
    expect(readFileSync(path, 'utf8').split('\n').at(-2)).toBe(`T|3|${amount}|3`);
    expect(result).toMatchObject({ ok: true, value: { amounts: { S: 100n, F: 20n, U: 3n } } });
  },
);

test.each<[string, [string, string][]]>([
  ['as it is', []],
  ['packed', [['layout:', 'zip: gz\nlayout:']]],
])(
  'a companion states the SHA-256 of the file %s, and another file does not pass for it',
  async (_, changes) => {
    const by = format('tel03', ['control: {', 'control: {checksum: sha256, '], ...changes);
    const { result, path } = await written(by, DAY_OF_THREE);
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
    expect(readFileSync(`${path}.ctl`, 'utf8')).toBe(`count=3;amount=100;sha256=${sha256}\n`);
    expect(result).toMatchObject({ ok: true });
    const other = await writeSettlementFile(by, HEADER, DAY_OF_THREE.toReversed(), `${path}.other`);
    const read = { path: `${path}.other`, name: other.name, format: by, companionPath: `${path}.ctl` };
    expect(await readSettlementFile({ ...read, onRows: async () => {} })).toMatchObject({
      error: { gate: 'checksum_wrong', stated: sha256 },
    });
  },
);

test.each<[string, Partial<RowToWrite>, string]>([
  ['lpb01', { theirRef: 'A|B' }, 'line 2: column 4 cannot hold "A|B"'],
  ['lpb01', { customerNo: '1\n2' }, 'line 2: column 5 cannot hold "1\n2"'],
  ['pdm07', { ourRef: 'A'.repeat(17) }, `line 2: our_ref cannot hold "${'A'.repeat(17)}"`],
  ['pdm07', { status: 'U' }, 'no code stands for the status U'],
])('in %s, %j is refused, and no file is left', async (of, change, message) => {
  const path = join(folder, `refused-${of}`);
  const rows = [
    {
      ourRef: 'R',
      theirRef: 'T',
      customerNo: '1',
      amount: 1n,
      status: 'S' as const,
      paidAt: '2026-07-14 08:00:00',
      ...change,
    },
  ];

  await expect(writeSettlementFile(format(of), HEADER, rows, path)).rejects.toThrow(message);
  expect([existsSync(path), existsSync(`${path}.part`)]).toEqual([false, false]);
});

test('an empty day is a file with zero details', async () => {
  const { result, file } = await written(format('lpb01'), []);

  expect(file).toEqual({ name: 'LPB01_20260714_001.txt', companionName: undefined, details: 0, amount: 0n });
  expect(result).toMatchObject({ ok: true, value: { details: 0 } });
});
