import { formatRupiah, rupiah, wibText, type Words } from '#lib/kernel';
import type { AboveLimit } from './approval-limits';
import type { ApprovalRefusal, ProposalRefusal } from './approvals';

/** Why a proposal or a decision was refused, in a sentence with its remedy. */
export function describeRefusal(refusal: ApprovalRefusal | ProposalRefusal): string {
  return wordsOfRefusal(refusal).en;
}

/** The same in both languages. */
export function wordsOfRefusal(refusal: ApprovalRefusal | ProposalRefusal): Words {
  switch (refusal.kind) {
    case 'proposed already':
      return {
        id: `${refusal.maker} sudah mengusulkan ini sebagai ${refusal.approvalId}; setujui, tolak, atau tarik usul itu`,
        en: `${refusal.maker} has proposed this already as ${refusal.approvalId}; approve, reject or withdraw that one`,
      };
    case 'unknown':
      return {
        id: 'usul itu tidak ada; daftar persetujuan menunjukkan yang masih terbuka',
        en: 'there is no such proposal; "simpul approval list" shows those that are open',
      };
    case 'ended': {
      const { state, by } = refusal;
      return {
        id: `usul ini sudah ${ENDED[state]}${by === null ? '' : ` oleh ${by}`}; tidak ada yang dilakukan lagi`,
        en: `it was ${state}${by === null ? '' : ` by ${by}`}; nothing was done again`,
      };
    }
    case 'expired':
      return {
        id: `usul ini kedaluwarsa pada ${wibText(refusal.expiredAt)}; usulkan lagi`,
        en: `it expired at ${wibText(refusal.expiredAt)}; propose it again`,
      };
    case 'another version':
      return {
        id: `yang diusulkan adalah versi ${refusal.version}; lihat lagi, lalu putuskan tentang versi itu`,
        en: `version ${refusal.version} was proposed; look at it again, then decide about that one`,
      };
    case 'maker is checker':
      return {
        id: `${refusal.maker} yang mengusulkannya; orang lain harus memutuskan`,
        en: `${refusal.maker} has proposed it; another person must decide`,
      };
    case 'not the maker':
      return {
        id: `hanya ${refusal.maker} yang boleh menariknya; orang lain boleh menolaknya`,
        en: `only ${refusal.maker} may take it back; another person may reject it`,
      };
    case 'not active':
      return {
        id: `${refusal.by} dinonaktifkan, atau milik mitra; orang lain harus menyetujui`,
        en: `${refusal.by} is disabled, or belongs to a partner; another person must agree`,
      };
    case 'agreed before':
      return {
        id: `${refusal.by} sudah menyetujui; orang lain harus menyetujui juga`,
        en: `${refusal.by} has agreed already; another person must agree too`,
      };
    case 'above limit':
      return aboveLimit(refusal);
  }
}

const ENDED = {
  proposed: 'diusulkan',
  approved: 'disetujui',
  rejected: 'ditolak',
  withdrawn: 'ditarik',
  expired: 'kedaluwarsa',
} as const;

function aboveLimit({ by, role, amount, limit, may }: AboveLimit): Words {
  const who = (nobody: string) =>
    may.map(({ role: one, users }) => `${one} (${users.join(', ') || nobody})`).join(', ');
  const [moved, most] = [formatRupiah(rupiah(amount)), formatRupiah(rupiah(limit))];
  const isNobody = may.length === 0;
  return {
    id:
      `usul ini memindahkan ${moved}; ${by} (${role}) boleh menyetujui paling banyak ${most}; ` +
      (isNobody
        ? 'tidak ada peran yang boleh menyetujui sebanyak itu: config/approvals.yaml, agrees_up_to'
        : `yang boleh: ${who('belum ada')}`),
    en:
      `it moves ${moved}; ${by} (${role}) may agree to at most ${most}; ` +
      (isNobody
        ? 'no role may agree to so much: config/approvals.yaml, agrees_up_to'
        : `who may: ${who('nobody yet')}`),
  };
}
