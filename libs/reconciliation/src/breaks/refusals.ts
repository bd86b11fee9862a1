import { wordsOfRefusal, type ApprovalRefusal, type ProposalRefusal } from '#lib/audit';
import { formatRupiah, type Words } from '#lib/kernel';
import type { DecisionRefusal, RefundRefusal } from '#lib/switching';
import type { BreakState } from './break-states';
import type { Resolution } from './break';
import type { ResendRefusal } from './desk';

/** Why nothing was done about a break. */
export type BreakRefusal =
  | { kind: 'unknown'; breakId: string }
  /** From this state it cannot happen. */
  | { kind: 'state'; breakId: string; state: BreakState; wanted: string }
  | { kind: 'does not fit'; resolution: Resolution; what: string }
  /** Something that the resolution needs is missing or wrong; the text says what to give. */
  | { kind: 'needs'; what: string }
  /** The resolution needs a checker: it must be proposed. */
  | { kind: 'needs checker'; resolution: Resolution }
  | { kind: 'cannot resend'; why: ResendRefusal }
  /** A break of a channel's own file moves no money between us and a biller. */
  | { kind: 'of a channel'; channel: string; resolution: Resolution }
  /** Since it was proposed the break has changed; the proposal is void. */
  | { kind: 'changed'; breakId: string }
  | { kind: 'came second' }
  | { kind: 'overloaded' }
  | { kind: 'approval'; why: ApprovalRefusal | ProposalRefusal }
  | { kind: 'payment'; why: DecisionRefusal }
  | { kind: 'refund'; why: RefundRefusal };

/** A refusal in a sentence with its remedy. */
export function describeBreakRefusal(refusal: BreakRefusal): string {
  return wordsOfBreakRefusal(refusal).en;
}

/** The same in both languages. */
export function wordsOfBreakRefusal(refusal: BreakRefusal): Words {
  switch (refusal.kind) {
    case 'unknown':
      return {
        id: `selisih ${refusal.breakId} tidak ada`,
        en: `there is no break ${refusal.breakId}; "simpul break list" shows those that are open`,
      };
    case 'state':
      return {
        id: `${refusal.breakId} dalam keadaan ${refusal.state}; langkah ini tidak mungkin dari sana`,
        en: `${refusal.breakId} is ${refusal.state} and cannot be ${refusal.wanted}`,
      };
    case 'does not fit':
      return {
        id: `${refusal.resolution} bukan penyelesaian untuk selisih ini`,
        en: `${refusal.resolution} is no end for ${refusal.what}`,
      };
    case 'needs':
      return { id: `masih ada yang kurang: ${refusal.what}`, en: refusal.what };
    case 'needs checker':
      return {
        id: `${refusal.resolution} membutuhkan orang kedua: usulkan`,
        en: `${refusal.resolution} needs a second person: propose it`,
      };
    case 'cannot resend': {
      const why = describeResend(refusal.why);
      return {
        id: `tidak dapat dikirim lagi: ${why.id}. Kembalikan uangnya (refund atau reversal) dan biarkan kanal menjualnya kembali`,
        en: `it cannot be sent again: ${why.en}. Give the money back (refund or reversal) and let the channel sell it anew`,
      };
    }
    case 'of a channel':
      return {
        id:
          `${refusal.resolution} membukukan dengan biller, sedangkan ini yang dikatakan ${refusal.channel} tentang penjualannya ` +
          'sendiri: lihat ketiga pihak; yang berbeda dengan biller mempunyai selisih sendiri. Bila pihak kita sudah benar, ' +
          'rekonsiliasi ulang mengakhirinya; bila pihak mereka salah, berkas yang dibetulkan, atau surat mereka dan counterparty_error',
        en:
          `${refusal.resolution} books with a biller, and this is what ${refusal.channel} says of its own sales: look at ` +
          'all three sides with "simpul recon three-way"; what differs with the biller has a break of its own. Once ours is ' +
          'right, "simpul recon rerun" ends it; where theirs is wrong, a corrected file, or their letter and counterparty_error',
      };
    case 'changed':
      return {
        id: `${refusal.breakId} sudah berubah sejak diusulkan; lihat lagi dan usulkan kembali`,
        en: `${refusal.breakId} has changed since it was proposed; look at it again and propose it anew`,
      };
    case 'came second':
      return CAME_SECOND;
    case 'overloaded':
      return OVERLOADED;
    case 'approval':
      return wordsOfRefusal(refusal.why);
    case 'payment':
      return wordsOfDecision(refusal.why);
    case 'refund':
      return describeRefund(refusal.why);
  }
}

const CAME_SECOND: Words = {
  id: 'orang lain lebih dahulu; lihat lagi',
  en: 'somebody else was first; look at it again',
};
const OVERLOADED: Words = {
  id: 'terlalu banyak yang menunggu dicatat; tidak ada yang dilakukan, coba lagi',
  en: 'too many wait to be written; nothing was done, try again',
};
const NO_PAYMENT: Words = { id: 'pembayaran itu tidak ada', en: 'there is no such payment' };

