import { createHash } from 'node:crypto';

/** The chain of what people, and jobs in their place, have done. */
export const DEEDS = 'deeds';

/** The hash before the first row. */
export const BEFORE_FIRST = Buffer.alloc(32);

/** What a row of the trail says; its hash covers all of it. */
export interface AuditContent {
  chain: string;
  /** By the database's clock. */
  writtenAt: Date;
  /** By the clock of the process. */
  at: Date;
  by: string;
  role: string;
  authenticated: string;
  action: string;
  objectKind: string;
  objectId: string;
  process: string;
  source: string;
  approvalId: string | null;
  paymentId: string | null;
  runId: number | null;
  /** Canonical JSON: reason, before, after. */
  changes: string;
}

/** A row of the trail in its place. */
export interface AuditRow extends AuditContent {
  seq: bigint;
  previousHash: Buffer;
  hash: Buffer;
}

/** SHA-256 over everything a row says and the hash of the row before it. */
export function auditHash(content: AuditContent, previousHash: Buffer): Buffer {
  const { chain, writtenAt, at, by, role, authenticated, action, objectKind, objectId } = content;
  const { process, source, approvalId, paymentId, runId, changes } = content;
  const who = [by, role, authenticated, process, source];
  const what = [action, objectKind, objectId, approvalId, paymentId, runId, changes];
  const parts = [
    chain,
    writtenAt.toISOString(),
    at.toISOString(),
    ...who,
    ...what,
    previousHash.toString('hex'),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest();
}
