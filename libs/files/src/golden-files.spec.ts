import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFormat } from './format';
import type { GateFailure } from './gates';
import { normaliseFile, readSettlementFile, type FileTotals } from './read-settlement-file';
import type { DetailRow } from './records';

const GOLDEN = join(__dirname, '..', '..', '..', 'fixtures', 'formats');
const folder = mkdtempSync(join(tmpdir(), 'simpul-golden-'));

afterAll(() => rmSync(folder, { recursive: true }));

const FILES = {
  pdm07: 'PDM0714072026.001',
  tel03: 'TEL03-2026-07-14.csv',
  bankx: 'BANKX_20260715.sta',
  banky: 'BANKY_20260715.xml',
};
type Golden = keyof typeof FILES;

const text = (of: Golden) => readFileSync(join(GOLDEN, of, FILES[of]), 'latin1');

interface Given {
  content?: string | Buffer;
  /** Undefined: the golden companion; null: none. */
  companion?: string | null;
  name?: string;
  /** Lines of the format file, changed. */
  format?: [string, string];
  previous?: { number: number; closing: bigint; date?: string };
}

async function read(of: Golden, given: Given = {}) {
  const path = join(folder, 'file');
  writeFileSync(path, given.content ?? text(of), 'latin1');
  const yaml = join(folder, 'format.yaml');
  writeFileSync(
    yaml,
    readFileSync(join(GOLDEN, of, 'format.yaml'), 'utf8').replace(...(given.format ?? ['', ''])),
  );
  const format = readFormat(yaml);
  const companionPath = join(folder, 'companion');
  if (of === 'tel03') copyFileSync(join(GOLDEN, of, `${FILES[of]}.ctl`), companionPath);
  if (typeof given.companion === 'string') writeFileSync(companionPath, given.companion);
  const rows: DetailRow[] = [];
  const file = {
    path,
    name: given.name ?? FILES[of],
    format,
    companionPath: given.companion === null ? undefined : companionPath,
    previous: given.previous,
  };
  const result = await readSettlementFile({ ...file, onRows: async (some) => void rows.push(...some) });
  const lines = await normaliseFile(file, join(folder, 'lines'));
  expect(lines).toEqual(result);
  return { result, rows };
}

async function accepted(of: Golden, given?: Given): Promise<{ totals: FileTotals; rows: DetailRow[] }> {
  const { result, rows } = await read(of, given);
  if (!result.ok) throw new Error(result.error.reason);
  return { totals: result.value, rows };
}

async function refusal(of: Golden, given: Given): Promise<GateFailure> {
  const { result } = await read(of, given);
  if (result.ok) throw new Error('the file was accepted');
  return result.error;
}

const brief = (rows: DetailRow[]) =>
  rows.map(({ lineNo, ourRef, theirRef, amount, status, paidAt }) =>
    [lineNo, ourRef, theirRef, amount, status, paidAt].join(' '),
  );

describe('fixed width with implied decimals', () => {
  test('a sound file gives its rows without padding and without the decimals', async () => {
    const { totals, rows } = await accepted('pdm07');

    expect(totals).toMatchObject({ businessDate: '2026-07-14', details: 5, amount: 408_500n });
    expect(brief(rows)).toEqual([
      '2 2607140000002001 WB26071400000001 125500 S 2026-07-14 07:15:12',
      '3  WB26071400000002 84000 S 2026-07-14 08:30:00',
      '4 2607140000002003 WB26071400000003 212750 F 2026-07-14 10:11:44',
      '5 2607130000009990 WB26071300009990 56000 S 2026-07-13 23:52:10',
      '6 2607140000002004 WB26071400000004 143000 S 2026-07-14 19:05:51',
    ]);
  });

  test('another total in the trailer is refused with both sums in rupiah', async () => {
    const content = text('pdm07').replace('40850000', '40850100');

    expect(await refusal('pdm07', { content })).toMatchObject({
      gate: 'control_amount',
      line: 7,
      field: 'amount',
      stated: '408501',
      computed: '408500',
    });
  });

  test.each([
    ['a short line', (line: string) => line.slice(0, -1), '77 characters', '78 characters'],
    ['text between the columns', (line: string) => line.replace(' .', 'x.'), 'x', 'a blank'],
    [
      'sen',
      (line: string) => line.replace('12550000', '12550050'),
      '000000012550050',
      /decimals are not zero/,
    ],
    ['a missing end', (line: string) => `${line.slice(0, 77)} `, '', '.'],
  ])('%s in a detail is refused', async (_, change, stated, expected) => {
    const lines = text('pdm07').split('\n');
    const content = lines.with(1, change(lines[1] ?? '')).join('\n');

    const failure = await refusal('pdm07', { content });

    expect(failure).toMatchObject({ gate: 'line_invalid', line: 2, stated });
    expect(failure.computed).toMatch(expected);
  });
});

