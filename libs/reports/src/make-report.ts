import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Database } from '#lib/platform';
import { cellMaker, localTime } from './cells';
import type { Cell, Filters, Form, Reading, ReportDefinition, ReportRow, Tally } from './definition';
import type { Language } from './language';
import { bound } from './parameters';
import { runsBehind } from './runs';
import { tiesOf, untied, type TieResult } from './ties';
import { openCsv, type CsvOptions } from './writers/csv-writer';
import { openPdf } from './writers/pdf-writer';
import type { Fact, Opening, ReportWriter } from './writers/writer';
import { openXlsx } from './writers/xlsx-writer';

/** What is asked for, once it is known to be possible. */
export interface ReportOrder extends CsvOptions {
  definition: ReportDefinition;
  from: string;
  /** The last day, inclusive. */
  to: string;
  filters: Filters;
  form: Form;
  language: Language;
  madeBy: string;
  /** Why customers' numbers are shown whole; null: they are masked. */
  unmaskReason: string | null;
}

/** A report that was made. */
export interface MadeReport {
  /** Paths of its files. */
  files: string[];
  rows: number;
  /** Sums by column. */
  sums: Record<string, bigint>;
  ties: TieResult[];
  /** Reconciliation runs behind it, for example `LPB01 2026-07-14 #2`. */
  runs: string[];
}

/** The report and what it must agree with say different things, so nothing was written. */
export class ReportDoesNotTie extends Error {
  constructor(
    readonly report: string,
    readonly ties: readonly TieResult[],
  ) {
    super(
      `the report ${report} does not tie and was not written: ` +
        untied(ties)
          .map(
            (tie) =>
              `${tie.whatInEnglish}: report ${grouped(tie.ours)}, books ${grouped(tie.theirs)}, difference ${grouped(tie.difference)}`,
          )
          .join('; '),
    );
  }
}

const BATCH_ROWS = 500;

/**
 * Makes a report of one moment: rows stream from the database into the file, so that memory holds few of them and no
 * live row is locked. Its figures are then held to what it must tie to.
 * @param path where its files stand, without an ending.
 * @param onRows hears from time to time how many rows are written.
 * @throws ReportDoesNotTie, TooLongForPaper; nothing is left behind then.
 */
export async function makeReport(
  {
    database,
    now,
    expectedFiles,
  }: { database: Database; now: Date; expectedFiles: Reading['expectedFiles'] },
  order: ReportOrder,
  path: string,
  onRows: (rows: number) => void = () => undefined,
): Promise<MadeReport> {
  const { definition, from, to, filters, language } = order;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  return database.snapshot(async (statements) => {
    const reading: Reading = { statements, from, to, now, filters, language, expectedFiles };
    const runs = definition.showsRuns ? await runsBehind(reading) : [];
    const writer = await openWriter(path, openingOf(order, runs, now), order);
    try {
      const tally = await writeRows(writer, reading, order, onRows);
      const ties = await tiesOf(definition, reading, tally);
      if (untied(ties).length > 0) throw new ReportDoesNotTie(definition.name, ties);
      const files = await writer.finish({
        totals: totalsRow(definition, tally, language),
        facts: closingFacts(tally, ties, language),
      });
      return { files, rows: tally.rows, sums: Object.fromEntries(tally.sums), ties, runs };
    } catch (error) {
      await writer.abandon();
      throw error;
    }
  });
}

function openWriter(path: string, opening: Opening, order: ReportOrder): Promise<ReportWriter> {
  switch (order.form) {
    case 'csv':
      return openCsv(path, opening, order);
    case 'xlsx':
      return openXlsx(path, opening);
    case 'pdf':
      return openPdf(path, opening);
  }
}

async function writeRows(
  writer: ReportWriter,
  reading: Reading,
  { definition, language, unmaskReason }: ReportOrder,
  onRows: (rows: number) => void,
): Promise<Tally> {
  const cellsOf = cellMaker(definition, language, unmaskReason !== null);
  const summed = definition.columns.flatMap(({ key, isSummed }, index) =>
    isSummed ? [{ key, index, sum: 0n }] : [],
  );
  let rows = 0;
  let batch: Cell[][] = [];
  for await (const row of rowsOf(definition, reading)) {
    const cells = cellsOf(row);
    for (const one of summed) one.sum += BigInt(cells[one.index] ?? 0);
    rows += 1;
    batch.push(cells);
    if (batch.length < BATCH_ROWS) continue;
    await writer.add(batch);
    batch = [];
    onRows(rows);
  }
  await writer.add(batch);
  return { rows, sums: new Map(summed.map(({ key, sum }) => [key, sum])) };
}

