import { approve, findApproval, MOVES_NO_MONEY, userOf, type Approval, type Decision } from '#lib/audit';
import { fail, ok, type Result } from '#lib/kernel';
import { duplicateKey, type Database, type Statements } from '#lib/platform';
import { forgetDevices } from './devices';
import { newEnrolment, type Enrolment } from './enrolment';
import { forgetFactor } from './factor';
import { recordSecurityEvent, type SecurityEventKind } from './security-events';
import { newId } from './secrets';
import { endAccess } from './sessions';
import { openAccount } from './sign-in-guard';
import {
  CUSTOM_ROLE,
  objectionToActor,
  objectionToNew,
  objectionToRoles,
  USER_ADD,
  USER_ENABLE,
  USER_KINDS,
  USER_RESET,
  USER_ROLES,
  type NewUser,
  type UserPayloads,
  type UserRefusal,
} from './user-proposals';
import { heldUserRow, loginOf, scopeOf, userRow, type UserRow } from './users';

/** What an agreement has changed. */
export interface UserChanged {
  kind: keyof UserPayloads;
  /** The login, or the name of the role. */
  subject: string;
  /** Of somebody who is to enrol: shown to the checker once, who hands it over in person. */
  enrolment?: Enrolment;
}

/** The agreement is taken back with the transaction. */
class Refused extends Error {
  constructor(readonly refusal: UserRefusal) {
    super(refusal.kind);
  }
}

/**
 * A checker agrees to what was proposed about a user or a role: it holds from this commit on, once. Sessions of whoever may do
 * otherwise by it are over in the same commit. @throws NoUser.
 */
export async function approveUserChange(
  database: Database,
  decision: Decision,
): Promise<Result<UserChanged, UserRefusal>> {
  try {
    return await database.transaction(async (statements) => {
      const proposal = await findApproval(statements, decision.approvalId);
      const kind = USER_KINDS.find((one) => one === proposal?.kind);
      if (!proposal || !kind) return fail({ kind: 'approval', refusal: { kind: 'unknown' } } as const);
      const about = kind === CUSTOM_ROLE ? undefined : proposal.subject;
      const objection = await objectionToActor(statements, decision.by, 'users.approve', about);
      if (objection) return fail(objection);
      const approved = await approve(statements, decision, MOVES_NO_MONEY);
      if (!approved.ok) return fail({ kind: 'approval', refusal: approved.error } as const);
      const enrolment = await EFFECTS[kind](statements, approved.value.approval, decision.at);
      return ok({ kind, subject: proposal.subject, ...(enrolment && { enrolment }) });
    });
  } catch (error) {
    if (error instanceof Refused) return fail(error.refusal);
    if (duplicateKey(error) === 'console_user_login') return fail({ kind: 'changed meanwhile' });
    throw error;
  }
}

type Effect = (statements: Statements, approval: Approval, at: Date) => Promise<Enrolment | undefined>;

