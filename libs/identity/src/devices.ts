import type { Statements } from '#lib/platform';
import { hashOf, newToken } from './secrets';

/** So many browsers of a user are known at a time, and for so long after the last sign-in from one. */
const DEVICES_MAX = 5;
const KNOWN_MS = 90 * 86_400_000;

/** The id of a browser that a user has signed in from before, by the token it carries; undefined for any other. */
export async function knownDevice(
  statements: Statements,
  userId: string | undefined,
  token: string | undefined,
  now: Date,
): Promise<Buffer | undefined> {
  const id = hashOf(token ?? '');
  const rows = await statements.rows(
    'SELECT 1 FROM console_device WHERE token_hash = ? AND user_id = ? AND used_at > ?',
    [id, userId ?? '', new Date(now.getTime() - KNOWN_MS)],
  );
  return rows.length === 1 ? id : undefined;
}

/** Makes a browser known, inside the caller's transaction. @returns the token that it is to carry from now on. */
export async function rememberDevice(statements: Statements, userId: string, now: Date): Promise<string> {
  const token = newToken();
  await statements.run(
    'INSERT INTO console_device (token_hash, user_id, known_since, used_at) VALUES (?, ?, ?, ?)',
    [hashOf(token), userId, now, now],
  );
  const rows = await statements.rows<{ token_hash: Buffer }>(
    'SELECT token_hash FROM console_device WHERE user_id = ? ORDER BY used_at DESC, known_since DESC',
    [userId],
  );
  for (const { token_hash } of rows.slice(DEVICES_MAX))
    await statements.run('DELETE FROM console_device WHERE token_hash = ?', [token_hash]);
  return token;
}

/** Notes that a known browser was used again, inside the caller's transaction. */
export async function useDevice(statements: Statements, id: Buffer, now: Date): Promise<void> {
  await statements.run('UPDATE console_device SET used_at = ? WHERE token_hash = ?', [now, id]);
}

/** Forgets every browser of a user, inside the caller's transaction. */
export async function forgetDevices(statements: Statements, userId: string): Promise<void> {
  await statements.run('DELETE FROM console_device WHERE user_id = ?', [userId]);
}