function rowsOf({ rows }: ReportDefinition, reading: Reading): AsyncIterable<ReportRow> {
  if (typeof rows !== 'string') return rows(reading);
  const { sql, values } = bound(rows, reading);
  return reading.statements.stream<ReportRow>(sql, values);
}

const WORDS = {
  id: {
    report: 'Laporan',
    period: 'Tanggal usaha',
    asOf: 'Keadaan pada',
    filter: { channel: 'Mitra', biller: 'Biller', source: 'Sumber', party: 'Pihak' },
    all: 'semua',
    filters: 'Saringan',
    runs: 'Proses rekonsiliasi',
    none: 'belum ada',
    madeBy: 'Dibuat oleh',
    madeAt: 'Dibuat pada',
    unmasked: 'Nomor pelanggan dibuka karena',
    rows: 'Jumlah baris',
    total: 'Jumlah',
    tie: 'Cocok dengan',
    tieColumns: ['laporan', 'pembanding', 'selisih'],
  },
  en: {
    report: 'Report',
    period: 'Business date',
    asOf: 'As of',
    filter: { channel: 'Channel', biller: 'Biller', source: 'Source', party: 'Party' },
    all: 'all',
    filters: 'Filters',
    runs: 'Reconciliation runs',
    none: 'none yet',
    madeBy: 'Made by',
    madeAt: 'Made at',
    unmasked: 'Customer numbers shown because',
    rows: 'Rows',
    total: 'Total',
    tie: 'Ties to',
    tieColumns: ['report', 'compared', 'difference'],
  },
} as const;

function openingOf(order: ReportOrder, runs: readonly string[], now: Date): Opening {
  const { definition, from, to, filters, language, madeBy, unmaskReason } = order;
  const say = WORDS[language];
  const narrowed = Object.entries(filters).map(
    ([name, value]) => `${say.filter[name as keyof typeof say.filter]} = ${value}`,
  );
  const facts: Fact[] = [
    [say.report, definition.name],
    definition.period === 'now'
      ? [say.asOf, `${localTime(now)} WIB`]
      : [say.period, from === to ? from : `${from} – ${to}`],
    [say.filters, narrowed.length === 0 ? say.all : narrowed.join('; ')],
  ];
  if (definition.showsRuns) facts.push([say.runs, runs.length === 0 ? say.none : runs.join('; ')]);
  facts.push([say.madeBy, madeBy], [say.madeAt, `${localTime(now)} WIB`]);
  if (unmaskReason !== null) facts.push([say.unmasked, unmaskReason]);
  return {
    title: definition.title[language],
    about: definition.about[language],
    facts,
    columns: definition.columns,
    language,
  };
}

/** Sums stand in their columns; the first column that has none says what they are. */
function totalsRow({ columns }: ReportDefinition, { sums }: Tally, language: Language): Cell[] {
  if (sums.size === 0) return columns.map(() => null);
  const wordAt = columns.findIndex(({ isSummed }) => !isSummed);
  return columns.map(({ key }, index) => sums.get(key) ?? (index === wordAt ? WORDS[language].total : null));
}

function closingFacts({ rows }: Tally, ties: readonly TieResult[], language: Language): Fact[] {
  const say = WORDS[language];
  const [report, compared, difference] = say.tieColumns;
  return [
    [say.rows, rows],
    ...ties.map((tie): Fact => [
      `${say.tie}: ${tie.what}`,
      `${report} ${grouped(tie.ours)}; ${compared} ${grouped(tie.theirs)}; ${difference} ${grouped(tie.difference)}`,
    ]),
  ];
}

function grouped(figure: bigint): string {
  return figure.toString().replace(/\B(?=(\d{3})+$)/g, '.');
}
