import { isIPv6 } from 'node:net';
import { fail, ok, type Result } from '#lib/kernel';
import type { Database, Statements } from '#lib/platform';
import { hashOf } from './secrets';

/** How many failures are free, and after how many nothing is looked at for half an hour (ADR 50). */
const RULES = {
  /** From one source, whoever is meant. */
  source: { free: 10, max: 20 },
  /** From one source, for one account: less than the account bears, so that no source closes it for others. */
  sourceAndAccount: { free: 3, max: 5 },
  /** For one account, from wherever its user is not known. */
  account: { free: 3, max: 10 },
  /** From a browser that the account's user has signed in from: strangers do not close it. */
  device: { free: 3, max: 10 },
} as const;
type Counted = keyof typeof RULES;

export const SIGN_IN_FAILURES_MAX = RULES.account.max;
const WAIT_MAX_MS = 60_000;
/** How long what has failed too often stays closed; after as long without a failure it is forgotten. */
export const LOCK_MS = 30 * 60_000;
const KEPT_MS = 24 * 3_600_000;

/** Something whose failures are counted. */
export interface Guard {
  counted: Counted;
  key: Buffer;
}

/** No attempt is looked at before `until`. */
export interface Limited {
  kind: 'limited';
  until: Date;
}

/** An attempt that may be looked at. It counts as a failure until it is given back. */
export interface Attempt {
  guards: readonly Guard[];
  /** What is closed now, unless this attempt goes well. */
  closed: readonly Counted[];
}

/** Whose failures an attempt counts among. @param device its id, where the account's user is known there. */
export function guardsOf({
  source,
  login,
  device,
}: {
  source: string;
  login: string;
  device?: Buffer;
}): Guard[] {
  if (device) return [guard('device', device.toString('hex'))];
  return [guard('source', source), guard('sourceAndAccount', `${source}\n${login}`), guard('account', login)];
}

/** The guard of an account alone, which an administrator opens. */
export function guardOfAccount(login: string): Guard {
  return guard('account', login);
}

/** Guards of a one-time secret, which nobody guesses: no stranger closes an account by it. */
export function guardsOfEnrolment({ source, login }: { source: string; login: string }): Guard[] {
  return [guard('source', source), guard('sourceAndAccount', `enrolment\n${source}\n${login}`)];
}

function guard(counted: Counted, of: string): Guard {
  return { counted, key: hashOf(`${counted}\n${of}`) };
}

/**
 * Where an attempt comes from, as it is counted: an IPv4 address, or the /64 that a subscriber of IPv6 has.
 * @param address as the socket or a trusted proxy says it.
 */
export function sourceOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (!isIPv6(plain)) return plain.slice(0, 64);
  const [head = '', tail] = plain.split('::');
  const front = head.split(':').filter(Boolean);
  const back = (tail ?? '').split(':').filter(Boolean);
  const zeros = Array.from({ length: tail === undefined ? 0 : 8 - front.length - back.length }, () => '0');
  const network = [...front, ...zeros, ...back]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}

interface GuardRow {
  guard_key: Buffer;
  failures: number;
  counted_at: Date;
  open_at: Date;
}

/**
 * Takes an attempt before anything of it is looked at, and counts it as a failure in the same commit: of any number at one
 * moment, on however many processes, no more are looked at than the guards allow.
 */
export async function takeAttempt(
  database: Database,
  guards: readonly Guard[],
  now: Date,
): Promise<Result<Attempt, Limited>> {
  await open(database, guards, now);
  return database.transaction(async (statements) => {
    const rows = await lockedRows(statements, guards);
    const until = Math.max(...rows.map(({ open_at }) => open_at.getTime()));
    if (until > now.getTime()) return fail({ kind: 'limited' as const, until: new Date(until) });
    const closed: Counted[] = [];
    for (const one of guards) {
      const row = rows.find(({ guard_key }) => guard_key.equals(one.key));
      if (!row) throw new Error('a guard of an attempt to sign in is gone');
      const { free, max } = RULES[one.counted];
      const isForgotten = now.getTime() - row.counted_at.getTime() >= LOCK_MS;
      const failures = isForgotten ? 1 : row.failures + 1;
      if (failures >= max) closed.push(one.counted);
      await statements.run(
        'UPDATE sign_in_guard SET failures = ?, counted_at = ?, open_at = ? WHERE guard_key = ?',
        [failures, now, new Date(now.getTime() + waitAfter(failures, free, max)), one.key],
      );
    }
    return ok({ guards, closed });
  });
}

/** Gives an attempt back that went well, inside the caller's transaction. A source keeps what others have failed there. */
export async function giveBack(statements: Statements, { guards }: Attempt, now: Date): Promise<void> {
  await lockedRows(statements, guards);
  for (const { counted, key } of guards)
    await statements.run(
      `UPDATE sign_in_guard SET failures = ${counted === 'source' ? 'GREATEST(failures, 1) - 1' : '0'}, open_at = ? WHERE guard_key = ?`,
      [now, key],
    );
}

/** Opens an account that is closed, inside the caller's transaction. */
export async function openAccount(statements: Statements, login: string, now: Date): Promise<void> {
  const { key } = guardOfAccount(login);
  await statements.run('UPDATE sign_in_guard SET failures = 0, open_at = ? WHERE guard_key = ?', [now, key]);
}

/** Forgets what failed long ago. */
export async function forgetAttempts(statements: Statements, now: Date): Promise<void> {
  const before = new Date(now.getTime() - KEPT_MS);
  await statements.run('DELETE FROM sign_in_guard WHERE counted_at < ?', [before]);
}

/** A row is made outside of the transaction: two that make one inside it would wait for each other. */
async function open(database: Database, guards: readonly Guard[], now: Date): Promise<void> {
  const keys = guards.map(({ key }) => key);
  const there = await database.rows('SELECT 1 FROM sign_in_guard WHERE guard_key IN (?)', [keys]);
  if (there.length === guards.length) return;
  await database.run('INSERT IGNORE INTO sign_in_guard (guard_key, failures, counted_at, open_at) VALUES ?', [
    keys.map((key) => [key, 0, now, now]),
  ]);
}

/** Always in the order of their keys, so that nobody waits in a circle. */
async function lockedRows(statements: Statements, guards: readonly Guard[]): Promise<GuardRow[]> {
  const rows: GuardRow[] = [];
  for (const { key } of guards.toSorted((one, other) => Buffer.compare(one.key, other.key)))
    rows.push(
      ...(await statements.rows<GuardRow>(
        'SELECT guard_key, failures, counted_at, open_at FROM sign_in_guard WHERE guard_key = ? FOR UPDATE',
        [key],
      )),
    );
  return rows;
}

/** Twice as long after each failure beyond the free ones; half an hour after the last. */
function waitAfter(failures: number, free: number, max: number): number {
  if (failures >= max) return LOCK_MS;
  return failures < free ? 0 : Math.min(WAIT_MAX_MS, 1000 * 2 ** (failures - free));
}