const EFFECTS: Readonly<Record<keyof UserPayloads, Effect>> = {
  [USER_ADD]: async (statements, approval, at) => {
    const user = approval.payload as UserPayloads[typeof USER_ADD];
    const objection = await objectionToNew(statements, user);
    if (objection) throw new Refused(objection);
    await tell(statements, 'user_added', approval, at, { roles: user.roles, channelId: user.channelId });
    return addUser(statements, user, { by: approval.maker, at });
  },

  [USER_ROLES]: async (statements, approval, at) => {
    const { userVersion, before, roles } = approval.payload as UserPayloads[typeof USER_ROLES];
    const user = await unchanged(statements, approval.subject, userVersion);
    const objection = await objectionToRoles(statements, roles, scopeOf(user));
    if (objection) throw new Refused(objection);
    await setRoles(statements, user.user_id, roles);
    await endAccess(statements, user.user_id, at);
    await tell(statements, 'roles_changed', approval, at, { before, roles });
    return undefined;
  },

  [USER_ENABLE]: async (statements, approval, at) => {
    const { userVersion } = approval.payload as UserPayloads[typeof USER_ENABLE];
    const user = await unchanged(statements, approval.subject, userVersion);
    await statements.run("UPDATE console_user SET state = 'active', active_since = ? WHERE user_id = ?", [
      at,
      user.user_id,
    ]);
    await endAccess(statements, user.user_id, at);
    await tell(statements, 'user_enabled', approval, at);
    return undefined;
  },

  [USER_RESET]: async (statements, approval, at) => {
    const { userVersion, isPasswordKept } = approval.payload as UserPayloads[typeof USER_RESET];
    const user = await unchanged(statements, approval.subject, userVersion);
    if (!isPasswordKept)
      await statements.run('UPDATE console_user SET password_hash = NULL WHERE user_id = ?', [user.user_id]);
    await forgetFactor(statements, user.user_id);
    await forgetDevices(statements, user.user_id);
    await endAccess(statements, user.user_id, at);
    await openAccount(statements, user.login, at);
    await tell(statements, 'user_reset', approval, at, { isPasswordKept });
    return newEnrolment(statements, { userId: user.user_id, login: user.login }, at);
  },

  [CUSTOM_ROLE]: async (statements, approval, at) => {
    const { permissions } = approval.payload as UserPayloads[typeof CUSTOM_ROLE];
    const role = approval.subject;
    await statements.run('DELETE FROM console_role_permission WHERE role = ?', [role]);
    if (permissions.length > 0)
      await statements.run('INSERT INTO console_role_permission (role, permission) VALUES ?', [
        permissions.map((permission) => [role, permission]),
      ]);
    const holders = await statements.rows<{ user_id: string }>(
      'SELECT user_id FROM console_user_role WHERE role = ? ORDER BY user_id',
      [role],
    );
    for (const { user_id } of holders) await endAccess(statements, user_id, at);
    await tell(statements, 'role_defined', approval, at, { role, permissions });
    return undefined;
  },
};

/**
 * Adds an administrator where fewer than two are active: with one alone nobody could agree to a second.
 * @param by who does it at the command line of the installation, which is trusted for it.
 * @throws NoUser. @throws RangeError without a name.
 */
export async function addFirstAdministrator(
  database: Database,
  { login: typed, name, language }: Pick<NewUser, 'login' | 'name' | 'language'>,
  { by, at }: { by: string; at: Date },
): Promise<Result<Enrolment, UserRefusal>> {
  const login = userOf(typed);
  return database.transaction(async (statements) => {
    if (!(await needsAdministrator(statements))) return fail({ kind: 'four eyes' } as const);
    const user: NewUser = { login, name: name.trim(), language, roles: ['administrator'], channelId: null };
    const objection = await objectionToNew(statements, user);
    if (objection) return fail(objection);
    const event = {
      kind: 'user_added',
      at,
      login,
      by,
      detail: { roles: user.roles, isFirst: true },
    } as const;
    await recordSecurityEvent(statements, event);
    return ok(await addUser(statements, user, { by, at }));
  });
}

/** Whether there are fewer than two active administrators, so that no two could agree. */
export async function needsAdministrator(statements: Statements): Promise<boolean> {
  const rows = await statements.rows(
    `SELECT u.user_id FROM console_user u JOIN console_user_role r ON r.user_id = u.user_id
     WHERE u.state = 'active' AND r.role = 'administrator' LIMIT 2 FOR UPDATE`,
  );
  return rows.length < 2;
}

/**
 * Keeps somebody out, at once and by one person: every session of theirs is over. Letting them in again takes two.
 * @returns a refusal for who may not manage users, and for a user who is disabled.
 */
export async function disableUser(
  database: Database,
  login: string,
  { by, reason, at }: { by: string; reason: string; at: Date },
): Promise<Result<undefined, UserRefusal>> {
  return database.transaction(async (statements) => {
    const objection = await objectionToActor(statements, by, 'users.manage', undefined);
    if (objection) return fail(objection);
    const user = await heldUserRow(statements, loginOf(login));
    if (!user) return fail({ kind: 'unknown user', login } as const);
    if (user.state === 'disabled') return fail({ kind: 'state', state: user.state } as const);
    await disable(statements, user, { by: userOf(by), at, detail: { reason } });
    return ok(undefined);
  });
}

