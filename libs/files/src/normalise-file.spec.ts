import fc from 'fast-check';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatOn, readFormats } from './format';
import { normaliseFile, readSettlementFile } from './read-settlement-file';
import type { DetailRow } from './records';

const ROOT = join(__dirname, '..', '..', '..');
const NAME = 'LPB01_20260714_001.txt';
const GOLDEN = join(ROOT, 'fixtures', 'formats', 'lpb01', NAME);
const LPB01 = formatOn(readFormats(join(ROOT, 'config', 'formats')), 'LPB01', '2026-07-14')!;
const folder = mkdtempSync(join(tmpdir(), 'simpul-normalise-'));
const OUT = join(folder, 'out.tsv');

afterAll(() => rmSync(folder, { recursive: true }));

function put(content: string | Buffer): { path: string; name: string; format: typeof LPB01 } {
  const path = join(folder, 'file');
  writeFileSync(path, content);
  return { path, name: NAME, format: LPB01 };
}

/** The lines that the rows of the general reader make. */
async function byRows(content: string) {
  const rows: DetailRow[] = [];
  const read = await readSettlementFile({ ...put(content), onRows: async (some) => void rows.push(...some) });
  const lines = rows.map(({ lineNo, ourRef, theirRef, amount, status, paidAt, hint, groupKey, type }) =>
    [1, lineNo, ourRef, theirRef ?? '', amount, status, paidAt ?? '', hint ?? '', groupKey ?? '', type ?? '']
      .join('\t')
      .concat('\n'),
  );
  return { read, text: lines.join('') };
}

test('a sound file becomes one line per detail, under its name only when all gates have held', async () => {
  const read = await normaliseFile(put(readFileSync(GOLDEN)), OUT, 3);

  expect(read).toMatchObject({ ok: true, value: { details: 6, amounts: { S: 1_074_500n, F: 0n, U: 0n } } });
  expect(readFileSync(OUT, 'utf8').split('\n').slice(0, 2)).toEqual([
    '3\t2\t2607140000001001\tEB0714000001\t250000\tS\t2026-07-14 08:10:21\t\t\t',
    '3\t3\t2607140000001002\tEB0714000002\t175500\tS\t2026-07-14 09:01:02\t\t\t',
  ]);
});

test('a refused file leaves nothing behind', async () => {
  const out = join(folder, 'refused.tsv');

  const read = await normaliseFile(put(readFileSync(GOLDEN, 'utf8').replace('T|6|', 'T|7|')), out);

  expect(read).toMatchObject({ ok: false, error: { gate: 'control_count' } });
  expect([existsSync(out), existsSync(`${out}.part`)]).toEqual([false, false]);
});

test('the hash total comes round over the blocks of a long file', async () => {
  const lines = 8_000;
  const detail = (number: number) => `D|${number}|R${number}|T${number}|9999999999|1|0|00|20260714081021\n`;
  const details = Array.from({ length: lines }, (_, index) => detail(index + 1)).join('');
  const file = (hash: bigint) =>
    `H|LPB01|SETTLE|20260714|20260714235000|001|2\n${details}T|${lines}|${lines}|${hash}\n`;
  const hash = 10_000_000_000n - BigInt(lines);

  expect(await normaliseFile(put(file(hash)), OUT)).toMatchObject({ ok: true, value: { details: lines } });
  expect(await normaliseFile(put(file(hash - 1n)), OUT)).toMatchObject({
    error: { gate: 'control_hash', computed: String(hash) },
  });
});

const digits = (from: number, to: number) =>
  fc.stringMatching(new RegExp(`^\\d{${from},${to}}$`)).filter((text) => text !== '');
