import { readdirSync, readFileSync, statSync } from 'node:fs';
import { hash } from 'node:crypto';
import { join } from 'node:path';
import { Workbook } from 'exceljs';
import { listExports, ReportDoesNotTie, REPORTS } from '../src';
import { reportBooks, tableOf, type ReportBooks } from './books';

const DAY = '2026-07-14';
let books: ReportBooks;

beforeAll(async () => {
  books = await reportBooks();
  await books.sell({ at: '2026-07-13 23:59:59', amount: 70_000n, end: 'PAID' });
  await books.sell({ at: '2026-07-14 00:00:01', amount: 250_000n, end: 'PAID' });
  await books.sell({ at: '2026-07-14 09:00:00', amount: 100_000n, end: 'PAID', channel: 'warung' });
  await books.sell({
    at: '2026-07-14 10:00:00',
    amount: 84_000n,
    end: 'PAID',
    biller: 'tirta',
    product: 'tirta-air',
  });
  await books.sell({ at: '2026-07-14 11:00:00', amount: 99_000n, end: 'DECLINED' });
  await books.sell({
    at: '2026-07-14 12:00:00',
    amount: 310_000n,
    end: 'SUSPECT',
    customer: '=cmd|531100012348',
  });
  const reversed = await books.sell({ at: '2026-07-14 13:00:00', amount: 50_000n, end: 'PAID' });
  await books.reverse(reversed, '2026-07-15');
});
afterAll(() => books.end());

async function table(report: string, more: Partial<Parameters<ReportBooks['make']>[0]> = {}) {
  const { exported } = await books.make({ report, date: DAY, ...more });
  return tableOf(readFileSync(join(books.home, exported[0]?.path ?? ''), 'utf8'));
}

test('sales of a day add up by biller, reversals by their own day, and both tie to the ledger', async () => {
  expect(await table('per-biller')).toEqual([
    ['pln', 'pln-postpaid', '3', '400000', '7500', '1500', '2400', '3600', '401500', '0', '0'],
    ['tirta', 'tirta-air', '1', '84000', '2500', '500', '800', '1200', '84500', '0', '0'],
    ['Jumlah', '', '4', '484000', '10000', '2000', '3200', '4800', '486000', '0', '0'],
  ]);
  expect(await table('per-biller', { date: '2026-07-15' })).toEqual([
    ['pln', 'pln-postpaid', '0', '0', '0', '0', '0', '0', '0', '1', '50500'],
    ['Jumlah', '', '0', '0', '0', '0', '0', '0', '0', '1', '50500'],
  ]);
});

test('the same sales by channel, or of one of them', async () => {
  const all = await table('per-channel');
  const one = await table('per-channel', { filters: { channel: 'warung' } });

  expect(all.map(([channel, , sales, principal]) => [channel, sales, principal])).toEqual([
    ['bank-nusa', '2', '300000'],
    ['bank-nusa', '1', '84000'],
    ['warung', '1', '100000'],
    ['Jumlah', '4', '484000'],
  ]);
  expect(one.map(([channel, , sales]) => [channel, sales])).toEqual([
    ['warung', '1'],
    ['Jumlah', '1'],
  ]);
});

test('fee income of several days is what the fee account moved by', async () => {
  expect(await table('fee-income', { date: '2026-07-13', to: '2026-07-15' })).toEqual([
    ['bank-nusa', 'pln-postpaid', 'penjualan', '3', '7500', '1500', '2400', '3600'],
    ['bank-nusa', 'tirta-air', 'penjualan', '1', '2500', '500', '800', '1200'],
    ['warung', 'pln-postpaid', 'penjualan', '1', '2500', '500', '800', '1200'],
    ['bank-nusa', 'pln-postpaid', 'pembatalan', '1', '-2500', '-500', '-800', '-1200'],
    ['Jumlah', '', '', '6', '10000', '2000', '3200', '4800'],
  ]);
});