function describeResend(why: ResendRefusal): Words {
  switch (why.kind) {
    case 'payment unknown':
      return NO_PAYMENT;
    case 'another leg':
      return {
        id: `leg ${why.legNo} sudah menggantikan leg ini`,
        en: `leg ${why.legNo} has taken the place of this one`,
      };
    case 'state':
      return {
        id: `pembayaran ${why.state}, dan hanya yang PAID dikirim lagi`,
        en: `the payment is ${why.state}, and only what is PAID is sent again`,
      };
    case 'being reversed':
      return { id: 'sedang diperintahkan untuk dibatalkan', en: 'it is ordered to be reversed' };
    case 'refunded':
      return { id: 'sebagian sudah dikembalikan', en: 'some of it is refunded' };
    case 'sent again before':
      return { id: 'sudah pernah dikirim ulang satu kali', en: 'that was done once before' };
    case 'no bill':
      return {
        id: 'produknya tidak mempunyai tagihan yang dapat dilihat masih terbuka',
        en: 'its product has no bill that could be seen to be open',
      };
    case 'bill taken over':
      return {
        id: 'pembayaran lain atas tagihan yang sama sudah dimulai',
        en: 'another payment of the same bill has begun since',
      };
    case 'prefunded':
      return { id: 'billernya sudah dibayar di muka', en: 'its biller has been paid in advance' };
    case 'handed out':
      return {
        id: `pelanggan memegang ${why.what} dari yang pertama`,
        en: `the customer holds the ${why.what} of the first time`,
      };
    case 'settled':
      return { id: 'harinya sudah diselesaikan bersamanya', en: 'its day is settled with it' };
    case 'not in contract':
      return {
        id: 'kontrak biller tidak mengizinkannya (`resend: true` di format sumbernya)',
        en: "the biller's contract does not allow it (`resend: true` in the format of its source)",
      };
  }
}

/** Why a payment was not ended, in a sentence. */
export function describeDecision(why: DecisionRefusal): string {
  return wordsOfDecision(why).en;
}

function wordsOfDecision(why: DecisionRefusal): Words {
  switch (why.kind) {
    case 'payment unknown':
      return NO_PAYMENT;
    case 'state':
      return why.state === 'SUSPECT' || why.state === 'SENT'
        ? {
            id: `pembayaran ${why.state}: billernya masih ditanyai; orang memutuskan bila sudah UNRESOLVED`,
            en: `the payment is ${why.state}: its biller is still being asked; people decide when it is UNRESOLVED`,
          }
        : {
            id: `pembayaran ${why.state}, dan ini tidak dapat mengubahnya`,
            en: `the payment is ${why.state}, which this cannot change`,
          };
    case 'another leg':
      return {
        id: `leg ${why.legNo} sudah menggantikan leg ini`,
        en: `leg ${why.legNo} has taken the place of this one`,
      };
    case 'another amount':
      return {
        id: `pembayaran ini sebesar ${formatRupiah(why.amount)}, jumlah yang lain`,
        en: `the payment is about ${formatRupiah(why.amount)}, another amount`,
      };
    case 'being reversed':
      return {
        id: 'sedang diperintahkan untuk dibatalkan; hasilnya yang menentukan',
        en: 'it is ordered to be reversed; its outcome decides',
      };
    case 'refunded':
      return {
        id: `${formatRupiah(why.refunded)} darinya sudah dikembalikan`,
        en: `${formatRupiah(why.refunded)} of it are refunded already`,
      };
    case 'contradicted':
      return {
        id: `biller mengatakan lain: ${why.said}`,
        en: `the biller has said otherwise: ${why.said}`,
      };
    case 'receipt incomplete':
      return {
        id: `struknya membutuhkan "${why.missing}", yang hanya dapat dikatakan jawaban biller`,
        en: `its receipt needs "${why.missing}", which only the biller's answer can say`,
      };
    case 'came second':
      return {
        id: `pembayaran ${why.state}: penulis lain lebih dahulu, atau basis data tidak menerimanya`,
        en: `the payment is ${why.state}: another writer was first, or the database did not take it`,
      };
  }
}

function describeRefund(why: RefundRefusal): Words {
  switch (why.kind) {
    case 'payment unknown':
      return NO_PAYMENT;
    case 'not refundable':
      return {
        id: `pembayaran yang ${why.state} tidak dikembalikan`,
        en: `a payment that is ${why.state} is not refunded`,
      };
    case 'more than is left':
      return {
        id: `hanya ${formatRupiah(why.left)} yang masih dapat dikembalikan`,
        en: `only ${formatRupiah(why.left)} of it are left to refund`,
      };
    case 'id used':
    case 'came second':
      return CAME_SECOND;
    case 'overloaded':
      return OVERLOADED;
  }
}
