import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Workbook } from 'exceljs';
import type { Opening } from '../src/writers/writer';
import { openPdf, TooLongForPaper } from '../src/writers/pdf-writer';
import { openXlsx } from '../src/writers/xlsx-writer';

const folder = mkdtempSync(join(tmpdir(), 'simpul-long-'));
afterAll(() => rmSync(folder, { recursive: true }));

const OPENING: Opening = {
  title: 'Jurnal harian',
  about: 'Setiap baris.',
  facts: [['Dibuat oleh', 'siti']],
  columns: [
    { key: 'account', title: { id: 'Akun', en: 'Account' }, type: 'text' },
    { key: 'debit', title: { id: 'Debit', en: 'Debit' }, type: 'amount', isSummed: true },
  ],
  language: 'id',
};

test('a workbook that is full goes on in a further one; each has its own sum, the last one that of all', async () => {
  const writer = await openXlsx(join(folder, 'long'), OPENING, 3);
  await writer.add(Array.from({ length: 7 }, (_, index) => [`own:${index}`, 100n]));
  const files = await writer.finish({ totals: ['Jumlah', 700n], facts: [['Jumlah baris', 7]] });

  expect(files.map((path) => basename(path))).toEqual(['long-01.xlsx', 'long-02.xlsx', 'long-03.xlsx']);
  const sums = [];
  for (const path of files) {
    const workbook = new Workbook();
    await workbook.xlsx.readFile(path);
    const [data] = workbook.worksheets;
    sums.push([data?.rowCount, data?.lastRow?.getCell(2).value]);
  }
  expect(sums).toEqual([
    [5, 300],
    [5, 300],
    [3, 700],
  ]);
});

test('a report that is too long for paper is refused, and leaves nothing', async () => {
  const writer = await openPdf(join(folder, 'paper'), OPENING, 2);
  await expect(
    writer.add([
      ['a', 1n],
      ['b', 2n],
      ['c', 3n],
    ]),
  ).rejects.toThrow(TooLongForPaper);
  await writer.abandon();

  expect(readdirSync(folder).filter((name) => name.startsWith('paper'))).toEqual([]);
});

test('paper has its pages numbered and letters that every reader has', async () => {
  const writer = await openPdf(join(folder, 'read'), OPENING);
  await writer.add(Array.from({ length: 120 }, (_, index) => [`akun \u4e2d ${index}`, 1_000n]));
  const [path = ''] = await writer.finish({ totals: ['Jumlah', 120_000n], facts: [['Jumlah baris', 120]] });

  const bytes = readFileSync(path, 'latin1');
  expect(bytes.startsWith('%PDF-')).toBe(true);
  expect(bytes.match(/\/Type \/Page\b/g)).toHaveLength(3);
});