describe('quoted CSV with a companion', () => {
  test('a sound file gives its rows: quotes, commas in names, amounts with dots, a stray apostrophe', async () => {
    const { totals, rows } = await accepted('tel03');

    expect(totals).toMatchObject({
      businessDate: '2026-07-14',
      details: 7,
      amounts: { S: 476_150n, F: 25_250n, U: 10_150n },
    });
    expect(brief(rows).slice(0, 2)).toEqual([
      '2 2607140000003001 TLA900001 50500 S 2026-07-14 07:15:01',
      '3 2607140000003002 TLA900002 100000 S 2026-07-14 07:20:44',
    ]);
    expect(rows[5]).toMatchObject({ ourRef: '2607140000003006' });
  });

  test.each([
    ['count=8;amount=476150', 'control_count', '8', '7'],
    ['count=7\namount=476151\n', 'control_amount', '476151', '476150'],
    ['count=7', 'companion_invalid', null, 'amount'],
    ['count=seven;amount=476150', 'line_invalid', 'seven', '1 to 18 digits'],
    ['rows=7', 'companion_invalid', 'rows=7', 'count=…;amount=…, or a SHA-256'],
  ])('with the companion %j it is refused: %s', async (companion, gate, stated, computed) => {
    expect(await refusal('tel03', { companion })).toMatchObject({ gate, stated, computed });
  });

  test('without its companion it is refused by the name of what is missing', async () => {
    expect(await refusal('tel03', { companion: null })).toMatchObject({
      gate: 'companion_missing',
      computed: 'TEL03-2026-07-14.csv.ctl',
    });
  });

  test('the SHA-256 of the companion must be that of the file as it came', async () => {
    const format: [string, string] = ['control: {count: all, amount: S}', 'control: {checksum: sha256}'];
    const sha256 = '0'.repeat(64);

    expect(await refusal('tel03', { companion: `${sha256}  TEL03.csv\n`, format })).toMatchObject({
      gate: 'checksum_wrong',
      stated: sha256,
    });
  });

  test.each([
    [/Nominal/, 'Jumlah', 1, 'Jumlah', '"Nominal"'],
    [/"DEWI"/, '"DE"WI"', 4, 'a stray quote', 'quotes around a whole value'],
    [/"DEWI"/, 'DE"WI"', 4, 'a stray quote', 'quotes around a whole value'],
    [/"DEWI"/, '"DEWI', 4, 'a stray quote', 'quotes around a whole value'],
    [/"25.250,00"/, '"25250.00"', 4, '25250.00', /amount such as 1.250.000,00/],
    [/"25.250,00"/, '"25.25,00"', 4, '25.25,00', /amount such as/],
    [/"25.250,00"/, '"25.250"', 4, '25.250', /amount such as/],
    [/"GAGAL"/, '"BATAL"', 4, 'BATAL', 'BERHASIL, GAGAL, PENDING'],
    [/"GAGAL"/, '"GAGAL",""', 4, '9 columns', '8 columns'],
  ])('%s as %s is refused with its line', async (right, wrong, line, stated, expected) => {
    const failure = await refusal('tel03', { content: text('tel03').replace(right, wrong) });

    expect(failure).toMatchObject({ gate: 'line_invalid', line, stated });
    expect(failure.computed).toMatch(expected);
  });

  test('a value over two lines is one value, and the lines after it keep their numbers', async () => {
    const { rows } = await accepted('tel03', { content: text('tel03').replace('"DEWI"', '"DEWI\nAYU"') });

    expect(rows.map(({ lineNo }) => lineNo)).toEqual([2, 3, 4, 6, 7, 8, 9]);
  });

  test.each([0, 1, 60, 150, 250, 400, 600, 700])('cut after %i bytes it is refused', async (length) => {
    const { gate } = await refusal('tel03', { content: text('tel03').slice(0, length) });

    expect(['control_count', 'line_invalid']).toContain(gate);
  });
});

