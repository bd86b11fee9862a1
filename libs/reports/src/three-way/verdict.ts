import { words, type Words } from '../language';

/** What one side says of a payment: S, F, U as everywhere; `absent`: its file is worked and does not list it; `none`: no file yet. */
export type Says = 'S' | 'F' | 'U' | 'absent' | 'none';

/** What the three sides together mean. */
export type Verdict =
  | 'agree'
  | 'waits'
  | 'amount'
  | 'answer_lost'
  | 'no_receipt'
  | 'biller_lacks'
  | 'only_us'
  | 'only_channel'
  | 'only_biller'
  | 'unknown';

/** The words of a verdict: what it is, and what to do about it. */
export const VERDICTS: Readonly<Record<Verdict, { what: Words; next: Words }>> = {
  agree: { what: words('semua sama', 'all agree'), next: words('tidak ada', 'nothing') },
  waits: {
    what: words('menunggu berkas', 'waits for a file'),
    next: words('tunggu berkas yang belum datang', 'wait for the file that is not there yet'),
  },
  amount: {
    what: words('beda jumlah', 'different amounts'),
    next: words('periksa tagihannya di ketiga sisi', 'look at the bill on all three sides'),
  },
  answer_lost: {
    what: words('jawaban hilang', 'answer lost'),
    next: words('selesaikan di kita, lalu beri tahu mitra', 'complete ours, then tell the channel'),
  },
  no_receipt: {
    what: words('pelanggan mungkin tanpa struk', 'the customer may have no receipt'),
    next: words('kirim struk lewat mitra', 'send a receipt through the channel'),
  },
  biller_lacks: {
    what: words('biller belum menerima', 'the biller has nothing'),
    next: words('tanyakan ke biller, atau kembalikan', 'ask the biller, or give the money back'),
  },
  only_us: {
    what: words('hanya di kita', 'only with us'),
    next: words(
      'telusuri mitra dan biller sebelum dikembalikan',
      'trace channel and biller before it is given back',
    ),
  },
  only_channel: {
    what: words('hanya di mitra', 'only with the channel'),
    next: words('beri tahu mitra: tidak terbayar', 'tell the channel: it was not paid'),
  },
  only_biller: {
    what: words('hanya di biller', 'only with the biller'),
    next: words('sanggah ke biller', 'dispute it with the biller'),
  },
  unknown: {
    what: words('belum pasti di kita', 'not known with us'),
    next: words('tunggu jawaban biller', 'wait for the biller’s answer'),
  },
};

/** What the channel's file, our books and the biller's file mean together. */
export function verdictOf(channel: Says, ours: Says, biller: Says, sameAmounts: boolean): Verdict {
  if (channel === 'none' && biller === 'none') return 'waits';
  const [channelPaid, billerPaid] = [channel === 'S', biller === 'S'];
  if (ours === 'S') {
    const [channelDenies, billerDenies] = [
      !channelPaid && channel !== 'none',
      !billerPaid && biller !== 'none',
    ];
    if (channelDenies && billerDenies) return 'only_us';
    if (channelDenies) return 'no_receipt';
    if (billerDenies) return 'biller_lacks';
    if (!sameAmounts) return 'amount';
  } else {
    if (channelPaid && billerPaid) return 'answer_lost';
    if (channelPaid) return 'only_channel';
    if (billerPaid) return 'only_biller';
    if (ours === 'U') return 'unknown';
    // The biller has nothing of it and neither have we: whatever the channel's file will say, there is nothing to do yet.
    if (biller === 'F' || biller === 'absent') return 'agree';
  }
  return channel === 'none' || biller === 'none' ? 'waits' : 'agree';
}