test('a deposit begins with what it ended with before, and ends with what moved it', async () => {
  const [bank] = await table('deposit-summary', { filters: { channel: 'bank-nusa' } });
  const mutations = await table('deposit-mutation', { filters: { channel: 'bank-nusa' } });

  expect(bank).toEqual(['bank-nusa', '9928300', '0', '-389100', '0', '0', '0', '9539200']);
  expect(mutations.map((row) => [row[4], row[8], row[9]])).toEqual([
    ['penjualan', '251700', '9676600'],
    ['penjualan', '85700', '9590900'],
    ['penjualan', '51700', '9539200'],
    ['', '389100', ''],
  ]);
});

test('the journal of the day has every line with its account, and debits equal credits', async () => {
  const rows = await table('journal');
  const sums = rows.at(-1);
  const summary = await table('journal-summary');

  expect(rows.filter(([, , kind]) => kind === 'capture')).toHaveLength(4 * 3);
  expect(sums?.slice(5, 7)).toEqual([sums?.[5], sums?.[5]]);
  expect(summary.at(-1)?.slice(4, 6)).toEqual(sums?.slice(5, 7));
  expect(summary).toContainEqual(['2026-07-14', 'own:fee-income', 'capture', '4', '0', '4800', '-4800']);
});

test('what has no end is listed with the money it holds; its customer is masked unless somebody says why', async () => {
  const [suspect] = await table('suspects');
  const { exported } = await books.make({
    report: 'suspects',
    date: DAY,
    unmaskReason: 'the bank asks for this customer',
  });
  const unmasked = readFileSync(join(books.home, exported[0]?.path ?? ''), 'utf8');

  expect(suspect?.[5]).toBe('*************2348');
  expect(suspect?.slice(-2)).toEqual(['310000', '311700']);
  expect(unmasked).toContain("'=cmd|531100012348");
  expect(unmasked).toContain('Nomor pelanggan dibuka karena,the bank asks for this customer');
  const kept = await listExports(books.store.database, 1_000);
  expect(kept.find(({ unmaskReason }) => unmaskReason !== null)).toMatchObject({
    report: 'suspects',
    madeBy: 'siti@simpul.example',
    unmaskReason: 'the bank asks for this customer',
    rows: 1,
  });
});

test('the statement of a party leads from opening to closing on each of its accounts', async () => {
  const rows = await table('party-statement', { date: DAY, to: DAY });
  const accounts = new Set(rows.map(([account = '']) => account).filter((account) => account.includes(':')));
  expect(accounts.size).toBeGreaterThan(0);
  for (const account of accounts) {
    const own = rows.filter(([one]) => one === account);
    const sumOf = (column: number, kinds: (kind: string) => boolean) =>
      own.filter(([, kind = '']) => kinds(kind)).reduce((sum, row) => sum + BigInt(row[column] || 0), 0n);
    const moved = sumOf(3, () => true);
    expect(sumOf(4, (kind) => kind === 'saldo awal') + moved).toBe(
      sumOf(4, (kind) => kind === 'saldo akhir'),
    );
  }
});

