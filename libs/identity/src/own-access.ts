import { fail, ok, type Result } from '#lib/kernel';
import type { Statements } from '#lib/platform';
import { forgetDevices } from './devices';
import {
  confirmedSeed,
  newRecoveryCodes,
  preparedSeed,
  proofOf,
  takeSeed,
  useProof,
  type FactorProof,
  type NewSeed,
} from './factor';
import { hashPassword, verifyPassword } from './password-hash';
import { objectionToPassword, type PasswordRefusal } from './password-policy';
import { isFresh, type Principal } from './principal';
import { recordSecurityEvent, type SecurityEventKind } from './security-events';
import { endAccess, ended, refreshed, type OpenedSession } from './sessions';
import type { IdentityTools } from './tools';
import { userRow, type UserRow } from './users';

/** A session in which so many proofs failed is not its user's any more. */
const FAILURES_MAX = 5;

/** By what somebody who is signed in proves once more who they are. */
export type OwnProof = { password: string } | { code: string };

/** Why a proof does not count. */
export type ProofRefusal =
  | { kind: 'refused' }
  /** Ended, idle, or closed by too many failures. */
  | { kind: 'session over' };

/** Why something about one's own access was not done. */
export type OwnAccessRefusal =
  | ProofRefusal
  /** Too long ago that the user proved who they are: `confirmFresh` first. */
  | { kind: 'not fresh' }
  | { kind: 'password'; why: PasswordRefusal }
  /** The code is not of the seed that was shown last. */
  | { kind: 'code' };

/** The proof was used, or the access changed, while it was looked at; nothing of it stands. */
class Beaten extends Error {}

/**
 * Proves once more who one is, before what is most delicate. The session goes on under another token: the one before is void.
 */
export async function confirmFresh(
  tools: IdentityTools,
  principal: Principal,
  proof: OwnProof,
): Promise<Result<OpenedSession, ProofRefusal>> {
  const { database, clock } = tools;
  const now = clock.now();
  if (!(await takeProof(database, principal))) return fail({ kind: 'session over' });
  const user = await userRow(database, principal.login);
  const proved = await isProved(tools, user, proof, now);
  if (!user || !proved) return refused(tools, principal, now);
  return unlessBeaten(tools, principal, now, async (statements) => {
    if (proved !== 'password' && !(await useProof(statements, user.user_id, proved, now))) throw new Beaten();
    const session = await refreshed(statements, principal, now);
    if (!session) throw new Beaten();
    await tell(statements, principal, 'identity_confirmed', now);
    return session;
  });
}

/**
 * Changes one's password; asks for the one before. Every session of the user ends with it, this one too, and no browser is known
 * any more: sign in again.
 */
export async function changePassword(
  tools: IdentityTools,
  principal: Principal,
  { current, next }: { current: string; next: string },
): Promise<Result<undefined, OwnAccessRefusal>> {
  const { database, clock, passwords } = tools;
  const now = clock.now();
  if (!(await takeProof(database, principal))) return fail({ kind: 'session over' });
  const user = await userRow(database, principal.login);
  if (!user || !(await verifyPassword(user.password_hash, current))) return refused(tools, principal, now);
  const same: PasswordRefusal | undefined = current === next ? { kind: 'same as before' } : undefined;
  const why = same ?? objectionToPassword(next, principal, passwords);
  if (why) {
    await giveProofBack(database, principal);
    return fail({ kind: 'password', why });
  }
  const hash = await hashPassword(next);
  return unlessBeaten(tools, principal, now, async (statements) => {
    const isSet = await statements.run(
      'UPDATE console_user SET password_hash = ?, password_set_at = ? WHERE user_id = ? AND password_hash = ? AND version = ?',
      [hash, now, user.user_id, user.password_hash, user.version],
    );
    if (isSet !== 1) throw new Beaten();
    await endAccess(statements, user.user_id, now);
    await forgetDevices(statements, user.user_id);
    await tell(statements, principal, 'password_changed', now);
    return undefined;
  });
}