describe('a bank statement in MT940', () => {
  test('a sound one gives entries with signs, hints out of the narrative, and its balances', async () => {
    const { totals, rows } = await accepted('bankx', { previous: { number: 195, closing: 152_500_000n } });

    expect(totals).toEqual({
      businessDate: '2026-07-15',
      details: 5,
      amount: 124_583_000n,
      amounts: { S: 124_583_000n, F: 5_000_000n, U: 0n },
      statement: {
        account: 'BANKX/1234567890',
        number: 196,
        opening: 152_500_000n,
        closing: 272_083_000n,
      },
    });
    expect(
      rows.map(({ ourRef, theirRef, amount, status, hint, type }) =>
        [ourRef, theirRef, amount, status, hint, type].join(' '),
      ),
    ).toEqual([
      'DEP-CA017-0715 FT26196AAA1 100000000 S  NTRF',
      'STL-PDM07-0714 FT26196AAA2 -410500 S  NTRF',
      ' FT26196AAA3 -6500 S  NCHG',
      ' FT26196AAA4 25000000 S DEP-CA021-0715 NTRF',
      'DEP-CA009-0714 FT26196AAA5 5000000 F  NTRF',
    ]);
  });

  test('its pages are one statement: each goes on where the one before ended', async () => {
    const page = ':62M:C260715IDR252089500,00\n-\n:20:STMT260715\n:25:BANKX/1234567890\n:28C:00196/002\n';
    const content = text('bankx').replace(/(?=:61:.*NCHG)/, `${page}:60M:C260715IDR252089500,00\n`);
    const whole = await accepted('bankx');
    const paged = await accepted('bankx', { content });
    expect(paged.totals).toEqual(whole.totals);
    expect(paged.rows.map(({ theirRef }) => theirRef)).toEqual(whole.rows.map(({ theirRef }) => theirRef));
  });

  test.each<[string, Given, string, string, string]>([
    [
      'a closing balance that its entries do not make',
      { content: text('bankx').replace('272083000', '272083001') },
      'balance_closing',
      '272083001',
      '272083000',
    ],
    [
      'an opening balance that is not where yesterday ended',
      { previous: { number: 195, closing: 152_500_001n } },
      'balance_opening',
      '152500000',
      '152500001',
    ],
    [
      'a statement after one that is missing',
      { previous: { number: 194, closing: 152_500_000n } },
      'statement_number',
      '196',
      '195',
    ],
    [
      'a statement that begins at 1 within a year',
      {
        content: text('bankx').replace(/:28C:\d+/, ':28C:00001'),
        previous: { number: 194, closing: 152_500_000n, date: '2026-07-14' },
      },
      'statement_number',
      '1',
      '195',
    ],
    ['a statement of another day', { name: 'BANKX_20260716.sta' }, 'date_wrong', '2026-07-15', '2026-07-16'],
    [
      'another currency',
      { content: text('bankx').replace('C260714IDR', 'C260714USD') },
      'line_invalid',
      'USD',
      'IDR',
    ],
    [
      'sen',
      { content: text('bankx').replace('6500,00', '6500,50') },
      'line_invalid',
      '6500,50',
      'whole rupiah such as 410500,00',
    ],
    [
      'a second account',
      { content: `${text('bankx')}:20:STMT260715\n:25:BANKX/8888888888\n` },
      'line_invalid',
      'BANKX/8888888888',
      'BANKX/1234567890, as before',
    ],
    [
      'a page that goes on where the last one ended, and does not end',
      { content: `${text('bankx')}:60M:C260715IDR272083000,00\n:61:2607150715D83000,00NTRFNONREF\n` },
      'trailer_missing',
      'no trailer',
      'a last line :62F:',
    ],
    [
      'a page that does not go on where the one before ended',
      {
        content: text('bankx').replace(
          /(?=:61:.*NCHG)/,
          ':62M:C260715IDR252089500,00\n:60M:C260715IDR252089501,00\n',
        ),
      },
      'balance_opening',
      '252089501',
      '252089500',
    ],
    [
      'an entry between two pages',
      { content: text('bankx').replace(/(?=:61:.*NCHG)/, ':62M:C260715IDR252089500,00\n') },
      'line_invalid',
      '2607150715D6500,00NCHGNONREF//FT26196AAA…',
      'an entry of an open statement',
    ],
    [
      'no closing balance',
      { content: text('bankx').replace(/:62F:.*\n/, '') },
      'trailer_missing',
      'no trailer',
      'a last line :62F:',
    ],
  ])('%s is refused', async (_, given, gate, stated, computed) => {
    expect(await refusal('bankx', given)).toMatchObject({ gate, stated, computed });
  });
});