test('a month as the regulator asks for it: downtime and complaints are counted from their rows', async () => {
  const { admin } = books.store;
  await admin.run(`INSERT INTO downtime VALUES ('all', 'switch', 1, '', '2026-07-14 01:00:00'),
    ('all', 'switch', 2, '', '2026-06-30 16:50:00'), ('route:pln/direct', 'breaker', 1, 'pln', '2026-07-15 02:00:30')`);
  await admin.run(`INSERT INTO downtime_end VALUES ('all', 'switch', 1, '2026-07-14 01:00:20'),
    ('all', 'switch', 2, '2026-06-30 17:05:00')`);
  await admin.run(`INSERT INTO complaint VALUES ('CMP-2026-000001', NULL, 'payment', 'a', 'a@b', '2026-07-01', '2026-07-10'),
    ('CMP-2026-000002', NULL, 'payment', 'b', 'a@b', '2026-07-01', '2026-07-10'),
    ('CMP-2026-000003', NULL, 'refund', 'c', 'a@b', '2026-06-30 16:59:59', '2026-07-10')`);
  await admin.run(`INSERT INTO complaint_event VALUES ('CMP-2026-000001', 1, 'opened', '', 'a', 'a@b', '2026-07-01'),
    ('CMP-2026-000002', 1, 'opened', '', 'b', 'a@b', '2026-07-01'),
    ('CMP-2026-000003', 1, 'opened', '', 'c', 'a@b', '2026-06-30 16:59:59'),
    ('CMP-2026-000001', 2, 'answered', '', 'd', 'a@b', '2026-07-10 16:59:59')`);
  const rows = await table('regulator', { date: '2026-07' });
  expect(
    rows
      .slice(5)
      .map(([measure, biller, , , , , minutes, complaints, note]) => [
        measure,
        biller,
        minutes,
        complaints,
        note,
      ]),
  ).toEqual([
    ['Gangguan layanan', 'pln', '60', '', 'rute ke biller diputus'],
    ['Gangguan layanan', '', '6', '', 'tidak ada switch yang berjalan'],
    ['Pengaduan', '', '', '2', expect.stringContaining('dijawab tepat waktu 1')],
    ['Jumlah', '', '66', '2', ''],
  ]);
  for (const name of ['downtime_end', 'downtime', 'complaint_event', 'complaint'])
    await admin.run(`DELETE FROM ${name}`);
});

test('a month without downtime and complaints says so', async () => {
  const rows = await table('regulator', { date: '2026-07' });

  expect(
    rows.map(([measure, biller, , volume, value, charge]) => [measure, biller, volume, value, charge]),
  ).toEqual([
    ['Transaksi ditolak', 'pln', '1', '99000', '100700'],
    ['Transaksi belum pasti', 'pln', '1', '310000', '311700'],
    ['Transaksi berhasil', 'pln', '3', '420000', '425100'],
    ['Transaksi berhasil', 'tirta', '1', '84000', '85700'],
    ['Transaksi dibatalkan', 'pln', '1', '50000', '51700'],
    ['Gangguan layanan', '', '0', '', ''],
    ['Pengaduan', '', '0', '', ''],
    ['Jumlah', '', '7', '', '974900'],
  ]);
  expect((await table('tax-basis', { date: '2026-07' })).at(-1)).toEqual([
    'Jumlah',
    '5',
    '6000',
    '1200',
    '4800',
  ]);
});

test('open breaks are counted by their age in business days; what was resolved is not among them', async () => {
  await books.store.admin.run(
    `INSERT INTO break_case (break_id, source, business_date, kind, match_key, line_key, amount, run_id, run_date, state,
       last_event_no, owner, due_at, opened_at) VALUES ?`,
    [
      [
        // The report is made on Wednesday the 15th: Monday is two business days ago, and Friday three.
        ['brk_1', '2026-07-13', 'amount', 500n, 'open'],
        ['brk_2', '2026-07-10', 'amount', 700n, 'investigating'],
        ['brk_3', '2026-07-14', 'status', 310_000n, 'proposed'],
        ['brk_4', '2026-07-13', 'amount', 900n, 'resolved'],
      ].map(
        ([id, date, kind, amount, state]) =>
          [
            id,
            'LPB01',
            date,
            kind,
            id,
            '',
            amount,
            1,
            date,
            state,
            1,
            'operations',
            books.tools.now,
            books.tools.now,
          ] as (string | number | bigint | Date)[],
      ),
    ],
  );
  await books.store.admin.run(
    `INSERT INTO break_event (break_id, event_no, from_state, event, to_state, by_user, at)
     SELECT break_id, 1, 'open', 'x', state, 'siti', opened_at FROM break_case`,
  );

  expect((await table('break-ageing')).map((row) => row.filter((_, at) => at !== 2))).toEqual([
    ['2-3', 'LPB01', 'operations', '2026-07-10', '2', '1200'],
    ['0-1', 'LPB01', 'operations', '2026-07-14', '1', '310000'],
    ['Jumlah', '', '', '', '3', '311200'],
  ]);
  await books.store.admin.run('UPDATE break_event SET to_state = ? WHERE break_id = ?', [
    'resolved',
    'brk_3',
  ]);
  await expect(table('break-ageing')).rejects.toThrow('report 3, books 2, difference 1');
  await books.store.admin.run('DELETE FROM break_case');
});

