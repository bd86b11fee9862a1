import { putForward, userOf, type ApprovalRefusal, type Proposed, type StandsAlready } from '#lib/audit';
import { fail, type Result } from '#lib/kernel';
import type { Database, Statements } from '#lib/platform';
import { isPermission, isForPartners, type Permission } from './permissions';
import { fits, isBuiltIn, isCustomRoleName, listCustomRoles, type Scope } from './roles';
import { heldUserRow, loginOf, rightsOf, scopeOf, userRow, type Language } from './users';

/** The kinds of the proposals about who may do what. */
export const USER_ADD = 'user_add';
export const USER_ROLES = 'user_roles';
export const USER_ENABLE = 'user_enable';
export const USER_RESET = 'user_reset';
export const CUSTOM_ROLE = 'custom_role';
export const USER_KINDS = [USER_ADD, USER_ROLES, USER_ENABLE, USER_RESET, CUSTOM_ROLE] as const;

/** Somebody who is to sign in. */
export interface NewUser {
  login: string;
  name: string;
  language: Language;
  roles: readonly string[];
  /** The partner whose staff they are; null: the house. */
  channelId: string | null;
}

/** What exactly was proposed about users and roles, by the kind of its proposal. */
export interface UserPayloads {
  [USER_ADD]: NewUser;
  [USER_ROLES]: { userVersion: number; before: string[]; roles: string[] };
  [USER_ENABLE]: { userVersion: number };
  [USER_RESET]: { userVersion: number; isPasswordKept: boolean };
  [CUSTOM_ROLE]: { before: Permission[]; permissions: Permission[] };
}

/** Why nothing about a user or a role was proposed or done. */
export type UserRefusal =
  | { kind: 'not allowed'; permission: Permission }
  /** Nobody decides about their own access. */
  | { kind: 'own access' }
  | { kind: 'unknown user'; login: string }
  | { kind: 'login taken'; login: string }
  | { kind: 'unknown channel'; channelId: string }
  | { kind: 'no role' }
  | { kind: 'unknown role'; role: string }
  /** A role of the house for a partner's staff, or the other way round. */
  | { kind: 'role of others'; role: string }
  | { kind: 'unknown permission'; permission: string }
  /** A name that the code uses, or that is none. */
  | { kind: 'role name'; role: string }
  | { kind: 'state'; state: 'active' | 'disabled' }
  /** Two administrators are there: what one proposes another agrees to. */
  | { kind: 'four eyes' }
  | { kind: 'changed meanwhile' }
  | StandsAlready
  | { kind: 'approval'; refusal: ApprovalRefusal };

/** Whose word a proposal is, and why. */
export interface Word {
  by: string;
  reason: string;
  at: Date;
}

type Proposing = Promise<Result<Proposed, UserRefusal>>;

/** A maker proposes somebody who is to sign in. @throws NoUser. @throws RangeError without a name or a reason. */
export async function proposeUser(database: Database, user: NewUser, word: Word): Proposing {
  const login = userOf(user.login);
  return proposing(database, word, login, async (statements) => {
    const objection = await objectionToNew(statements, { ...user, login });
    if (objection) return fail(objection);
    const { name, language, roles, channelId } = user;
    return put(
      statements,
      USER_ADD,
      login,
      { login, name: name.trim(), language, roles: sorted(roles), channelId },
      word,
    );
  });
}

/** A maker proposes which roles a user has. */
export function proposeRoles(
  database: Database,
  { login, roles }: { login: string; roles: readonly string[] },
  word: Word,
): Proposing {
  return aboutUser(database, login, word, async (statements, user) => {
    const objection = await objectionToRoles(statements, roles, scopeOf(user));
    if (objection) return fail(objection);
    const before = (await rightsOf(statements, user)).roles;
    const payload = { userVersion: user.version, before, roles: sorted(roles) };
    return put(statements, USER_ROLES, user.login, payload, word);
  });
}

/** A maker proposes that a disabled user may sign in again. */
export function proposeEnable(database: Database, login: string, word: Word): Proposing {
  return aboutUser(database, login, word, async (statements, user) => {
    if (user.state === 'active') return fail({ kind: 'state', state: user.state });
    return put(statements, USER_ENABLE, user.login, { userVersion: user.version }, word);
  });
}

/**
 * A maker proposes that a user who has lost their second factor enrols anew; their password too, unless it is kept.
 * The way back is the way in: a one-time secret, handed over in person.
 */
