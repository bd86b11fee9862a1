import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Workbook, type Row } from 'exceljs';
import type { RecapBreak, RecapInput } from './recap-input';
import { writeRecap } from './write-recap';

const home = mkdtempSync(join(tmpdir(), 'simpul-reports-'));
afterAll(() => rmSync(home, { recursive: true }));

const BREAKS: RecapBreak[] = [
  {
    kind: 'amount',
    sub: 'SS',
    legReference: '2607140000001003',
    paymentId: '0123456789AB',
    ourAmount: 98_500n,
    theirAmount: 98_000n,
    line: 4,
  },
  {
    kind: 'only_theirs',
    sub: null,
    legReference: '=HYPERLINK("http://x","y")',
    paymentId: null,
    ourAmount: null,
    theirAmount: 65_000n,
    line: 7,
  },
];

function aRecap(change: Partial<RecapInput> = {}): RecapInput {
  return {
    source: 'LPB01',
    businessDate: '2026-07-14',
    run: 2,
    supersedes: 1,
    file: 'LPB01_20260714_002.txt',
    sha256: 'ab'.repeat(32),
    closedAt: new Date('2026-07-15T00:00:00Z'),
    timeZone: 'Asia/Jakarta',
    lines: 6,
    bridge: [
      { term: 'ours', sign: '+', amount: 660_000n },
      { term: 'carry_in', sign: '+', amount: 30_000n },
      { term: 'late', sign: '-', amount: 19_000n },
      { term: 'only_ours', sign: '-', amount: 11_000n },
      { term: 'amount', sign: '+', amount: -500n },
      { term: 'status_us_fs', sign: '+', amount: 7_000n },
      { term: 'status_sf_su', sign: '-', amount: 136_000n },
      { term: 'duplicate', sign: '+', amount: 3_000n },
      { term: 'only_theirs', sign: '+', amount: 65_000n },
      { term: 'theirs', sign: '=', amount: 598_500n },
    ],
    remainder: 0n,
    otherLines: { agreedFailed: 1, collapsed: 2, ignored: 3 },
    outcomes: [
      { kind: 'matched', count: 2, ourAmount: 425_500n, theirAmount: 425_500n },
      { kind: 'amount', count: 1, ourAmount: 98_500n, theirAmount: 98_000n },
      { kind: 'status', count: 2, ourAmount: 143_000n, theirAmount: 143_000n },
      { kind: 'only_ours', count: 2, ourAmount: 20_000n, theirAmount: 0n },
      { kind: 'only_theirs', count: 1, ourAmount: 0n, theirAmount: 65_000n },
      { kind: 'duplicate', count: 1, ourAmount: 0n, theirAmount: 3_000n },
      { kind: 'late', count: 1, ourAmount: 19_000n, theirAmount: 0n },
      { kind: 'agreed_failed', count: 1, ourAmount: 209_560n, theirAmount: 209_560n },
    ],
    async *breaks() {
      yield* BREAKS;
    },
    ...change,
  };
}

const valuesOf = (row: Row) => (row.values as unknown[]).slice(1);

test('the CSV states the run, its bridge, its outcomes and every break, in both languages', async () => {
  const [csv = ''] = await writeRecap(home, aRecap());

  expect(basename(csv)).toBe('recap-LPB01-20260714-run2.csv');
  expect(readFileSync(csv, 'utf8').replace('\uFEFF', '').split('\r\n')).toEqual([
    'Rekap rekonsiliasi / Reconciliation recap',
    'Sumber / Source,LPB01',
    'Tanggal usaha / Business date,2026-07-14',
    'Nomor proses / Run number,2',
    'Menggantikan proses / Supersedes run,1',
    'Berkas / File,LPB01_20260714_002.txt',
    `SHA-256,${'ab'.repeat(32)}`,
    'Ditutup pada / Closed at,2026-07-15T07:00:00.000+07:00',
    'Jumlah baris / Rows,6',
    '',
    'Jembatan / Bridge,Tanda / Sign,Jumlah (Rp) / Amount (IDR)',
    'Total kita / Our total,(+),660000',
    'Bawaan dari hari lalu / Carried in,(+),30000',
    'Terlambat / Late,(-),19000',
    'Hanya di kita / Only ours,(-),11000',
    'Beda jumlah / Amount differences,(+),-500',
    '"Sukses di mereka saja / Success with them only (US, FS)",(+),7000',
    '"Sukses di kita saja / Success with us only (SF, SU)",(-),136000',
    'Ganda / Duplicates,(+),3000',
    'Hanya di mereka / Only theirs,(+),65000',
    'Total mereka / Their total,(=),598500',
    'Sisa / Remainder,,0',
    '',
    'Hasil / Outcome,Banyaknya / Count,Sukses kita (Rp) / Our successes (IDR),Sukses mereka (Rp) / Their successes (IDR)',
    'Cocok / Matched,2,425500,425500',
    'Beda jumlah / Different amount,1,98500,98000',
    'Beda status / Different status,2,136000,7000',
    'Hanya di kita / Only ours,2,11000,0',
    'Hanya di mereka / Only theirs,1,0,65000',
    'Ganda / Duplicate,1,0,3000',
    '"Terlambat, dibawa ke besok / Late, carried forward",1,19000,0',
    'Sama-sama gagal / Agreed failed,1,0,0',
    '"Bawaan dari hari lalu, terhitung di harinya / Carried in, counted on its own day",,-30000,0',
    'Jumlah / Total,,660000,598500',
    '',
    'Baris lain di berkas / Other lines of the file,Banyaknya / Count',
    'Gagal di kedua pihak / Failed on both sides,1',
    'Saling membatalkan / Cancelling each other,2',
    '"Gagal di mereka, tidak kita kenal / Failed with them, unknown to us",3',
    '',
    'Selisih / Break,Rincian / Detail,Referensi / Reference,ID pembayaran / Payment ID,' +
      'Jumlah kita (Rp) / Our amount (IDR),Jumlah mereka (Rp) / Their amount (IDR),Beda (Rp) / Difference (IDR),Baris berkas / File line',
    'Beda jumlah / Different amount,kita / ours: sukses / success; mereka / theirs: sukses / success,' +
      '2607140000001003,0123456789AB,98500,98000,-500,4',
    `Hanya di mereka / Only theirs,,"'=HYPERLINK(""http://x"",""y"")",,,65000,,7`,
    '',
  ]);
});

