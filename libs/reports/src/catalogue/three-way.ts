import type { Reading, ReportDefinition, ReportRow } from '../definition';
import { words, type Words } from '../language';
import { NO_DIFFERENCE, threeWaysOfDays } from '../three-way/differences';
import { NEXT_STEPS } from '../three-way/next';
import type { ThreeWay } from '../three-way/three-way';
import { VERDICTS, type Says, type Verdict } from '../three-way/verdict';
import { sumOf } from '../ties';
import { CHANNEL, column, DATE, PAYMENT, summed } from './columns';

const SAYS: Readonly<Record<Says, Words>> = {
  S: words('berhasil', 'paid'),
  F: words('gagal', 'failed'),
  U: words('belum pasti', 'not known'),
  absent: words('tidak ada', 'not there'),
  none: words('belum ada berkas', 'no file yet'),
};

const MEANINGS = Object.fromEntries(Object.entries(VERDICTS).map(([verdict, { what }]) => [verdict, what]));

const BREAK_STATES: Readonly<Record<string, Words>> = {
  open: words('terbuka', 'open'),
  investigating: words('diperiksa', 'looked into'),
  reopened: words('dibuka lagi', 'open again'),
  carried: words('dibawa ke hari berikutnya', 'carried to the next day'),
  proposed: words('menunggu orang kedua', 'waits for the second person'),
  resolved: words('selesai', 'ended'),
};

/** What the channel's file, our books and the biller's file say of whatever does not agree. */
export const THREE_WAY: ReportDefinition = {
  name: 'three-way',
  title: words('Tiga sisi: mitra, kita, biller', 'Three sides: channel, us, biller'),
  about: words(
    'Setiap pembayaran yang berbeda di berkas mitra atau biller pada tanggal itu, menurut ketiga sisi, beserta langkah berikutnya.',
    'Each payment that a channel’s or a biller’s file of these days has otherwise, as all three sides have it, and what to do.',
  ),
  period: 'days',
  daysMax: 31,
  forms: ['csv', 'xlsx', 'pdf'],
  filters: ['source', 'channel'],
  showsRuns: true,
  columns: [
    DATE,
    PAYMENT,
    column('reference', 'text', words('Referensi', 'Reference'), { width: 18 }),
    CHANNEL,
    column('source', 'text', words('Sumber', 'Source'), { width: 12 }),
    column('channel_says', 'code', words('Kata mitra', 'The channel says'), { words: SAYS }),
    column('we_say', 'code', words('Kata kita', 'We say'), { words: SAYS }),
    column('biller_says', 'code', words('Kata biller', 'The biller says'), { words: SAYS }),
    column('channel_amount', 'amount', words('Jumlah mitra (Rp)', 'Channel’s amount (IDR)')),
    column('our_amount', 'amount', words('Jumlah kita (Rp)', 'Our amount (IDR)')),
    column('biller_amount', 'amount', words('Jumlah biller (Rp)', 'Biller’s amount (IDR)')),
    column('verdict', 'code', words('Artinya', 'Meaning'), { words: MEANINGS, width: 28 }),
    column('break_state', 'code', words('Selisih', 'Break'), { words: BREAK_STATES, width: 18 }),
    column('next', 'code', words('Langkah', 'Next step'), { words: NEXT_STEPS, width: 34 }),
    summed('payments', 'count', words('Pembayaran', 'Payments')),
    summed('lines', 'count', words('Baris tanpa pembayaran', 'Lines of no payment')),
  ],
  rows: threeWayRows,
  ties: [
    {
      what: words(
        'Pembayaran dengan selisih di proses yang berlaku',
        'Payments with a break in the runs that count',
      ),
      ours: sumOf('payments'),
      theirs: `SELECT COUNT(DISTINCT b.payment_id) AS figure FROM recon_run r JOIN recon_break b ON b.run_id = r.run_id
  JOIN payment p ON p.payment_id = b.payment_id
WHERE r.effective_date BETWEEN {from} AND {to} AND ({source} IS NULL OR r.source = {source})
  AND ({channel} IS NULL OR p.channel_id = {channel}) AND b.kind NOT IN (${NO_DIFFERENCE})`,
    },
  ],
};

async function* threeWayRows({ statements, from, to, filters }: Reading): AsyncGenerator<ReportRow> {
  const { source = null, channel = null } = filters;
  for (const view of await threeWaysOfDays(statements, { from, to, source, channel })) yield rowOf(view);
}

function rowOf({ paymentId, reference, channelId, businessDate, isLastLeg, ...sides }: ThreeWay): ReportRow {
  const { channel, ours, biller } = sides;
  const verdict: Verdict = sides.verdict;
  return {
    business_date: businessDate,
    payment_id: paymentId,
    reference,
    channel_id: channelId,
    source: biller.source ?? channel.source,
    channel_says: channel.says,
    we_say: ours.says,
    biller_says: biller.says,
    channel_amount: channel.amount,
    our_amount: ours.amount,
    biller_amount: biller.amount,
    verdict,
    break_state: sides.breakState,
    next: sides.next,
    payments: paymentId !== null && isLastLeg ? 1 : 0,
    lines: paymentId === null ? 1 : 0,
  };
}