const odd = fc.constantFrom('', ' ', '-1', 'x y', '1.000', '\r', 'é', '12345678901234567890', '0', '\t');
const date = fc.constantFrom(
  '20260714081021',
  '20260229101010',
  '20280229235959',
  '20260714240000',
  '2026071',
);
const status = fc.constantFrom('00', 'RV', '99', '68', '77');
/** Mostly plain lines, and each column is now and then something else. */
const detail = fc
  .tuple(
    digits(1, 9),
    fc.stringMatching(/^[!-~]{1,40}$/).filter((text) => !text.includes('|')),
    fc.stringMatching(/^[!-~]{0,64}$/).filter((text) => !text.includes('|')),
    digits(1, 20),
    digits(1, 15),
    digits(1, 5),
    fc.oneof({ weight: 9, arbitrary: fc.constantFrom('00', 'RV') }, { weight: 1, arbitrary: status }),
    fc.oneof({ weight: 9, arbitrary: fc.constant('20260714081021') }, { weight: 1, arbitrary: date }),
  )
  .chain((columns) =>
    fc.oneof(
      { weight: 30, arbitrary: fc.constant(columns) },
      {
        weight: 1,
        arbitrary: fc.tuple(fc.nat(7), odd).map(([at, text]) => columns.with(at, text)),
      },
    ),
  )
  .map((columns) => `D|${columns.join('|')}`);

test('plain lines read as bytes give what the general reader gives, and the same refusals', async () => {
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(detail, { maxLength: 12 }),
      fc.constantFrom('\n', '\r\n'),
      async (lines, end) => {
        const S = lines.filter((line) => line.split('|')[7] === '00');
        const sum = (column: number, of: string[]) =>
          of.reduce(
            (total, line) => total + BigInt(/^\d+$/.exec(line.split('|')[column] ?? '')?.[0] ?? 0),
            0n,
          );
        const trailer = `T|${lines.length}|${sum(5, S)}|${sum(4, lines) % 10_000_000_000n}`;
        const header = 'H|LPB01|SETTLE|20260714|20260714235000|001|2';
        const content = [header, ...lines, trailer, ''].join(end);
        rmSync(OUT, { force: true });

        const rows = await byRows(content);
        const fast = await normaliseFile(put(content), OUT);

        expect(fast).toEqual(rows.read);
        if (!fast.ok) return;
        accepted += 1;
        expect(readFileSync(OUT, 'utf8')).toBe(rows.text);
      },
    ),
    { numRuns: 300 },
  );
  expect(accepted).toBeGreaterThan(60);
});

test('without quotes the plain splitter and csv-parse read alike, line ends and all', async () => {
  const asCsv = { ...LPB01, body: { ...LPB01.body, layout: 'csv' as const } } as typeof LPB01;
  const plain = detail.filter((line) => !/["\r]/.test(line));
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(plain, { maxLength: 8 }), fc.constantFrom('\n', '\r\n'), async (lines, end) => {
      const S = lines.filter((line) => line.split('|')[7] === '00');
      const sum = (column: number, of: string[]) =>
        of.reduce((total, line) => total + BigInt(/^\d+$/.exec(line.split('|')[column] ?? '')?.[0] ?? 0), 0n);
      const trailer = `T|${lines.length}|${sum(5, S)}|${sum(4, lines) % 10_000_000_000n}`;
      const content = ['H|LPB01|SETTLE|20260714|20260714235000|001|2', ...lines, trailer, ''].join(end);

      const bySplitter = await byRows(content);
      const rows: DetailRow[] = [];
      const read = await readSettlementFile({
        ...put(content),
        format: asCsv,
        onRows: async (some) => void rows.push(...some),
      });

      expect(read).toEqual(bySplitter.read);
      if (!read.ok) return;
      accepted += 1;
      expect(rows.map(({ lineNo, ourRef }) => [lineNo, ourRef])).toEqual(
        bySplitter.text
          .split('\n')
          .slice(0, -1)
          .map((line) => [Number(line.split('\t')[1]), line.split('\t')[2]]),
      );
    }),
    { numRuns: 150 },
  );
  expect(accepted).toBeGreaterThan(30);
});
