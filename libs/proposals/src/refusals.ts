import { wordsOfRefusal, type ApprovalRefusal } from '#lib/audit';
import type { ReleaseRefusal } from '#lib/catalog';
import type { ResumeRefusal } from '#lib/floats';
import type { UserRefusal } from '#lib/identity';
import { formatRupiah, type Words } from '#lib/kernel';
import type { ApprovedCommitRefusal } from '#lib/ledger';
import {
  doubtsInWords,
  type FundsRefusal,
  type NamingRefusal,
  type PayoutRefusal,
  type SlipRefusal,
} from '#lib/settlement';

const CHANGED: Words = {
  id: 'sudah ada yang berubah sementara itu; lihat lagi',
  en: 'something has changed since it was proposed; look again',
};

function proposedBy({ approvalId, maker }: { approvalId: string; maker: string }): Words {
  return {
    id: `${maker} sudah mengusulkannya (${approvalId})`,
    en: `${maker} has proposed it already (${approvalId})`,
  };
}

/** Why a payout did not move, in a sentence. */
export function payoutInWords(error: PayoutRefusal): Words {
  switch (error.kind) {
    case 'unknown':
      return {
        id: 'pembayaran keluar itu tidak ada',
        en: 'there is no such payout; see simpul payout list',
      };
    case 'cannot':
      return {
        id: `keadaannya ${error.state}, jadi tidak dapat ${error.event}`,
        en: `it is ${error.state}, so it cannot be ${error.event}`,
      };
    case 'changed meanwhile':
      return {
        id: 'seseorang sudah mengubahnya sementara itu; lihat lagi',
        en: 'somebody has changed it meanwhile; look again',
      };
    case 'not proposed':
      return { id: 'belum ada yang mengusulkannya', en: 'nobody has proposed it; see simpul payout propose' };
    case 'shown':
      return {
        id: `bank menunjukkan debit sebesar itu di ${error.line}; sebutkan apa baris itu, atau nyatakan bahwa itu hal lain`,
        en: `the bank shows a debit of its amount at ${error.line}; name it (simpul bank name), or say --despite when it is something else`,
      };
    case 'in doubt': {
      const isApproved = error.state === 'approved';
      return {
        id:
          `dasarnya pembukuan untuk selisih yang dibuka lagi (${error.doubts.map(({ breakId }) => breakId).join(', ')}); ` +
          `waktu diusulkan belum begitu: ${isApproved ? 'batalkan, buat rancangan baru dan usulkan itu' : 'tolak usul ini dan usulkan kembali'}, supaya dua orang melihatnya`,
        en: `${doubtsInWords(error.doubts)}; that was not so when it was proposed: ${isApproved ? 'cancel it, draft it again and have that proposed' : 'reject the proposal and have it proposed anew'}, so that two people see it`,
      };
    }
    case 'not due':
      return {
        id: `jatuh temponya ${error.dueDate} dan hari ini ${error.today}; bila harus keluar lebih awal, batalkan, buat rancangan baru dan usulkan itu sebagai lebih awal dengan alasannya`,
        en: `it is due on ${error.dueDate} and today is ${error.today}; where it must leave sooner, cancel it, draft it again and propose that with --early --note <why>`,
      };
    case 'proposal':
      return proposedBy(error.refusal);
    case 'approval':
      return wordsOfRefusal(error.refusal);
  }
}

