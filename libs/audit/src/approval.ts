import { createHash } from 'node:crypto';

/** How a proposal stands. Only `proposed` can still become something else. */
export type ApprovalState = 'proposed' | 'approved' | 'rejected' | 'withdrawn' | 'expired';

/** Something that one person wants to happen and another one must let happen. Only how it stands ever changes. */
export interface Approval {
  approvalId: string;
  /** What is to happen, for example `write_off`. */
  kind: string;
  /** To what, for example a break's id. One proposal of a kind may be open for a subject. */
  subject: string;
  /** Of what the maker had before their eyes; the checker names the same. */
  version: string;
  /** Exactly what is to happen, as JSON. */
  payload: unknown;
  reason: string;
  maker: string;
  /** How many people other than the maker must agree. */
  checkersNeeded: number;
  checkersGiven: number;
  state: ApprovalState;
  lastEventNo: number;
  proposedAt: Date;
  expiresAt: Date;
  endedAt: Date | null;
  endedBy: string | null;
}

/** One line of a proposal's history. */
export interface ApprovalEvent {
  event: ApprovalState;
  by: string;
  version: string;
  note: string | null;
  at: Date;
}

/** What of a proposal is fixed when it is made. */
export interface ProposedContent {
  approvalId: string;
  kind: string;
  subject: string;
  version: string;
  /** The payload's JSON, as it was written. */
  payload: string;
  reason: string;
  maker: string;
  checkersNeeded: number;
  proposedAt: Date;
  expiresAt: Date;
}

/** SHA-256 over what was proposed: whoever edits a row by hand breaks it. */
export function approvalHash(content: ProposedContent): Buffer {
  const { approvalId, kind, subject, version, payload, reason, maker, checkersNeeded } = content;
  const times = [content.proposedAt.toISOString(), content.expiresAt.toISOString()];
  const parts = [approvalId, kind, subject, version, payload, reason, maker, checkersNeeded, ...times];
  return createHash('sha256').update(JSON.stringify(parts)).digest();
}

/** A version for what has none of its own: 16 characters that change with the content. */
export function versionOfContent(kind: string, subject: string, payload: string): string {
  return createHash('sha256')
    .update(JSON.stringify([kind, subject, payload]))
    .digest('hex')
    .slice(0, 16);
}