test('every report is written in every form it has and in both languages, also of a day without anything', async () => {
  const days = [DAY, '2026-06-30'];
  const asked = REPORTS.flatMap(({ name, period, forms }) =>
    forms.flatMap((form) =>
      days.map((day) => ({ report: name, form, date: period === 'month' ? day.slice(0, 7) : day })),
    ),
  );
  for (const [index, request] of asked.entries()) {
    const { exported } = await books.make({ ...request, language: index % 2 === 0 ? 'id' : 'en' });
    const path = join(books.home, exported[0]?.path ?? '');
    expect(exported[0]?.sha256).toBe(hash('sha256', readFileSync(path)));
    expect(statSync(path).mode & 0o777).toBe(0o600);
  }
});

test('a workbook has its amounts as numbers, sums below them, and a sheet that says what it is', async () => {
  const { exported } = await books.make({ report: 'per-biller', date: DAY, form: 'xlsx' });
  const workbook = new Workbook();
  await workbook.xlsx.readFile(join(books.home, exported[0]?.path ?? ''));
  const [data, about] = workbook.worksheets;

  expect(data?.getRow(1).getCell(4).value).toBe('Pokok tagihan (Rp)');
  expect(data?.getRow(2).getCell(4).value).toBe(400_000);
  expect(data?.getRow(2).getCell(4).numFmt).toBe('#,##0');
  expect(data?.getRow(4).getCell(4).value).toBe(484_000);
  expect(data?.views[0]).toMatchObject({ state: 'frozen', ySplit: 1 });
  const facts = about?.getSheetValues().flat().map(String) ?? [];
  expect(facts).toContain('Dibuat oleh');
  expect(facts).toContain('siti@simpul.example');
  expect(facts.join()).toContain('Cocok dengan: Buku besar: kredit biller dari pembayaran');
});

test('a report that does not tie is refused with the difference, and leaves no file and no row', async () => {
  const path = join(books.home, 'exports', '2026-07-15');
  const before = readdirSync(path);
  const rows = (await listExports(books.store.database, 1_000)).length;
  await books.store.admin.run("UPDATE payment SET amount = amount + 1 WHERE biller_id = 'tirta'");

  const refused = books.make({ report: 'per-biller', date: DAY });

  await expect(refused).rejects.toThrow(ReportDoesNotTie);
  await expect(refused).rejects.toThrow('report 486.001, books 486.000, difference 1');
  expect(readdirSync(path)).toEqual(before);
  expect(await listExports(books.store.database, 1_000)).toHaveLength(rows);
  await books.store.admin.run("UPDATE payment SET amount = amount - 1 WHERE biller_id = 'tirta'");
});

test('a payment goes on while a report is written, and the report of one moment ties', async () => {
  const order = books.make({ report: 'journal', date: DAY });
  await books.sell({ at: '2026-07-14 20:00:00', amount: 10_000n, end: 'PAID' });

  const { ties } = await order;
  expect(ties.every(({ difference }) => difference === 0n)).toBe(true);
});

test.each([
  [{ report: 'per-bilr', date: DAY }, 'there is no report "per-bilr"; there are: daily-recap, per-biller'],
  [{ report: 'per-biller', date: '2026-02-30' }, '"2026-02-30" is not a date; write it as 2026-07-14'],
  [{ report: 'per-biller', date: DAY, to: '2026-07-13' }, 'lies before the first'],
  [{ report: 'journal', date: '2026-01-01', to: '2026-12-31' }, 'about 31 days at most; ask in parts'],
  [{ report: 'regulator', date: DAY, to: DAY }, 'regulator is about one month; write it as 2026-07'],
  [{ report: 'journal', date: DAY, form: 'pdf' }, 'not written as "pdf", only as: csv, xlsx'],
  [{ report: 'journal', date: DAY, filters: { channel: 'x' } }, 'journal cannot be narrowed'],
  [{ report: 'journal', date: DAY, language: 'fr' }, 'the language "fr" must be id or en'],
  [{ report: 'suspects', date: DAY, unmaskReason: 'why' }, 'takes 10 to 200 characters'],
])('what cannot be asked for is refused with what would be right: %j', async (request, why) => {
  await expect(books.make(request)).rejects.toThrow(why);
});

