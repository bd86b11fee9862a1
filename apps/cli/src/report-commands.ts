import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { formatOn, readFormats } from '#lib/files';
import { wibText } from '#lib/kernel';
import { clockFromEnvironment, setting, SettingError } from '#lib/platform';
import { readJobs } from '#lib/reconciliation';
import {
  listExports,
  listOrders,
  makeExport,
  newExportId,
  orderOf,
  queueReport,
  ReportDoesNotTie,
  REPORTS,
  TooLongForPaper,
  type ExpectedFile,
  type ReportOrder,
  type ReportRequest,
} from '#lib/reports';
import { withCheckedDatabase } from './database';
import { commandLogger, JSON_HELP, printJson } from './output';
import { CONFIG } from './places';
import { counted, printTable } from './table';

interface ReportOptions {
  to?: string;
  format: string;
  lang: string;
  channel?: string;
  biller?: string;
  source?: string;
  party?: string;
  unmask?: string;
  bare?: boolean;
  bom: boolean;
  queue?: boolean;
  as?: string;
  json?: boolean;
}

const EXPORTS_SHOWN = 50;
/** A report that takes longer says how far it is. */
const PROGRESS_AFTER_MS = 2_000;

/** `simpul report`. */
export function addReportCommands(program: Command): void {
  const report = program
    .command('report')
    .description('write a report; exit 1 when it does not tie to the books, and nothing is written then')
    .argument('<name>', 'one of `simpul report list`')
    .argument('<date>', 'the business date, for example 2026-07-14; of a monthly report the month, 2026-07')
    .option('--to <date>', 'the last day, inclusive')
    .option('--format <form>', 'csv, xlsx or pdf', 'csv')
    .option('--lang <language>', 'id or en', 'id')
    .option('--channel <id>', 'only this channel')
    .option('--biller <id>', 'only this biller')
    .option('--source <code>', 'only this source')
    .option('--party <id>', 'only this party')
    .option('--unmask <reason>', 'show customers’ numbers whole, and keep why')
    .option('--bare', 'csv: the headings and the rows only, for a program')
    .option('--no-bom', 'csv: without the byte order mark that spreadsheets want')
    .option('--queue', 'have the worker make it, and tell the order’s id')
    .option('--as <user>', 'who makes it, for example an e-mail address')
    .option('--json', JSON_HELP)
    .action(runReport);
  addList(report);
  addExports(report);
  addOrders(report);
}

function addList(report: Command): void {
  report
    .command('list')
    .description('every report: what it shows, what it is written as, what it ties to')
    .option('--lang <language>', 'id or en', 'en')
    .option('--json', JSON_HELP)
    .action((_: object, command: Command) => {
      const { lang, json } = optionsOf(command);
      // The command line is English; `report` itself, whose files are Indonesian, has the option first.
      const isSaid = command.parent?.getOptionValueSource('lang') === 'cli';
      const language = isSaid && lang === 'id' ? 'id' : 'en';
      const reports = REPORTS.map(
        ({ name, title, about, period, daysMax, forms, filters, columns, ties }) => ({
          name,
          title: title[language],
          about: about[language],
          period,
          daysMax,
          forms,
          filters,
          columns: columns.map((column) => ({
            key: column.key,
            title: column.title[language],
            type: column.type,
          })),
          tiesTo: ties.map(({ what }) => what[language]),
        }),
      );
      if (json) {
        printJson({ ok: true, reports });
        return;
      }
      printTable(
        ['report', 'period', 'forms', 'title', 'ties to'],
        reports.map((one) => [one.name, one.period, one.forms.join(' '), one.title, one.tiesTo.join('; ')]),
      );
    });
}

function addExports(report: Command): void {
  report
    .command('exports')
    .description(
      'the reports that were written, the newest first: who, when, of what, and the file’s SHA-256',
    )
    .option('--json', JSON_HELP)
    .action(async (_: object, command: Command) => {
      const { json } = optionsOf(command);
      const exported = await withCheckedDatabase((database) => listExports(database, EXPORTS_SHOWN));
      if (json) {
        printJson({ ok: true, exports: exported });
        return;
      }
      printTable(
        ['made at', 'by', 'report', 'from', 'to', 'rows', 'unmasked because', 'file', 'sha-256'],
        exported.map((one) => [
          wibText(one.madeAt),
          one.madeBy,
          one.report,
          one.from,
          one.to,
          String(one.rows),
          one.unmaskReason ?? '',
          one.path,
          one.sha256,
        ]),
      );
      if (exported.length === 0) console.log('no report was written yet');
    });
}

