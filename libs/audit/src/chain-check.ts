import { auditHash, BEFORE_FIRST, type AuditRow } from './audit-row';
import type { AuditHead } from './audit.rows';

/** How a chain is broken. */
export type AuditFaultKind =
  /** A row does not say any more what it said when it was written. */
  | 'content changed'
  /** A place is empty, or its row and its place are gone. */
  | 'missing'
  /** A row stands where another one was written. */
  | 'out of order'
  /** A row that was not written by us stands between two that were. */
  | 'inserted'
  /** The end of the chain is gone. */
  | 'newest removed'
  /** What was anchored is not what stands there: from some row before on everything was written anew. */
  | 'written anew';

/** The first row that is not as it was written. */
export interface AuditFault {
  seq: bigint;
  kind: AuditFaultKind;
  detail: string;
}

/** What the chain was on a day, as it was kept outside the database. */
export interface KnownPlace {
  date: string;
  seq: bigint;
  hash: Buffer;
}

/** What a walk over the chain has found. */
export interface ChainVerdict {
  checked: number;
  /** The last row that was read. */
  last: bigint;
  fault: AuditFault | undefined;
}

/** A row that is whole by itself and does not follow the one before it: the next ones tell why. */
interface Suspicion {
  row: AuditRow;
  before: AuditRow | undefined;
  beforeThat: Buffer | undefined;
  next: AuditRow | undefined;
  isElsewhere: boolean;
}

/**
 * Walks a chain from its first row, or from a place that is known to be good, and finds the first row that is not as it was
 * written. Holds no more than three rows.
 * @param known places kept outside the database, in their order. @param head where the chain says that it ends.
 */
export async function checkChain(
  rows: AsyncIterable<AuditRow> | Iterable<AuditRow>,
  {
    head,
    known = [],
    from = { seq: 0n, hash: BEFORE_FIRST },
  }: { head?: AuditHead | undefined; known?: readonly KnownPlace[]; from?: AuditHead } = {},
): Promise<ChainVerdict> {
  const places = new Map(known.map((place) => [place.seq, place]));
  let checked = 0;
  let last = from.seq;
  let before: AuditRow | undefined;
  let beforeThat: Buffer | undefined;
  let lastHash = from.hash;
  let fault: AuditFault | undefined;
  let suspicion: Suspicion | undefined;
  for await (const row of rows) {
    checked += 1;
    last = row.seq;
    if (suspicion) {
      // Only whether the row stands elsewhere is still asked, and what follows it.
      suspicion.next ??= row;
      suspicion.isElsewhere ||= row.hash.equals(suspicion.row.previousHash);
      continue;
    }
    if (fault) continue;
    const expected = (before?.seq ?? from.seq) + 1n;
    fault = faultOf(row, expected) ?? writtenAnew(row, places.get(row.seq));
    if (fault) continue;
    if (!row.previousHash.equals(lastHash)) {
      suspicion = { row, before, beforeThat, next: undefined, isElsewhere: false };
      continue;
    }
    beforeThat = lastHash;
    lastHash = row.hash;
    before = row;
  }
  if (suspicion) fault = told(suspicion);
  fault ??= endFault({ seq: last, hash: lastHash }, head, known);
  return { checked, last, fault };
}

function faultOf(row: AuditRow, expected: bigint): AuditFault | undefined {
  const { seq, previousHash, hash } = row;
  if (seq !== expected) return { seq: expected, kind: 'missing', detail: `the next row is ${seq}` };
  if (auditHash(row, previousHash).equals(hash)) return undefined;
  return {
    seq,
    kind: 'content changed',
    detail: `it now says: ${row.by} ${row.action} ${row.objectKind} ${row.objectId}`,
  };
}

function writtenAnew({ seq, hash }: AuditRow, place: KnownPlace | undefined): AuditFault | undefined {
  if (!place || place.hash.equals(hash)) return undefined;
  return {
    seq,
    kind: 'written anew',
    detail: `on ${place.date} it had the hash ${short(place.hash)} and now it has ${short(hash)}; rows before it were changed, too`,
  };
}

/** Why a row does not follow the one before it, by what stands around. */
function told({ row, before, beforeThat, next, isElsewhere }: Suspicion): AuditFault {
  const { seq, previousHash } = row;
  if (isElsewhere) return { seq, kind: 'out of order', detail: 'the row that it follows stands elsewhere' };
  // The next one follows what stood before this one: this one was put there.
  if (next && (before?.hash ?? BEFORE_FIRST).equals(next.previousHash))
    return { seq, kind: 'inserted', detail: `row ${next.seq} follows the one before it` };
  // It follows the one before that: what stands between them was put there.
  if (before && beforeThat?.equals(previousHash))
    return { seq: before.seq, kind: 'inserted', detail: `row ${seq} follows the one before it` };
  return { seq, kind: 'missing', detail: 'the row that it follows is gone' };
}

function endFault(
  { seq, hash }: AuditHead,
  head: AuditHead | undefined,
  known: readonly KnownPlace[],
): AuditFault | undefined {
  const beyond = known.find((place) => place.seq > seq);
  if (beyond)
    return {
      seq: seq + 1n,
      kind: 'newest removed',
      detail: `on ${beyond.date} the chain had ${beyond.seq} rows`,
    };
  if (!head) return undefined;
  if (head.seq > seq)
    return { seq: seq + 1n, kind: 'newest removed', detail: `the chain ended with row ${head.seq}` };
  if (head.seq < seq)
    return { seq: head.seq + 1n, kind: 'inserted', detail: `the chain ends with row ${head.seq}` };
  if (head.hash.equals(hash)) return undefined;
  return { seq, kind: 'written anew', detail: 'the end of the chain has another hash' };
}

function short(hash: Buffer): string {
  return hash.toString('hex', 0, 8);
}
