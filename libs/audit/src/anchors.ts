import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { businessDateOf, addDays, JAKARTA_MIDNIGHT, type Clock } from '#lib/kernel';
import { duplicateKey, type Database, type Logger, type Statements } from '#lib/platform';
import { DEEDS } from './audit-row';
import { auditHead, streamAudit } from './audit.rows';
import { checkChain, type KnownPlace } from './chain-check';

/** The name of the file in its folder. */
export const ANCHOR_FILE = `audit-${DEEDS}.anchors`;
const BEFORE_FIRST_LINE = '0'.repeat(64);
const LINE = /^(\d{4}-\d\d-\d\d) (\d+) ([0-9a-f]{64}) ([0-9a-f]{64})$/;

/** Where anchors are kept: SIMPUL_AUDIT_ANCHORS, or a folder of the installation. */
export function anchorFolder(home: string): string {
  return process.env['SIMPUL_AUDIT_ANCHORS'] || join(home, 'anchors');
}

/** The file of anchors is not as we have written it; the message names its first bad line. */
export class AnchorsChanged extends Error {}

/** What taking anchors needs. */
export interface AnchorTools {
  database: Database;
  clock: Clock;
  logger: Logger;
  /** Outside of the database, best where its administrators cannot write. */
  folder: string;
}

/**
 * Once for each day of Jakarta that is over: how many rows the chain has and the hash of the newest one, as a line of a file
 * outside the database. The day's row decides what the line says, so several workers, and a repeat, write the same file.
 * Days on which no worker was up have no line. Before that the rows since the line before are walked: what is broken is not
 * anchored, and is told as an error.
 * @returns whether there is a new line. @throws AnchorsChanged.
 */
export async function anchorDay({ database, clock, logger, folder }: AnchorTools): Promise<boolean> {
  const now = clock.now();
  const date = addDays(businessDateOf(now, JAKARTA_MIDNIGHT), -1);
  const written = await readAnchors(folder);
  const last = written.at(-1);
  if (last && last.date >= date) return false;
  const taken = await anchorsAfter(database, last?.date ?? '');
  if (!taken.some((anchor) => anchor.date >= date)) {
    const newest = await takeAnchor(database, { date, now, last });
    if (!newest.ok) {
      logger.error(
        { fault: newest.fault, last },
        'the audit trail is broken and was not anchored: simpul audit verify',
      );
      return false;
    }
    taken.push(...(await anchorsAfter(database, taken.at(-1)?.date ?? last?.date ?? '')));
  }
  await writeAnchors(folder, [...written, ...taken]);
  return true;
}

/** Walks what came since the last line, and keeps the newest row's place as the day's. */
async function takeAnchor(
  database: Database,
  { date, now, last }: { date: string; now: Date; last: KnownPlace | undefined },
): Promise<{ ok: true } | { ok: false; fault: string }> {
  const newest = await database.snapshot(async (statements) => {
    const place = await auditHead(statements);
    if (last && last.seq > 0n && !(await stands(statements, last)))
      return { place, fault: `row ${last.seq} is not what it was on ${last.date}` };
    const { fault } = await checkChain(streamAudit(statements, { after: last?.seq ?? 0n }), {
      head: place,
      ...(last && { from: last }),
    });
    return { place, fault: fault && `row ${fault.seq}: ${fault.kind}, ${fault.detail}` };
  });
  const { place, fault } = newest;
  if (fault !== undefined) return { ok: false, fault };
  try {
    await database.run(
      'INSERT INTO audit_anchor (chain, anchor_date, seq, hash, taken_at) VALUES (?, ?, ?, ?, ?)',
      [DEEDS, date, place.seq, place.hash, now],
    );
  } catch (error) {
    // Another worker has taken the day's.
    if (duplicateKey(error) === undefined) throw error;
  }
  return { ok: true };
}

async function stands(statements: Statements, { seq, hash }: KnownPlace): Promise<boolean> {
  const rows = await statements.rows('SELECT 1 FROM audit WHERE chain = ? AND seq = ? AND hash = ?', [
    DEEDS,
    seq,
    hash,
  ]);
  return rows.length > 0;
}

async function anchorsAfter(statements: Statements, date: string): Promise<KnownPlace[]> {
  const rows = await statements.rows<{ anchor_date: string; seq: string; hash: Buffer }>(
    "SELECT anchor_date, seq, hash FROM audit_anchor WHERE chain = ? AND (? = '' OR anchor_date > ?) ORDER BY anchor_date",
    [DEEDS, date, date === '' ? '1000-01-01' : date],
  );
  return rows.map((row) => ({ date: row.anchor_date, seq: BigInt(row.seq), hash: row.hash }));
}

/**
 * What the file outside says of each day, oldest first; nothing where there is no file yet.
 * @throws AnchorsChanged where a line does not follow the one before it.
 */
export async function readAnchors(folder: string): Promise<KnownPlace[]> {
  const path = join(folder, ANCHOR_FILE);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  if (text !== '' && !text.endsWith('\n')) throw new AnchorsChanged(`${path}: its last line is not whole`);
  let before = BEFORE_FIRST_LINE;
  return text
    .split('\n')
    .slice(0, -1)
    .map((line, at) => {
      const [, date = '', seq = '', hash = '', own = ''] = LINE.exec(line) ?? [];
      if (own === '' || own !== lineHash(before, date, seq, hash))
        throw new AnchorsChanged(
          `${path}:${at + 1}: this line, or the one before it, is not as it was written`,
        );
      before = own;
      return { date, seq: BigInt(seq), hash: Buffer.from(hash, 'hex') };
    });
}

/** The whole file under another name first: it is there as it was, or as it is to be, whenever we are stopped. */
async function writeAnchors(folder: string, anchors: readonly KnownPlace[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, ANCHOR_FILE);
  const part = `${path}.${randomBytes(6).toString('hex')}.part`;
  const file = await open(part, 'w');
  try {
    await file.writeFile(textOf(anchors));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(part, path);
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function textOf(anchors: readonly KnownPlace[]): string {
  let before = BEFORE_FIRST_LINE;
  return anchors
    .map(({ date, seq, hash }) => {
      const text = hash.toString('hex');
      before = lineHash(before, date, seq.toString(), text);
      return `${date} ${seq} ${text} ${before}\n`;
    })
    .join('');
}

function lineHash(before: string, date: string, seq: string, hash: string): string {
  return createHash('sha256').update(`${before} ${date} ${seq} ${hash}`).digest('hex');
}