function homeOfReports(): string {
  return setting('SIMPUL_HOME', 'the folder of the installation, for the files of reports');
}

/** A sum or a count, by thousands. */
function grouped(figure: bigint): string {
  return figure.toString().replace(/\B(?=(\d{3})+$)/g, '.');
}

/** What stands behind `list` and the like: a report has options of the same names and takes them first. */
function optionsOf(command: Command): Pick<ReportOptions, 'lang' | 'json'> {
  return command.optsWithGlobals<ReportOptions>();
}

function addOrders(report: Command): void {
  report
    .command('orders')
    .description('the reports that were ordered of the worker, the newest first, and what became of them')
    .option('--json', JSON_HELP)
    .action(async (_: object, command: Command) => {
      const { json } = optionsOf(command);
      const orders = await withCheckedDatabase((database) => listOrders(database, EXPORTS_SHOWN));
      if (json) printJson({ ok: true, orders });
      else
        printTable(
          ['order', 'ordered at', 'by', 'report', 'date', 'state', 'said'],
          orders.map((one) => [
            one.orderId,
            wibText(one.orderedAt),
            one.orderedBy,
            one.request.report,
            one.request.date,
            one.state,
            one.said ?? '',
          ]),
        );
      if (!json && orders.length === 0) console.log('no report was ordered yet');
    });
}

async function runReport(
  this: unknown,
  name: string,
  date: string,
  options: ReportOptions,
  command: Command,
): Promise<void> {
  const { json } = command.optsWithGlobals<ReportOptions>();
  const request = requestFrom(name, date, options);
  if (options.queue) {
    const queued = await withCheckedDatabase((database) =>
      queueReport(database, request, clockFromEnvironment().now()),
    );
    if (!queued.ok) throw new SettingError(queued.error);
    if (json) printJson({ ok: true, orderId: queued.value });
    else console.log(`ordered as ${queued.value}; simpul report orders tells when it is made`);
    return;
  }
  const order = orderOf(request);
  if (!order.ok) throw new SettingError(order.error);
  try {
    const made = await make(order.value);
    if (json) printJson({ ok: true, ...made, files: made.exported });
    else {
      for (const { whatInEnglish, ours } of made.ties)
        console.log(`ties to ${whatInEnglish}: ${grouped(ours)}`);
      for (const { path, sha256 } of made.exported) console.log(`${join(homeOfReports(), path)}  ${sha256}`);
      console.log(counted(made.rows, 'row'));
    }
  } catch (error) {
    if (!(error instanceof ReportDoesNotTie) && !(error instanceof TooLongForPaper)) throw error;
    const ties = error instanceof ReportDoesNotTie ? error.ties : [];
    if (json) printJson({ ok: false, reason: error.message, ties });
    else console.error(`simpul: ${error.message}`);
    process.exitCode = 1;
  }
}

function requestFrom(report: string, date: string, options: ReportOptions): ReportRequest {
  const { to, format, lang, channel, biller, source, party, unmask, bare, bom } = options;
  return {
    report,
    date,
    to,
    form: format,
    language: lang,
    filters: { channel, biller, source, party },
    by: options.as ?? userInfo().username,
    unmaskReason: unmask,
    isBare: bare,
    hasByteOrderMark: bom && bare !== true,
  };
}

async function make(order: ReportOrder) {
  const home = homeOfReports();
  const now = clockFromEnvironment().now();
  const begun = Date.now();
  let told = begun;
  return withCheckedDatabase((database) =>
    makeExport(
      {
        database,
        home,
        now,
        logger: commandLogger(),
        expectedFiles: expectedFiles(),
      },
      order,
      newExportId(now),
      (rows) => {
        if (Date.now() - told < PROGRESS_AFTER_MS) return;
        told = Date.now();
        console.error(`simpul: ${rows} rows after ${Math.round((told - begun) / 1_000)} s`);
      },
    ),
  );
}

/** When each source's file is owed, by its schedule and the zone of its format. */
function expectedFiles(): ExpectedFile[] {
  const formats = readFormats(join(CONFIG, 'formats'));
  const { sources } = readJobs(join(CONFIG, 'jobs.yaml'));
  return [...sources].map(([source, { expectedAt, warnAt }]) => ({
    source,
    expectedAt,
    warnAt,
    timeZone: formatOn(formats, source, '9999-12-31')?.cutOff.timeZone ?? 'Asia/Jakarta',
  }));
}
