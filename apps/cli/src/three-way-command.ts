import type { Command } from 'commander';
import { formatRupiah, isBusinessDate, isPaymentId, normalizePaymentId, rupiah } from '#lib/kernel';
import { SettingError, type Database } from '#lib/platform';
import {
  needsNobody,
  NEXT_STEPS,
  threeWaysOf,
  threeWaysOfDays,
  VERDICTS,
  type SideView,
  type ThreeWay,
} from '#lib/reports';
import { withDatabase } from './database';
import { JSON_HELP, printJson } from './output';
import { printTable } from './table';

interface ThreeWayOptions {
  lang: string;
  json?: boolean;
}

/** `simpul recon three-way`. */
export function addThreeWayCommand(recon: Command): void {
  recon
    .command('three-way')
    .description(
      'what the channel’s file, our books and the biller’s file say: of one payment, or of whatever a source’s day has otherwise; exit 1 where something needs somebody',
    )
    .argument('<what>', 'a Payment ID as on the receipt, or a source, for example LPB01')
    .argument('[date]', 'with a source: its business date, for example 2026-07-14')
    .option('--lang <language>', 'id or en', 'id')
    .option('--json', JSON_HELP)
    .action(async (what: string, date: string | undefined, { lang, json }: ThreeWayOptions) => {
      const views = await read(what, date);
      if (json) printJson({ ok: views.every(isFine), payments: views });
      else print(views, lang === 'en' ? 'en' : 'id');
      process.exitCode = views.every(isFine) ? 0 : 1;
    });
}

function isFine({ next }: ThreeWay): boolean {
  return needsNobody(next);
}

async function read(what: string, date: string | undefined): Promise<ThreeWay[]> {
  const said = setTimeout(() => console.error('simpul: the three sides are put together ...'), 2_000);
  try {
    if (date === undefined) return await withDatabase((database) => ofPayment(database, what));
    if (!isBusinessDate(date))
      throw new SettingError(`"${date}" is not a business date; write it as 2026-07-14`);
    const wanted = { from: date, to: date, source: what, channel: null };
    return await withDatabase((database) =>
      database.snapshot((statements) => threeWaysOfDays(statements, wanted)),
    );
  } finally {
    clearTimeout(said);
  }
}

async function ofPayment(database: Database, typed: string): Promise<ThreeWay[]> {
  const paymentId = normalizePaymentId(typed);
  if (!isPaymentId(paymentId))
    throw new SettingError(`"${typed}" is no Payment ID; of a source the business date is needed too`);
  const views = await database.snapshot((statements) => threeWaysOf(statements, [paymentId]));
  if (views.length === 0) throw new SettingError(`there is no payment ${paymentId}`);
  return views;
}

function print(views: readonly ThreeWay[], language: 'id' | 'en'): void {
  if (views.length === 0) {
    console.log(language === 'id' ? 'tidak ada yang berbeda' : 'nothing differs');
    return;
  }
  const heads = {
    id: ['pembayaran', 'referensi', 'mitra', 'kita', 'biller', 'artinya', 'selisih', 'langkah'],
    en: ['payment', 'reference', 'channel', 'us', 'biller', 'meaning', 'break', 'next'],
  };
  printTable(
    heads[language],
    views.map(({ paymentId, reference, channel, ours, biller, verdict, breakState, next }) => [
      paymentId ?? '',
      reference,
      sideText(channel),
      sideText(ours),
      sideText(biller),
      VERDICTS[verdict].what[language],
      breakState ?? '',
      NEXT_STEPS[next][language],
    ]),
  );
}

function sideText({ says, amount, source, line }: SideView): string {
  const place = source === null ? '' : ` (${source}${line === null ? '' : ` ${line}`})`;
  return `${says}${amount === null ? '' : ` ${formatRupiah(rupiah(amount))}`}${place}`;
}
