import { formatRupiah, rupiah, wibText } from '#lib/kernel';
import type { AboveLimit } from './approval-limits';
import type { ApprovalRefusal, ProposalRefusal } from './approvals';

/** Why a proposal or a decision was refused, in a sentence with its remedy. */
export function describeRefusal(refusal: ApprovalRefusal | ProposalRefusal): string {
  switch (refusal.kind) {
    case 'proposed already':
      return `${refusal.maker} has proposed this already as ${refusal.approvalId}; approve, reject or withdraw that one`;
    case 'unknown':
      return 'there is no such proposal; "simpul approval list" shows those that are open';
    case 'ended':
      return `it was ${refusal.state}${refusal.by === null ? '' : ` by ${refusal.by}`}; nothing was done again`;
    case 'expired':
      return `it expired at ${wibText(refusal.expiredAt)}; propose it again`;
    case 'another version':
      return `version ${refusal.version} was proposed; look at it again, then decide about that one`;
    case 'maker is checker':
      return `${refusal.maker} has proposed it; another person must decide`;
    case 'not the maker':
      return `only ${refusal.maker} may take it back; another person may reject it`;
    case 'not active':
      return `${refusal.by} is disabled, or belongs to a partner; another person must agree`;
    case 'agreed before':
      return `${refusal.by} has agreed already; another person must agree too`;
    case 'above limit':
      return aboveLimit(refusal);
  }
}

function aboveLimit({ by, role, amount, limit, may }: AboveLimit): string {
  const who = may.map(({ role: one, users }) => `${one} (${users.join(', ') || 'nobody yet'})`).join(', ');
  return (
    `it moves ${formatRupiah(rupiah(amount))}; ${by} (${role}) may agree to at most ${formatRupiah(rupiah(limit))}; ` +
    (who === '' ? 'no role may agree to so much: config/approvals.yaml, agrees_up_to' : `who may: ${who}`)
  );
}