/** Why a line of the bank was not named, in a sentence. */
export function namingInWords(refusal: NamingRefusal): Words {
  switch (refusal.kind) {
    case 'unknown':
      return { id: 'baris itu tidak ada', en: 'there is no such line; see simpul bank lines' };
    case 'worked':
      return {
        id: `baris ini tidak membutuhkan siapa pun: ${refusal.outcome ?? 'belum dikerjakan'}`,
        en: `the line needs nobody: it is ${refusal.outcome ?? 'not worked yet'}`,
      };
    case 'differs':
      return {
        id: 'tidak mungkin: pemberitahuan atau pembayaran keluar itu tidak ada, jumlahnya berbeda, atau uangnya sudah dibukukan; untuk beberapa pembayaran keluar jumlahnya harus sama dengan baris itu',
        en: 'it cannot be that: no such announcement or payout, the amounts differ, or that money is booked already; of several payouts the amounts must come to that of the line',
      };
    case 'not proposed':
      return { id: 'belum ada yang mengusulkannya', en: 'nobody has proposed it; see simpul bank name' };
    case 'changed meanwhile':
      return CHANGED;
    case 'insufficient':
      return {
        id: 'deposit tidak mencukupi; bicarakan dengan kanal',
        en: 'the deposit does not cover it; talk to the channel',
      };
    case 'proposal':
      return proposedBy(refusal.refusal);
    case 'approval':
      return wordsOfRefusal(refusal.refusal);
  }
}

/** Why a position of funds is not signed, in a sentence. */
export function fundsInWords(refusal: FundsRefusal): Words {
  switch (refusal.kind) {
    case 'remainder':
      return {
        id: `${formatRupiah(refusal.remainder)} tidak dapat dijelaskan; posisi ditandatangani hanya pada 0`,
        en: `${formatRupiah(refusal.remainder)} are unexplained; a position is signed only on 0`,
      };
    case 'no statement':
      return {
        id: 'belum ada rekening koran bank sampai hari itu',
        en: 'no bank statement has been taken up to that day',
      };
    case 'not proposed':
      return { id: 'belum ada yang mengusulkannya', en: 'nobody has proposed it; see --propose' };
    case 'changed':
      return {
        id: 'pembukuan berubah sejak diusulkan, atau sudah ditandatangani; lihat lagi',
        en: 'the books have changed since it was proposed, or it was signed meanwhile; look again',
      };
    case 'signed already':
      return { id: `${refusal.by} sudah menandatanganinya`, en: `${refusal.by} has signed it` };
    case 'proposal':
      return proposedBy(refusal.refusal);
    case 'approval':
      return wordsOfRefusal(refusal.refusal);
  }
}

/** Why a biller does not go on, in a sentence. */
export function resumingInWords(refused: ResumeRefusal): Words {
  return refused.kind === 'proposal'
    ? wordsOfRefusal(refused.refusal)
    : {
        id: 'biller ini tidak dijeda, atau tidak lagi',
        en: 'it is not paused, or not any more; see simpul float attention',
      };
}

/** Why a slip is not booked, in a sentence. */
export function slipInWords(refusal: SlipRefusal): Words {
  switch (refusal.kind) {
    case 'slip used':
      return {
        id: 'bukti ini sudah dibukukan dengan kanal atau jumlah lain',
        en: 'this slip was booked with another channel or amount',
      };
    case 'booked before':
      return {
        id: 'sudah dibukukan sebelumnya; tidak ada yang perlu dilakukan',
        en: 'it was booked before; nothing is to be done',
      };
    case 'unknown channel':
      return { id: `kanal ${refusal.channelId} tidak ada`, en: `there is no channel ${refusal.channelId}` };
    case 'more than invoiced':
      return {
        id: `dari PPh pada faktur ${refusal.channelId} hanya tersisa ${formatRupiah(refusal.left)}; bukukan fakturnya dahulu, atau periksa lagi buktinya`,
        en: `of the PPh on the invoices of ${refusal.channelId} only ${formatRupiah(refusal.left)} is left; book its invoices first (simpul tax <month> --book), or look at the slip again`,
      };
  }
}

/** Why a stop is not released, in a sentence. */
export function releaseInWords(refused: ReleaseRefusal): Words {
  switch (refused.kind) {
    case 'not stopped':
      return {
        id: 'penghentian itu tidak ada, atau sudah dilepas',
        en: 'there is no such stop, or it is released; see simpul stop list',
      };
    case 'proposal':
    case 'approval':
      return wordsOfRefusal(refused.refusal);
  }
}