/** Shows the seed of a new second factor; the one before holds until `confirmFactor`. Asks for a fresh session. */
export async function changeFactor(
  tools: IdentityTools,
  principal: Principal,
): Promise<Result<NewSeed, OwnAccessRefusal>> {
  const now = tools.clock.now();
  if (!isFresh(principal, now)) return fail({ kind: 'not fresh' });
  return ok(await preparedSeed({ ...tools, statements: tools.database }, principal, now));
}

/** Makes the seed that was shown one's second factor, by a first code of it. @returns new recovery codes, shown once. */
export async function confirmFactor(
  tools: IdentityTools,
  principal: Principal,
  code: string,
): Promise<Result<{ recoveryCodes: string[] }, OwnAccessRefusal>> {
  const { database, clock } = tools;
  const now = clock.now();
  if (!isFresh(principal, now)) return fail({ kind: 'not fresh' });
  const seed = await confirmedSeed({ ...tools, statements: database }, principal.userId, code, now);
  if (!seed) return fail({ kind: 'code' });
  return database.transaction(async (statements) => {
    if (!(await takeSeed(statements, principal.userId, seed, now))) return fail({ kind: 'code' as const });
    const recoveryCodes = await newRecoveryCodes(statements, principal.userId);
    await tell(statements, principal, 'factor_changed', now);
    return ok({ recoveryCodes });
  });
}

/** Ten new recovery codes in the place of those before. Asks for a fresh session. */
export async function renewRecoveryCodes(
  { database, clock }: IdentityTools,
  principal: Principal,
): Promise<Result<{ recoveryCodes: string[] }, OwnAccessRefusal>> {
  const now = clock.now();
  if (!isFresh(principal, now)) return fail({ kind: 'not fresh' });
  return database.transaction(async (statements) => {
    const recoveryCodes = await newRecoveryCodes(statements, principal.userId);
    await tell(statements, principal, 'recovery_codes_renewed', now);
    return ok({ recoveryCodes });
  });
}

async function isProved(
  tools: IdentityTools,
  user: UserRow | undefined,
  proof: OwnProof,
  now: Date,
): Promise<'password' | FactorProof | undefined> {
  if ('code' in proof)
    return proofOf({ ...tools, statements: tools.database }, user?.user_id, proof.code, now);
  return (await verifyPassword(user?.password_hash ?? null, proof.password)) ? 'password' : undefined;
}

/** Counts a failure before the proof is looked at. @returns false where the session has none left, or is over. */
async function takeProof(statements: Statements, { sessionId }: Principal): Promise<boolean> {
  const taken = await statements.run(
    'UPDATE console_session SET failures = failures + 1 WHERE session_id = ? AND ended_at IS NULL AND failures < ?',
    [sessionId, FAILURES_MAX],
  );
  return taken === 1;
}

async function giveProofBack(statements: Statements, { sessionId }: Principal): Promise<void> {
  await statements.run(
    'UPDATE console_session SET failures = failures - 1 WHERE session_id = ? AND failures > 0',
    [sessionId],
  );
}

/** Tells of a proof that failed; after the last one the session is over. */
async function refused(
  { database }: IdentityTools,
  principal: Principal,
  at: Date,
): Promise<{ ok: false; error: ProofRefusal }> {
  return database.transaction(async (statements) => {
    await tell(statements, principal, 'identity_not_confirmed', at);
    const spent = await statements.rows(
      'SELECT 1 FROM console_session WHERE session_id = ? AND failures >= ? FOR UPDATE',
      [principal.sessionId, FAILURES_MAX],
    );
    if (spent.length === 0) return fail({ kind: 'refused' as const });
    if (await ended(statements, principal.sessionId, 'too many failures', at))
      await tell(statements, principal, 'session_ended', at);
    return fail({ kind: 'session over' as const });
  });
}

async function unlessBeaten<T>(
  tools: IdentityTools,
  principal: Principal,
  now: Date,
  work: (statements: Statements) => Promise<T>,
): Promise<Result<T, ProofRefusal>> {
  try {
    return ok(await tools.database.transaction(work));
  } catch (error) {
    if (error instanceof Beaten) return refused(tools, principal, now);
    throw error;
  }
}

async function tell(
  statements: Statements,
  { login, sessionId }: Principal,
  kind: SecurityEventKind,
  at: Date,
): Promise<void> {
  await recordSecurityEvent(statements, { kind, at, login, by: login, sessionId });
}