test('the workbook holds the same rows, its amounts as numbers and nothing that a spreadsheet would run', async () => {
  const [, xlsx = ''] = await writeRecap(home, aRecap());

  const workbook = new Workbook();
  await workbook.xlsx.readFile(xlsx);
  const rows = workbook.worksheets[0]?.getRows(1, workbook.worksheets[0].rowCount) ?? [];
  const ours = rows.find((row) => row.getCell(1).value === 'Total kita / Our total');
  const foreign = rows.findLast((row) => row.getCell(1).value === 'Hanya di mereka / Only theirs');

  expect(ours && valuesOf(ours)).toEqual(['Total kita / Our total', '(+)', 660_000]);
  expect(ours?.getCell(3).numFmt).toBe('#,##0');
  expect(foreign?.getCell(3).value).toBe(`'=HYPERLINK("http://x","y")`);
  expect(foreign?.getCell(6).value).toBe(65_000);
});

test('an amount that a spreadsheet would round is text in the workbook', async () => {
  const amount = 9_007_199_254_740_993n;
  const [, xlsx = ''] = await writeRecap(
    home,
    aRecap({
      async *breaks() {
        yield* BREAKS.slice(1).map((one) => ({ ...one, theirAmount: amount }));
      },
    }),
  );

  const workbook = new Workbook();
  await workbook.xlsx.readFile(xlsx);
  const rows = workbook.worksheets[0]?.getRows(1, 60) ?? [];

  const foreign = rows.findLast((row) => row.getCell(1).value === 'Hanya di mereka / Only theirs');
  expect(foreign?.getCell(6).value).toBe(`${amount}`);
});

test('a recap whose outcomes do not come to its bridge is not written', async () => {
  const other = join(home, 'untied');
  const { outcomes } = aRecap();
  const lost = outcomes.filter(({ kind }) => kind !== 'amount');

  await expect(writeRecap(other, aRecap({ outcomes: lost }))).rejects.toThrow(
    'the recap of LPB01 2026-07-14 #2 does not tie and was not written: ' +
      'ours: outcomes 561500, bridge 660000; theirs: outcomes 500500, bridge 598500',
  );
  await expect(writeRecap(other, aRecap({ remainder: 5n }))).rejects.toThrow('remainder of the bridge 5');
  expect(() => readdirSync(other)).toThrow('ENOENT');
});

test('a report that could not be written whole leaves no file, and writing again replaces the old one', async () => {
  const other = join(home, 'other');
  const broken = aRecap({
    async *breaks() {
      yield* BREAKS;
      throw new Error('the database went away');
    },
  });

  await expect(writeRecap(other, broken)).rejects.toThrow('the database went away');
  expect(readdirSync(join(other, 'reports'))).toEqual([]);

  const paths = await writeRecap(other, aRecap());
  expect(await writeRecap(other, aRecap({ lines: 7 }))).toEqual(paths);
  expect(readdirSync(join(other, 'reports')).toSorted()).toEqual(paths.map((path) => basename(path)));
  expect(readFileSync(paths[0] ?? '', 'utf8')).toContain('Jumlah baris / Rows,7');
});
