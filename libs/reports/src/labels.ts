import type { Words } from './language';

/** Every word of a recap, Indonesian and English. */
export const LABELS = {
  title: 'Rekap rekonsiliasi / Reconciliation recap',
  source: 'Sumber / Source',
  businessDate: 'Tanggal usaha / Business date',
  run: 'Nomor proses / Run number',
  supersedes: 'Menggantikan proses / Supersedes run',
  file: 'Berkas / File',
  sha256: 'SHA-256',
  closedAt: 'Ditutup pada / Closed at',
  lines: 'Jumlah baris / Rows',
  bridge: 'Jembatan / Bridge',
  sign: 'Tanda / Sign',
  amount: 'Jumlah (Rp) / Amount (IDR)',
  remainder: 'Sisa / Remainder',
  outcome: 'Hasil / Outcome',
  count: 'Banyaknya / Count',
  ourAmount: 'Jumlah kita (Rp) / Our amount (IDR)',
  theirAmount: 'Jumlah mereka (Rp) / Their amount (IDR)',
  ourSuccesses: 'Sukses kita (Rp) / Our successes (IDR)',
  theirSuccesses: 'Sukses mereka (Rp) / Their successes (IDR)',
  total: 'Jumlah / Total',
  otherLines: 'Baris lain di berkas / Other lines of the file',
  agreedFailedLines: 'Gagal di kedua pihak / Failed on both sides',
  collapsedLines: 'Saling membatalkan / Cancelling each other',
  ignoredLines: 'Gagal di mereka, tidak kita kenal / Failed with them, unknown to us',
  breaks: 'Selisih / Break',
  detail: 'Rincian / Detail',
  legReference: 'Referensi / Reference',
  paymentId: 'ID pembayaran / Payment ID',
  difference: 'Beda (Rp) / Difference (IDR)',
  line: 'Baris berkas / File line',
} as const;

const KINDS: Readonly<Record<string, string>> = {
  matched: 'Cocok / Matched',
  matched_tol: 'Cocok dalam toleransi / Matched within tolerance',
  amount: 'Beda jumlah / Different amount',
  status: 'Beda status / Different status',
  only_ours: 'Hanya di kita / Only ours',
  only_theirs: 'Hanya di mereka / Only theirs',
  duplicate: 'Ganda / Duplicate',
  late: 'Terlambat, dibawa ke besok / Late, carried forward',
  agreed_failed: 'Sama-sama gagal / Agreed failed',
  carried_in: 'Bawaan dari hari lalu, terhitung di harinya / Carried in, counted on its own day',
  clearing: 'Beda dengan buku besar / Differs from the ledger',
  proposed: 'Diusulkan cocok, menunggu orang / Proposed, waits for a person',
};

const TERMS: Readonly<Record<string, string>> = {
  ours: 'Total kita / Our total',
  carry_in: 'Bawaan dari hari lalu / Carried in',
  late: 'Terlambat / Late',
  only_ours: 'Hanya di kita / Only ours',
  amount: 'Beda jumlah / Amount differences',
  status_us_fs: 'Sukses di mereka saja / Success with them only (US, FS)',
  status_sf_su: 'Sukses di kita saja / Success with us only (SF, SU)',
  duplicate: 'Ganda / Duplicates',
  only_theirs: 'Hanya di mereka / Only theirs',
  theirs: 'Total mereka / Their total',
};

const DETAILS: Readonly<Record<string, string>> = {
  repeat_line: 'Baris terulang / Repeated line',
  double_post: 'Tertagih dua kali / Posted twice',
};

const STATUSES: Readonly<Record<string, string>> = {
  S: 'sukses / success',
  F: 'gagal / failed',
  U: 'belum pasti / unknown',
};

/** The names of outcomes, by language. */
export const kindWords: Readonly<Record<string, Words>> = Object.fromEntries(
  Object.entries(KINDS).map(([kind, label]) => {
    const [id = kind, en = id] = label.split(' / ');
    return [kind, { id, en }];
  }),
);

/** The name of an outcome. */
export function kindLabel(kind: string): string {
  return KINDS[kind] ?? kind;
}

/** The name of a bridge term. */
export function termLabel(term: string): string {
  return TERMS[term] ?? term;
}

/** What lies behind a break: a kind of duplicate, or both statuses, ours first. */
export function breakLabel(sub: string): string {
  const [ours = '', theirs = ''] = sub;
  return (
    DETAILS[sub] ?? `kita / ours: ${STATUSES[ours] ?? ours}; mereka / theirs: ${STATUSES[theirs] ?? theirs}`
  );
}