export function proposeReset(
  database: Database,
  { login, isPasswordKept }: { login: string; isPasswordKept: boolean },
  word: Word,
): Proposing {
  return aboutUser(database, login, word, async (statements, user) => {
    if (user.state !== 'active') return fail({ kind: 'state', state: user.state });
    return put(statements, USER_RESET, user.login, { userVersion: user.version, isPasswordKept }, word);
  });
}

/** A maker proposes what a role of the installation may do; with no permission left nobody can be given it. */
export function proposeCustomRole(
  database: Database,
  { role, permissions }: { role: string; permissions: readonly string[] },
  word: Word,
): Proposing {
  return proposing(database, word, undefined, async (statements) => {
    if (!isCustomRoleName(role)) return fail({ kind: 'role name', role });
    const unknown = permissions.find((one) => !isPermission(one));
    if (unknown !== undefined) return fail({ kind: 'unknown permission', permission: unknown });
    const known = sorted(permissions).filter(isPermission);
    const before = (await listCustomRoles(statements)).find((one) => one.role === role)?.permissions ?? [];
    return put(statements, CUSTOM_ROLE, role, { before, permissions: known }, word);
  });
}

/**
 * Whether somebody may do something on the strength of their rows, held until the caller's transaction ends.
 * @param about whose access it is; nobody decides about their own.
 */
export async function objectionToActor(
  statements: Statements,
  by: string,
  permission: Permission,
  about: string | undefined,
): Promise<UserRefusal | undefined> {
  const actor = await heldUserRow(statements, userOf(by));
  const isAllowed =
    actor?.state === 'active' && (await rightsOf(statements, actor)).permissions.has(permission);
  if (!isAllowed) return { kind: 'not allowed', permission };
  return actor.login === about ? { kind: 'own access' } : undefined;
}

/** What keeps somebody from being added, if anything does. */
export async function objectionToNew(
  statements: Statements,
  user: NewUser,
): Promise<UserRefusal | undefined> {
  const { login, name, roles, channelId } = user;
  if (name.trim() === '' || name.length > 80) throw new RangeError('a user’s name has 1 to 80 characters');
  if (await userRow(statements, login)) return { kind: 'login taken', login };
  if (channelId !== null) {
    const known = await statements.rows('SELECT 1 FROM channel WHERE channel_id = ?', [channelId]);
    if (known.length === 0) return { kind: 'unknown channel', channelId };
  }
  return objectionToRoles(statements, roles, scopeOf({ channel_id: channelId }));
}

/** What keeps somebody of this kind from having these roles, if anything does. */
export async function objectionToRoles(
  statements: Statements,
  roles: readonly string[],
  scope: Scope,
): Promise<UserRefusal | undefined> {
  if (roles.length === 0) return { kind: 'no role' };
  const custom = await listCustomRoles(statements);
  for (const role of roles) {
    const permissions = custom.find((one) => one.role === role)?.permissions;
    if (!isBuiltIn(role) && !permissions) return { kind: 'unknown role', role };
    const isFit = isBuiltIn(role)
      ? fits(role, scope)
      : scope === 'house' || (permissions?.every(isForPartners) ?? false);
    if (!isFit) return { kind: 'role of others', role };
  }
  return undefined;
}

function sorted(words: readonly string[]): string[] {
  return [...new Set(words)].sort();
}

type Work<T extends unknown[]> = (statements: Statements, ...more: T) => Proposing;

async function proposing(
  database: Database,
  word: Word,
  about: string | undefined,
  work: Work<[]>,
): Proposing {
  return database.transaction(async (statements) => {
    const objection = await objectionToActor(statements, word.by, 'users.manage', about);
    return objection ? fail(objection) : work(statements);
  });
}

function aboutUser(
  database: Database,
  typed: string,
  word: Word,
  work: Work<[user: NonNullable<Awaited<ReturnType<typeof userRow>>>]>,
): Proposing {
  const login = loginOf(typed);
  return proposing(database, word, login, async (statements) => {
    const user = await userRow(statements, login);
    return user ? work(statements, user) : fail({ kind: 'unknown user', login: typed });
  });
}

async function put<K extends keyof UserPayloads>(
  statements: Statements,
  kind: K,
  subject: string,
  payload: UserPayloads[K],
  { by, reason, at }: Word,
): Proposing {
  return putForward(statements, { kind, subject, payload, by, reason, at });
}