describe('the recap of days', () => {
  const bridge = (amounts: Record<string, string>) =>
    [
      ['ours', '+'],
      ['carry_in', '+'],
      ['late', '-'],
      ['only_ours', '-'],
      ['amount', '+'],
      ['status_us_fs', '+'],
      ['status_sf_su', '-'],
      ['duplicate', '+'],
      ['only_theirs', '+'],
      ['theirs', '='],
    ].map(([term = '', sign]) => ({ term, sign, amount: amounts[term] ?? '0' }));
  const kinds = (sums: Record<string, [number, string, string]>) =>
    Object.fromEntries(
      Object.entries(sums).map(([kind, [count, ourAmount, theirAmount]]) => [
        kind,
        { count, ourAmount, theirAmount },
      ]),
    );
  const RUNS = {
    '2026-07-14': {
      kinds: kinds({
        matched: [2, '350000', '350000'],
        agreed_failed: [1, '209560', '0'],
        late: [1, '84000', '0'],
      }),
      bridge: bridge({ ours: '434000', late: '84000', theirs: '350000' }),
    },
    '2026-07-15': {
      kinds: kinds({ matched: [2, '184000', '184000'], agreed_failed: [1, '136241', '136241'] }),
      bridge: bridge({ ours: '100000', carry_in: '84000', theirs: '184000' }),
    },
  };
  const close = async (totals: Record<string, object>) => {
    await books.store.admin.run('DELETE FROM recon_run');
    await books.store.admin.run(
      `INSERT INTO recon_run (source, business_date, run_no, effective_date, file_id, file_name, state, totals, created_at, closed_at)
       VALUES ?`,
      [
        Object.entries(totals).map(
          ([date, of]) =>
            ['LPB01', date, 1, date, 1, 'x', 'closed', JSON.stringify(of), new Date(), new Date()] as const,
        ),
      ],
    );
    await books.store.admin.run(
      `INSERT INTO recon_break (run_id, kind, match_key)
       SELECT run_id, 'late', '2607140000001003' FROM recon_run WHERE business_date = ?`,
      [DAY],
    );
  };
  afterEach(async () => {
    await books.store.admin.run('DELETE FROM recon_break');
    await books.store.admin.run('DELETE FROM recon_run');
  });

  test('counts successes, each on its own day, and comes to the bridges', async () => {
    await close(RUNS);
    const rows = await table('daily-recap', { to: '2026-07-15' });

    expect(rows.map((row) => [row[0], ...row.slice(-5)])).toEqual([
      ['2026-07-14', '2', '0', '350000', '350000', '0'],
      ['2026-07-14', '1', '0', '0', '0', '0'],
      ['2026-07-14', '1', '1', '84000', '0', '-84000'],
      ['2026-07-15', '2', '0', '184000', '184000', '0'],
      ['2026-07-15', '1', '0', '0', '0', '0'],
      ['2026-07-15', '0', '0', '-84000', '0', '84000'],
      ['Jumlah', '7', '1', '534000', '534000', '0'],
    ]);
  });

  test('is not written where its outcomes do not come to the bridges', async () => {
    const [day] = Object.values(RUNS);
    await close({
      '2026-07-14': {
        ...day,
        kinds: { ...day?.kinds, matched: { count: 2, ourAmount: '350001', theirAmount: '350000' } },
      },
    });

    await expect(table('daily-recap')).rejects.toThrow('report 434.001, books 434.000, difference 1');
  });
});
