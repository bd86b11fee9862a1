import { fail, ok, type Result } from '#lib/kernel';
import type { Statements } from '#lib/platform';
import {
  confirmedSeed,
  newRecoveryCodes,
  preparedSeed,
  takeSeed,
  type ConfirmedSeed,
  type NewSeed,
} from './factor';
import { hashPassword, verifyPassword } from './password-hash';
import { objectionToPassword, type PasswordRefusal } from './password-policy';
import { recordSecurityEvent } from './security-events';
import { hashOf, newToken } from './secrets';
import { endAccess } from './sessions';
import { giveBack, guardsOfEnrolment, takeAttempt, type Attempt, type Limited } from './sign-in-guard';
import type { IdentityTools } from './tools';
import { loginOf, userRow, type UserRow } from './users';

/** A one-time secret holds for so long. */
const ENROLMENT_MS = 72 * 3_600_000;

/** By what a user sets their password and second factor: shown once, handed over in person. */
export interface Enrolment {
  login: string;
  secret: string;
  until: Date;
}

/** What somebody who enrols shows. */
export interface EnrolmentRequest {
  login: string;
  secret: string;
  source: string;
}

/** Why nobody is enrolled. */
export type EnrolmentRefusal =
  /** No such user, or the secret is wrong, used or too old. */
  | { kind: 'refused' }
  | Limited
  /** The secret is right; the new password is not taken. */
  | { kind: 'password'; why: PasswordRefusal }
  /** The secret is right; only the second factor was reset, and this is not the password. */
  | { kind: 'wrong password' }
  /** The secret is right; the code is not of the seed that was shown last. */
  | { kind: 'code' };

/** Makes a user's one-time secret, inside the caller's transaction; one from before is void. */
export async function newEnrolment(
  statements: Statements,
  { userId, login }: { userId: string; login: string },
  now: Date,
): Promise<Enrolment> {
  const secret = newToken();
  const until = new Date(now.getTime() + ENROLMENT_MS);
  await statements.run('UPDATE console_user SET enrolment_hash = ?, enrolment_until = ? WHERE user_id = ?', [
    hashOf(secret),
    until,
    userId,
  ]);
  return { login, secret, until };
}

/** Shows a new user, or one who was reset, the seed of their second factor. May be repeated: the last one counts. */
export async function beginEnrolment(
  tools: IdentityTools,
  request: EnrolmentRequest,
): Promise<Result<NewSeed & { needsNewPassword: boolean }, EnrolmentRefusal>> {
  const now = tools.clock.now();
  const letThrough = await letIn(tools, request, now);
  if (!letThrough.ok) return letThrough;
  const { user, attempt } = letThrough.value;
  return tools.database.transaction(async (statements) => {
    await giveBack(statements, attempt, now);
    const made = await preparedSeed(
      { statements, secrets: tools.secrets },
      { userId: user.user_id, login: user.login },
      now,
    );
    return ok({ ...made, needsNewPassword: user.password_hash === null });
  });
}

/**
 * Sets password and second factor together, by the one-time secret and a first code: all of it, or nothing.
 * @param request `password`: the new one; where only the factor was reset, the one the user has.
 * @returns the recovery codes, which are shown once.
 */
export async function completeEnrolment(
  tools: IdentityTools,
  request: EnrolmentRequest & { password: string; code: string },
): Promise<Result<{ recoveryCodes: string[] }, EnrolmentRefusal>> {
  const { database, clock } = tools;
  const now = clock.now();
  const letThrough = await letIn(tools, request, now);
  if (!letThrough.ok) return letThrough;
  const { user, attempt } = letThrough.value;

  // A wrong password here is a guess, and stays counted.
  const isKept = user.password_hash !== null;
  if (isKept && !(await verifyPassword(user.password_hash, request.password)))
    return fail({ kind: 'wrong password' });
  const why = isKept ? undefined : objectionToPassword(request.password, user, tools.passwords);
  const seed = await confirmedSeed({ ...tools, statements: database }, user.user_id, request.code, now);
  if (why || !seed) {
    await database.transaction((statements) => giveBack(statements, attempt, now));
    return fail(why ? { kind: 'password', why } : { kind: 'code' });
  }

  const hash = isKept ? user.password_hash : await hashPassword(request.password);
  try {
    return await database.transaction(async (statements) => {
      await giveBack(statements, attempt, now);
      const recoveryCodes = await enrolled(statements, user, { hash, seed }, now);
      const { login } = user;
      await recordSecurityEvent(statements, {
        kind: 'enrolled',
        at: now,
        login,
        by: login,
        source: request.source,
      });
      return ok({ recoveryCodes });
    });
  } catch (error) {
    if (error instanceof UsedMeanwhile) return fail({ kind: 'refused' });
    throw error;
  }
}

/** The secret or the seed was used by another call. */
class UsedMeanwhile extends Error {}

async function enrolled(
  statements: Statements,
  user: UserRow,
  { hash, seed }: { hash: string | null; seed: ConfirmedSeed },
  now: Date,
): Promise<string[]> {
  const isUsedNow = await statements.run(
    `UPDATE console_user SET enrolment_hash = NULL, enrolment_until = NULL, password_hash = ?, password_set_at = ?,
       active_since = ? WHERE user_id = ? AND enrolment_hash = ? AND state = 'active'`,
    [hash, now, now, user.user_id, user.enrolment_hash],
  );
  if (isUsedNow !== 1 || !(await takeSeed(statements, user.user_id, seed, now))) throw new UsedMeanwhile();
  await endAccess(statements, user.user_id, now);
  return newRecoveryCodes(statements, user.user_id);
}

/** Takes an attempt and holds the secret against the user's. */
async function letIn(
  { database }: IdentityTools,
  { login, secret, source }: EnrolmentRequest,
  now: Date,
): Promise<Result<{ user: UserRow; attempt: Attempt }, EnrolmentRefusal>> {
  const user = await userRow(database, loginOf(login));
  const guards = guardsOfEnrolment({ source, login: login.trim().toLowerCase() });
  const taken = await takeAttempt(database, guards, now);
  if (!taken.ok) return taken;
  const isIt =
    user?.state === 'active' &&
    user.enrolment_hash?.equals(hashOf(secret)) === true &&
    user.enrolment_until !== null &&
    user.enrolment_until > now;
  if (isIt) return ok({ user, attempt: taken.value });
  await database.transaction((statements) =>
    recordSecurityEvent(statements, {
      kind: 'enrolment_refused',
      at: now,
      source,
      ...(user && { login: user.login }),
    }),
  );
  return fail({ kind: 'refused' });
}