describe('a bank statement in camt.053', () => {
  test('a sound one gives an entry per transaction, reversals as F and pending ones as U', async () => {
    const { totals, rows } = await accepted('banky', { previous: { number: 41, closing: 152_500_000n } });

    expect(totals).toMatchObject({
      businessDate: '2026-07-15',
      statement: { account: 'ID1234567890', number: 42, opening: 152_500_000n, closing: 272_083_000n },
    });
    expect(
      rows.map(({ lineNo, ourRef, theirRef, amount, status, hint, type, paidAt }) =>
        [lineNo, ourRef, theirRef, amount, status, hint, type, paidAt].join(' '),
      ),
    ).toEqual([
      '1 DEP-CA017-0715 FT26196AAA1 100000000 S  PMNT-RCDT 2026-07-15',
      '2 STL-PDM07-0714 FT26196AAA2 -410500 S  PMNT-ICDT 2026-07-15',
      '3  FT26196AAA3 -6500 S  CHRG 2026-07-15',
      '4 DEP-CA021-0715A FT26196AAA4 15000000 S  PMNT-RCDT 2026-07-15',
      '5 DEP-CA021-0715B FT26196AAA4 10000000 S  PMNT-RCDT 2026-07-15',
      '6 DEP-CA009-0714 FT26196AAA5 5000000 F  PMNT-RCDT 2026-07-15',
      '7  FT26196AAA6 750000 U DEP-CA033-0715 PMNT-RCDT 2026-07-15',
    ]);
  });

  test.each<[string, RegExp, string, string, string]>([
    ['transactions that do not make their entry', /15000000\.00/, '15000001.00', 'line_invalid', '25000000'],
    [
      'a closing balance that its entries do not make',
      /272083000/,
      '272083001',
      'balance_closing',
      '272083001',
    ],
    ['another currency', /Ccy="IDR">410500/, 'Ccy="USD">410500', 'line_invalid', 'USD'],
    [
      'a document type',
      /<Document/,
      '<!DOCTYPE d [<!ENTITY x "y">]><Document',
      'line_invalid',
      '<!DOCTYPE d [<!ENTIT',
    ],
    ['an entity of its own', /SETORAN/, '&lol;', 'line_invalid', '&lol;'],
    ['elements that cross', /<\/Ntry>/, '</Nope>', 'line_invalid', '</Nope>'],
  ])('%s is refused', async (_, right, wrong, gate, stated) => {
    const content = text('banky').replace(right, wrong);

    expect(await refusal('banky', { content })).toMatchObject({
      gate,
      stated: expect.stringContaining(stated) as string,
    });
  });

  test('cut anywhere it is refused', async () => {
    const content = text('banky').trimEnd();
    for (let length = 0; length < content.length; length += 97) {
      const { gate } = await refusal('banky', { content: content.slice(0, length) });
      expect([length, gate]).toEqual([length, 'trailer_missing']);
    }
  });
});

test.each<Golden>(['pdm07', 'tel03', 'bankx', 'banky'])(
  'a byte order mark and CR LF change nothing in %s',
  async (of) => {
    const plain = await accepted(of);

    const dressed = await accepted(of, {
      content: `\xef\xbb\xbf${text(of).replaceAll('\n', '\r\n')}`,
    });

    expect(dressed).toEqual(plain);
  },
);

test.each<[string, Given, string, string]>([
  ['LF where CR LF was agreed', { format: ['layout: fixed', 'eol: crlf\nlayout: fixed'] }, 'LF', 'CR LF'],
  [
    'CR LF where LF was agreed',
    { content: text('pdm07').replaceAll('\n', '\r\n'), format: ['layout: fixed', 'eol: lf\nlayout: fixed'] },
    'CR',
    'LF',
  ],
  ['CR alone', { content: text('pdm07').replaceAll('\n', '\r') }, 'CR', 'LF or CR LF'],
])('%s is refused with its line', async (_, given, stated, computed) => {
  expect(await refusal('pdm07', given)).toMatchObject({ gate: 'line_invalid', line: 1, stated, computed });
});

test('CR alone is a line end where it was agreed', async () => {
  const { rows } = await accepted('pdm07', {
    content: text('pdm07').replaceAll('\n', '\r'),
    format: ['layout: fixed', 'eol: cr\nlayout: fixed'],
  });

  expect(rows).toHaveLength(5);
});

test('Latin-1 letters are read where they were agreed, and refused with their line where not', async () => {
  const content = text('tel03').replace('DEWI', 'DÉWI');
  const format: [string, string] = ['layout: csv', 'encoding: latin1\nlayout: csv'];

  const { rows } = await accepted('tel03', { content, format });

  expect(rows).toHaveLength(7);
  expect(await refusal('tel03', { content })).toMatchObject({ line: 4, stated: 'other bytes' });
});
