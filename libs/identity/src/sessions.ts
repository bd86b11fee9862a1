import type { Statements } from '#lib/platform';
import type { Principal } from './principal';
import { csrfTokenOf, hashOf, newId, newToken } from './secrets';
import { recordSecurityEvent } from './security-events';
import type { IdentityTools } from './tools';
import { rightsOf, scopeOf, type UserRow } from './users';

/** A session nobody has used for so long is over. */
export const IDLE_MS = 15 * 60_000;
/** A session is over after so long, however busy it is. */
export const ABSOLUTE_MS = 8 * 3_600_000;
const AGENT_MAX = 200;

/** A session as the browser gets it: shown once, kept nowhere. */
export interface OpenedSession {
  sessionId: string;
  /** For the cookie. */
  token: string;
  /** For the page: every changing call carries it. */
  csrfToken: string;
  endsAt: Date;
}

/** A session as its user, or an administrator, sees it. */
export interface SessionShown {
  sessionId: string;
  startedAt: Date;
  seenAt: Date;
  source: string;
  agent: string;
}

/** Why a session ended. */
export type SessionEnd =
  'signed out' | 'ended by its user' | 'ended by an administrator' | 'too many failures' | 'access changed';

/** Opens a session, inside the caller's transaction. */
export async function openSession(
  statements: Statements,
  { user_id, version }: Pick<UserRow, 'user_id' | 'version'>,
  { source, agent }: { source: string; agent: string },
  now: Date,
): Promise<OpenedSession> {
  const token = newToken();
  const sessionId = newId('ses', now);
  await statements.run(
    `INSERT INTO console_session (session_id, token_hash, user_id, user_version, started_at, seen_at, fresh_at, source, agent)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [sessionId, hashOf(token), user_id, version, now, now, now, source, agent.slice(0, AGENT_MAX)],
  );
  return opened(sessionId, token, now);
}

function opened(sessionId: string, token: string, startedAt: Date): OpenedSession {
  const endsAt = new Date(startedAt.getTime() + ABSOLUTE_MS);
  return { sessionId, token, csrfToken: csrfTokenOf(token), endsAt };
}

/** Where sessions must have been seen and started after, to be alive now. */
function alive(now: Date): [seenAfter: Date, startedAfter: Date] {
  return [new Date(now.getTime() - IDLE_MS), new Date(now.getTime() - ABSOLUTE_MS)];
}

/**
 * Who carries a session's token: asked anew for every call, so that a change of roles, a disabled user or an ended session
 * counts from that moment on. Undefined where the session is over, was never there, or its user may do otherwise by now.
 * @param how `isActivity` false: the page asks by itself, and the session grows idle all the same.
 */
export async function authenticate(
  { database, clock }: Pick<IdentityTools, 'database' | 'clock'>,
  token: string,
  { isActivity = true }: { isActivity?: boolean } = {},
): Promise<Principal | undefined> {
  const now = clock.now();
  const tokenHash = hashOf(token);
  const [row] = await database.rows<UserRow & { session_id: string; fresh_at: Date; started_at: Date }>(
    `SELECT s.session_id, s.fresh_at, s.started_at, u.* FROM console_session s
     JOIN console_user u ON u.user_id = s.user_id AND u.version = s.user_version AND u.state = 'active'
     WHERE s.token_hash = ? AND s.ended_at IS NULL AND s.seen_at > ? AND s.started_at > ?`,
    [tokenHash, ...alive(now)],
  );
  if (!row) return undefined;
  if (isActivity && (await touched(database, tokenHash, now)) === 0) return undefined;
  const { roles, permissions } = await rightsOf(database, row);
  return {
    sessionId: row.session_id,
    userId: row.user_id,
    login: row.login,
    name: row.name,
    language: row.language,
    roles,
    permissions,
    scope: scopeOf(row),
    freshAt: row.fresh_at,
    startedAt: row.started_at,
  };
}

function touched(statements: Statements, tokenHash: Buffer, now: Date): Promise<number> {
  return statements.run(
    `UPDATE console_session SET seen_at = GREATEST(seen_at, ?)
     WHERE token_hash = ? AND ended_at IS NULL AND seen_at > ? AND started_at > ?`,
    [now, tokenHash, ...alive(now)],
  );
}

/** Ends the session of a token; one that is over stays as it ended. */
export async function signOut(
  { database, clock }: Pick<IdentityTools, 'database' | 'clock'>,
  token: string,
): Promise<void> {
  const at = clock.now();
  await database.transaction(async (statements) => {
    const [row] = await statements.rows<{ session_id: string; login: string }>(
      'SELECT s.session_id, u.login FROM console_session s JOIN console_user u ON u.user_id = s.user_id WHERE s.token_hash = ?',
      [hashOf(token)],
    );
    if (!row || !(await ended(statements, row.session_id, 'signed out', at))) return;
    const { login, session_id: sessionId } = row;
    await recordSecurityEvent(statements, { kind: 'signed_out', at, login, by: login, sessionId });
  });
}

/** A user's living sessions, the one used last first. */
export async function listSessions(
  statements: Statements,
  userId: string,
  now: Date,
): Promise<SessionShown[]> {
  const rows = await statements.rows<{
    session_id: string;
    started_at: Date;
    seen_at: Date;
    source: string;
    agent: string;
  }>(
    `SELECT s.session_id, s.started_at, s.seen_at, s.source, s.agent FROM console_session s
     JOIN console_user u ON u.user_id = s.user_id AND u.version = s.user_version AND u.state = 'active'
     WHERE s.user_id = ? AND s.ended_at IS NULL AND s.seen_at > ? AND s.started_at > ? ORDER BY s.seen_at DESC`,
    [userId, ...alive(now)],
  );
  return rows.map(({ session_id, started_at, seen_at, source, agent }) => ({
    sessionId: session_id,
    startedAt: started_at,
    seenAt: seen_at,
    source,
    agent,
  }));
}

/**
 * Ends a session of a user: their own, or anybody's by who may (`users.manage`; the caller has seen to that).
 * @returns whether it was alive.
 */
export async function endSession(
  { database, clock }: Pick<IdentityTools, 'database' | 'clock'>,
  { sessionId, userId, by }: { sessionId: string; userId: string; by: string },
): Promise<boolean> {
  const at = clock.now();
  return database.transaction(async (statements) => {
    const [row] = await statements.rows<{ login: string }>(
      'SELECT u.login FROM console_session s JOIN console_user u ON u.user_id = s.user_id WHERE s.session_id = ? AND s.user_id = ?',
      [sessionId, userId],
    );
    if (!row) return false;
    const why = row.login === by ? 'ended by its user' : 'ended by an administrator';
    if (!(await ended(statements, sessionId, why, at))) return false;
    await recordSecurityEvent(statements, { kind: 'session_ended', at, login: row.login, by, sessionId });
    return true;
  });
}

/** Ends one session, inside the caller's transaction. @returns whether it had not ended. */
export async function ended(
  statements: Statements,
  sessionId: string,
  why: SessionEnd,
  at: Date,
): Promise<boolean> {
  const count = await statements.run(
    'UPDATE console_session SET ended_at = ?, ended_why = ? WHERE session_id = ? AND ended_at IS NULL',
    [at, why, sessionId],
  );
  return count === 1;
}

/**
 * Raises the version of what a user may do, inside the caller's transaction: every session of theirs is over with it, also one
 * that is being opened at this moment.
 */
export async function endAccess(statements: Statements, userId: string, at: Date): Promise<void> {
  await statements.run('UPDATE console_user SET version = version + 1 WHERE user_id = ?', [userId]);
  await statements.run(
    "UPDATE console_session SET ended_at = ?, ended_why = 'access changed' WHERE user_id = ? AND ended_at IS NULL",
    [at, userId],
  );
}

/** Gives a session another token and a new moment of proof. @returns undefined where it is over. */
export async function refreshed(
  statements: Statements,
  { sessionId, startedAt }: Pick<Principal, 'sessionId' | 'startedAt'>,
  now: Date,
): Promise<OpenedSession | undefined> {
  const token = newToken();
  const count = await statements.run(
    `UPDATE console_session SET token_hash = ?, fresh_at = ?, seen_at = GREATEST(seen_at, ?), failures = 0
     WHERE session_id = ? AND ended_at IS NULL AND seen_at > ? AND started_at > ?`,
    [hashOf(token), now, now, sessionId, ...alive(now)],
  );
  return count === 1 ? opened(sessionId, token, startedAt) : undefined;
}
