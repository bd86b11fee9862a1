import {
  duplicateKey,
  PlaceTaken,
  type Database,
  type SqlValue,
  type Statements,
  type Transaction,
} from '#lib/platform';
import { auditHash, DEEDS, type AuditContent } from './audit-row';
import { AUDIT_COLUMNS } from './audit.rows';
import { canonicalOf, withoutCards } from './canonical';
import { originNow } from './origin';
import { standingOf } from './standing';

/** Something that somebody has done. */
export interface AuditEntry {
  /** A user as `userOf` gives them, `systemOf` a job or `operatorOf` an account of the machine. */
  by: string;
  /** In terms of the field, for example `approved`. At most 60 characters. */
  action: string;
  /** On what, for example `payout` and its reference. At most 40 and 160 characters. */
  object: { kind: string; id: string };
  /** By the clock of the process, as the other rows of the same deed. */
  at: Date;
  reason?: string | undefined;
  /** How it stood before and after; secrets and personal data are masked here. */
  before?: unknown;
  after?: unknown;
  approvalId?: string | undefined;
  paymentId?: string | undefined;
  runId?: number | undefined;
}

/** What is written of an entry, but for its time and place in the chain. */
type Line = Omit<AuditContent, 'writtenAt'>;

const waiting = new WeakMap<Transaction, Line[]>();
const ROWS_AT_ONCE = 500;

/** The name in the trail of a job of ours. */
export function systemOf(job: string): string {
  return `system:${inAscii(job, 60)}`;
}

/** The name in the trail of whoever works at a shell without saying who they are. */
export function operatorOf(account: string): string {
  return `operator:${inAscii(account, 60)}`;
}

/**
 * Adds a row to the audit trail, inside the transaction of the change it tells of: both stand, or neither. The row is
 * written right before COMMIT, so the end of the chain is always what is locked last, and nobody who waits for it holds
 * anything up that it needs.
 */
export function recordAudit(tx: Transaction, entry: AuditEntry): void {
  const line = lineOf(entry);
  const lines = waiting.get(tx);
  if (lines) {
    lines.push(line);
    return;
  }
  const first = [line];
  waiting.set(tx, first);
  tx.atEnd(() => append(tx, first));
}

/** Adds a row of its own before somebody sets something going that is many units of work: what a job does by itself. */
export function recordBefore(database: Database, entry: AuditEntry): Promise<void> {
  return database.transaction(async (tx) => recordAudit(tx, entry));
}

function lineOf({ by, action, object, at, reason, before, after, ...about }: AuditEntry): Line {
  const { process, source, authenticated, roleOf } = originNow();
  const isPerson = by.includes('@');
  return {
    chain: DEEDS,
    at,
    by: inAscii(by, 80),
    role: inAscii(isPerson ? roleOf(by) : (by.split(':')[0] ?? ''), 120),
    authenticated: inAscii(authenticated, 80),
    action: whole(action, 60),
    objectKind: inAscii(object.kind, 40),
    objectId: whole(withoutCards(object.id), 160),
    process: inAscii(process, 80),
    source: inAscii(source, 80),
    approvalId: about.approvalId ?? null,
    paymentId: about.paymentId ?? null,
    runId: about.runId ?? null,
    changes: canonicalOf({ reason, before, after }),
  };
}

async function append(tx: Transaction, lines: readonly Line[]): Promise<void> {
  const roles = await rolesOf(tx, lines);
  const [head] = await tx.rows<{ seq: string; hash: Buffer; now: Date }>(
    'SELECT seq, hash, SYSDATE(3) AS now FROM audit_head WHERE chain = ? FOR UPDATE',
    [DEEDS],
  );
  if (!head) throw new Error(`the audit chain ${DEEDS} has no head; run simpul migrate`);
  let seq = BigInt(head.seq);
  let hash = head.hash;
  const rows: SqlValue[][] = [];
  for (const line of lines) {
    const content = { ...line, role: roles.get(line.by) ?? line.role, writtenAt: head.now };
    const previous = hash;
    hash = auditHash(content, previous);
    seq += 1n;
    rows.push(valuesOf(content, seq, previous, hash));
  }
  await insert(tx, rows);
  const moved = await tx.run('UPDATE audit_head SET seq = ?, hash = ? WHERE chain = ? AND seq = ?', [
    seq,
    hash,
    DEEDS,
    head.seq,
  ]);
  if (moved !== 1) throw new PlaceTaken(`the audit chain ${DEEDS} went on meanwhile`);
}

/** The roles of those who are rows among the users, as they stand in this transaction. */
async function rolesOf(tx: Transaction, lines: readonly Line[]): Promise<Map<string, string>> {
  const roles = new Map<string, string>();
  for (const user of new Set(lines.map(({ by }) => by).filter((by) => by.includes('@')))) {
    const standing = await standingOf(tx, user);
    if (standing) roles.set(user, standing.roles.join(' ') || 'none');
  }
  return roles;
}

/** The key of the chain decides who has a place, not the lock: whoever comes second does all of their unit again. */
async function insert(statements: Statements, rows: readonly SqlValue[][]): Promise<void> {
  try {
    for (let from = 0; from < rows.length; from += ROWS_AT_ONCE)
      await statements.run(`INSERT INTO audit (${AUDIT_COLUMNS}) VALUES ?`, [
        rows.slice(from, from + ROWS_AT_ONCE),
      ]);
  } catch (error) {
    if (duplicateKey(error) === undefined) throw error;
    throw new PlaceTaken('another writer has this place of the audit chain', { cause: error });
  }
}

function valuesOf(content: AuditContent, seq: bigint, previousHash: Buffer, hash: Buffer): SqlValue[] {
  const { chain, writtenAt, at, by, role, authenticated, action, objectKind, objectId } = content;
  const { process, source, approvalId, paymentId, runId, changes } = content;
  return [
    chain,
    seq,
    writtenAt,
    at,
    by,
    role,
    authenticated,
    action,
    objectKind,
    objectId,
    process,
    source,
    approvalId,
    paymentId,
    runId,
    changes,
    previousHash,
    hash,
  ];
}

function inAscii(text: string, max: number): string {
  return text
    .replace(/[^\x20-\x7e]/g, '?')
    .trim()
    .slice(0, max);
}

/** A text that the server gives back as it was, so that its hash holds: no half of a character, no blank at an end. */
function whole(text: string, max: number): string {
  return Buffer.from(text.slice(0, max)).toString().trim();
}
