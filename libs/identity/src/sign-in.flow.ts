import { fail, ok, type Result } from '#lib/kernel';
import type { Statements } from '#lib/platform';
import { knownDevice, rememberDevice, useDevice } from './devices';
import { proofOf, sealAnew, useProof, type FactorProof } from './factor';
import { hashPassword, isWeak, verifyPassword } from './password-hash';
import { recordSecurityEvent } from './security-events';
import { openSession, type OpenedSession } from './sessions';
import { giveBack, guardsOf, takeAttempt, type Attempt, type Limited } from './sign-in-guard';
import type { IdentityTools } from './tools';
import { loginOf, NO_LOGIN, userRow, type UserRow } from './users';

/** What somebody who wants to sign in shows. */
export interface SignInRequest {
  login: string;
  password: string;
  /** Six digits of the authenticator app, or a recovery code. */
  code: string;
  /** Where the call comes from: `sourceOf` its address. */
  source: string;
  /** The browser, as it names itself. */
  agent: string;
  /** What a browser carries that somebody has signed in from before. */
  deviceToken?: string;
}

/** Somebody is in. */
export interface SignedIn {
  session: OpenedSession;
  userId: string;
  /** What this browser is to carry from now on; left out where it is known already. */
  deviceToken?: string;
}

/** Why nobody is in. It does not say which of login, password and code was wrong, nor whether there is such a user. */
export type SignInRefusal = { kind: 'refused' } | Limited;

/** Another call was quicker with the same code, or the user was changed meanwhile. */
class Beaten extends Error {}

/**
 * Signs somebody in: login, password and second factor together, or nothing. The attempt is counted before it is looked at;
 * the same work is done whatever is wrong; code, session and event are one commit.
 */
export async function signIn(
  tools: IdentityTools,
  request: SignInRequest,
): Promise<Result<SignedIn, SignInRefusal>> {
  const { database, clock } = tools;
  const now = clock.now();
  const user = await userRow(database, loginOf(request.login));
  const device = await knownDevice(database, user?.user_id, request.deviceToken, now);

  const guarded = { source: request.source, login: request.login.trim().toLowerCase() };
  const taken = await takeAttempt(database, guardsOf({ ...guarded, ...(device && { device }) }), now);
  if (!taken.ok) return taken;

  const isPassword = await verifyPassword(user?.password_hash ?? null, request.password);
  const proof = await proofOf({ ...tools, statements: database }, user?.user_id, request.code, now);
  if (!user || user.state !== 'active' || !isPassword || !proof) {
    const why = whyNot(user, isPassword);
    await database.transaction((statements) => tellRefusal(statements, request, taken.value, why, now));
    return fail({ kind: 'refused' });
  }

  const stronger = isWeak(user.password_hash ?? '') ? await hashPassword(request.password) : undefined;
  try {
    return await database.transaction(async (statements) => {
      await enter(statements, user, proof, stronger, now);
      await sealAnew(statements, tools.secrets, user.user_id);
      await giveBack(statements, taken.value, now);
      const session = await openSession(statements, user, request, now);
      const deviceToken = device ? undefined : await rememberDevice(statements, user.user_id, now);
      if (device) await useDevice(statements, device, now);
      await tellEntry(statements, user, {
        source: request.source,
        sessionId: session.sessionId,
        proof,
        at: now,
      });
      return ok({ session, userId: user.user_id, ...(deviceToken && { deviceToken }) });
    });
  } catch (error) {
    if (!(error instanceof Beaten)) throw error;
    await database.transaction((statements) => tellRefusal(statements, request, taken.value, 'beaten', now));
    return fail({ kind: 'refused' });
  }
}

/** Uses the code up and notes the sign-in, where user and password still are what was looked at. @throws Beaten. */
async function enter(
  statements: Statements,
  user: UserRow,
  proof: FactorProof,
  stronger: string | undefined,
  now: Date,
): Promise<void> {
  const hash = user.password_hash;
  const isSame = await statements.run(
    `UPDATE console_user SET signed_in_at = ?, password_hash = ?
     WHERE user_id = ? AND version = ? AND state = 'active' AND password_hash = ?`,
    [now, stronger ?? hash, user.user_id, user.version, hash],
  );
  if (isSame !== 1 || !(await useProof(statements, user.user_id, proof, now))) throw new Beaten();
}

/** For those who look later; the caller never learns it. */
function whyNot(user: UserRow | undefined, isPassword: boolean): string {
  if (!user) return 'unknown login';
  if (user.state !== 'active') return 'disabled';
  if (user.password_hash === null) return 'not enrolled';
  return isPassword ? 'second factor' : 'password';
}

async function tellRefusal(
  statements: Statements,
  { login: typed, source }: SignInRequest,
  { closed }: Attempt,
  why: string,
  at: Date,
): Promise<void> {
  const login = loginOf(typed);
  const about = { at, source, ...(login !== NO_LOGIN && { login }) };
  await recordSecurityEvent(statements, { kind: 'sign_in_refused', ...about, detail: { why } });
  if (closed.length > 0)
    await recordSecurityEvent(statements, { kind: 'sign_in_limited', ...about, detail: { closed } });
}

async function tellEntry(
  statements: Statements,
  { login }: UserRow,
  { proof, ...where }: { source: string; sessionId: string; at: Date; proof: FactorProof },
): Promise<void> {
  const about = { ...where, login, by: login };
  await recordSecurityEvent(statements, { kind: 'signed_in', ...about, detail: { by: proof.kind } });
  if (proof.kind === 'recovery code')
    await recordSecurityEvent(statements, { kind: 'recovery_code_used', ...about });
}