/** Why something that was agreed to is not booked, in a sentence. */
export function commitInWords(refusal: ApprovedCommitRefusal): Words {
  switch (refusal.kind) {
    case 'approval':
      return wordsOfRefusal(refusal.refusal);
    case 'clash':
      return {
        id: 'referensinya sudah dipakai sementara itu; tidak ada yang dibukukan',
        en: 'its reference was used meanwhile; nothing was booked',
      };
    case 'overloaded':
      return {
        id: 'terlalu banyak yang menunggu dicatat; tidak ada yang dibukukan',
        en: 'too many wait to be written; nothing was booked',
      };
  }
}

/** Why nothing about a user or a role was done, in a sentence. */
export function userInWords(refusal: UserRefusal): Words {
  switch (refusal.kind) {
    case 'not allowed':
      return {
        id: `itu membutuhkan pengguna aktif dengan izin ${refusal.permission}`,
        en: `that takes an active user with the permission ${refusal.permission}; see simpul user list`,
      };
    case 'own access':
      return {
        id: 'tidak ada yang memutuskan tentang aksesnya sendiri; administrator lain harus melakukannya',
        en: 'nobody decides about their own access; another administrator must',
      };
    case 'unknown user':
      return {
        id: `pengguna ${refusal.login} tidak ada`,
        en: `there is no user ${refusal.login}; see simpul user list`,
      };
    case 'login taken':
      return {
        id: `${refusal.login} sudah menjadi pengguna, atau pernah; satu login untuk satu orang selamanya`,
        en: `${refusal.login} is a user already, or was one; a login is one person for ever`,
      };
    case 'unknown channel':
      return { id: `kanal ${refusal.channelId} tidak ada`, en: `there is no channel ${refusal.channelId}` };
    case 'no role':
      return { id: 'pengguna membutuhkan peran', en: 'a user needs a role' };
    case 'unknown role':
      return {
        id: `peran ${refusal.role} tidak ada; lihat docs/security.md`,
        en: `there is no role ${refusal.role}; see docs/security.md, or define it by simpul user role`,
      };
    case 'role of others':
      return {
        id: `${refusal.role} bukan untuk staf jenis ini: mitra mempunyai peran partner, dan kantor yang lain`,
        en: `${refusal.role} is not for staff of this kind: partners have the role partner, and the house the others`,
      };
    case 'unknown permission':
      return {
        id: `izin ${refusal.permission} tidak ada; lihat docs/security.md`,
        en: `there is no permission ${refusal.permission}; see docs/security.md`,
      };
    case 'role name':
      return {
        id: `"${refusal.role}" bukan nama peran yang sah; tulis huruf kecil, seperti night_desk`,
        en: `"${refusal.role}" is no name for a role of the installation; write small letters, such as night_desk`,
      };
    case 'state':
      return { id: `pengguna ini ${refusal.state}`, en: `the user is ${refusal.state}` };
    case 'four eyes':
      return {
        id: 'ada dua administrator aktif: usulkan dengan alasannya, dan biarkan yang lain menyetujui',
        en: 'two administrators are active: propose it with --as and --reason, and let another one agree',
      };
    case 'changed meanwhile':
      return {
        id: 'pengguna ini berubah sejak diusulkan; usulkan lagi',
        en: 'the user was changed since it was proposed; propose it again',
      };
    case 'proposal':
    case 'approval':
      return wordsOfRefusal(refusal.refusal);
  }
}

type RefusedOfKind = ApprovalRefusal | { kind: 'another kind' };

/** Why days do not hold, in a sentence. */
export function calendarInWords(refusal: RefusedOfKind): Words {
  return refusal.kind === 'another kind'
    ? { id: 'ini bukan usul kalender', en: 'it is no proposal for the calendar' }
    : wordsOfRefusal(refusal);
}

/** Why a day is not opened again, in a sentence. */
export function reopeningInWords(refusal: RefusedOfKind): Words {
  return refusal.kind === 'another kind'
    ? { id: 'ini bukan usul untuk membuka kembali satu hari', en: 'it is no proposal to re-open a day' }
    : wordsOfRefusal(refusal);
}