/** Opens an account that too many have failed to sign in to, after its user was recognised. Nobody opens their own. */
export async function unlockUser(
  database: Database,
  login: string,
  { by, at }: { by: string; at: Date },
): Promise<Result<undefined, UserRefusal>> {
  return database.transaction(async (statements) => {
    const objection = await objectionToActor(statements, by, 'users.manage', loginOf(login));
    if (objection) return fail(objection);
    const user = await userRow(statements, loginOf(login));
    if (!user) return fail({ kind: 'unknown user', login } as const);
    await openAccount(statements, user.login, at);
    await recordSecurityEvent(statements, {
      kind: 'account_unlocked',
      at,
      login: user.login,
      by: userOf(by),
    });
    return ok(undefined);
  });
}

const UNUSED_MS = 90 * 86_400_000;

/** Disables whoever has not signed in for 90 days. Safe to repeat. @returns their logins. */
export async function disableUnused(database: Database, now: Date): Promise<string[]> {
  const before = new Date(now.getTime() - UNUSED_MS);
  const due = await database.rows<{ login: string }>(
    "SELECT login FROM console_user WHERE state = 'active' AND GREATEST(active_since, COALESCE(signed_in_at, active_since)) <= ?",
    [before],
  );
  for (const { login } of due)
    await database.transaction(async (statements) => {
      const user = await heldUserRow(statements, login);
      if (user?.state === 'active' && (user.signed_in_at ?? before) <= before)
        await disable(statements, user, {
          by: 'the worker',
          at: now,
          detail: { reason: 'not used for 90 days' },
        });
    });
  return due.map(({ login }) => login);
}

async function disable(
  statements: Statements,
  { user_id, login }: UserRow,
  how: { by?: string; at: Date; detail: object },
): Promise<void> {
  await statements.run(
    "UPDATE console_user SET state = 'disabled', enrolment_hash = NULL WHERE user_id = ?",
    [user_id],
  );
  await endAccess(statements, user_id, how.at);
  await forgetDevices(statements, user_id);
  await recordSecurityEvent(statements, { kind: 'user_disabled', login, ...how });
}

/** The user as they were proposed to be changed, held. @throws Refused. */
async function unchanged(statements: Statements, login: string, version: number): Promise<UserRow> {
  const user = await heldUserRow(statements, login);
  if (user?.version !== version) throw new Refused({ kind: 'changed meanwhile' });
  return user;
}

/** Writes somebody who is to enrol, inside the caller's transaction. */
export async function addUser(
  statements: Statements,
  { login, name, language, channelId, roles }: NewUser,
  { by, at }: { by: string; at: Date },
): Promise<Enrolment> {
  const userId = newId('usr', at);
  await statements.run(
    `INSERT INTO console_user (user_id, login, name, language, channel_id, state, created_by, created_at, active_since)
     VALUES (?, ?, ?, ?, ?, 'active', ?, ?, ?)`,
    [userId, login, name, language, channelId, by, at, at],
  );
  await setRoles(statements, userId, roles);
  return newEnrolment(statements, { userId, login }, at);
}

/** Gives a user these roles and no others, inside the caller's transaction, which ends their access. */
export async function setRoles(
  statements: Statements,
  userId: string,
  roles: readonly string[],
): Promise<void> {
  await statements.run('DELETE FROM console_user_role WHERE user_id = ?', [userId]);
  await statements.run('INSERT INTO console_user_role (user_id, role) VALUES ?', [
    roles.map((role) => [userId, role]),
  ]);
}

async function tell(
  statements: Statements,
  kind: SecurityEventKind,
  { approvalId, subject, maker, endedBy }: Approval,
  at: Date,
  detail: object = {},
): Promise<void> {
  const about = kind === 'role_defined' ? {} : { login: subject };
  const event = { kind, at, ...about, by: endedBy ?? maker, detail: { approvalId, maker, ...detail } };
  await recordSecurityEvent(statements, event);
}
