import { userOf } from '#lib/audit';
import type { Statements } from '#lib/platform';
import { permissionsOf, type Scope } from './roles';
import type { Permission } from './permissions';
import { guardOfAccount, SIGN_IN_FAILURES_MAX } from './sign-in-guard';

export type Language = 'id' | 'en';

/** A user as they stand. Nothing of it is a secret. */
export interface User {
  userId: string;
  login: string;
  name: string;
  language: Language;
  scope: Scope;
  /** `locked`: too many have failed to sign in as them; where they are known they still may. */
  state: 'active' | 'disabled' | 'locked';
  roles: string[];
  /** Of what they may do: a proposal about them names it. */
  version: number;
  /** Whether they have set their password and second factor. */
  isEnrolled: boolean;
  createdBy: string;
  createdAt: Date;
  signedInAt: Date | null;
}

/** A user's row, with what only this library reads. */
export interface UserRow {
  user_id: string;
  login: string;
  name: string;
  language: Language;
  channel_id: string | null;
  state: 'active' | 'disabled';
  version: number;
  password_hash: string | null;
  enrolment_hash: Buffer | null;
  enrolment_until: Date | null;
  created_by: string;
  created_at: Date;
  signed_in_at: Date | null;
}

const COLUMNS =
  'user_id, login, name, language, channel_id, state, version, password_hash, enrolment_hash, enrolment_until, ' +
  'created_by, created_at, signed_in_at';

/** A name that nobody can have, for those who are looked for in vain. */
export const NO_LOGIN = '';

/** A login as it is stored, or one that nobody has. */
export function loginOf(typed: string): string {
  try {
    return userOf(typed);
  } catch {
    return NO_LOGIN;
  }
}

export async function userRow(statements: Statements, login: string): Promise<UserRow | undefined> {
  const [row] = await statements.rows<UserRow>(`SELECT ${COLUMNS} FROM console_user WHERE login = ?`, [
    login,
  ]);
  return row;
}

/** The same, held until the caller's transaction ends. */
export async function heldUserRow(statements: Statements, login: string): Promise<UserRow | undefined> {
  const [row] = await statements.rows<UserRow>(
    `SELECT ${COLUMNS} FROM console_user WHERE login = ? FOR UPDATE`,
    [login],
  );
  return row;
}

/** Whose staff a row's user is. */
export function scopeOf({ channel_id }: Pick<UserRow, 'channel_id'>): Scope {
  return channel_id === null ? 'house' : { channelId: channel_id };
}

/** Everybody who may or might sign in, by login. @param query `login`: only this one. */
export async function listUsers(
  statements: Statements,
  { now, login }: { now: Date; login?: string },
): Promise<User[]> {
  const rows = await statements.rows<UserRow & { seed: Buffer | null }>(
    `SELECT ${COLUMNS.replaceAll(/\w+/g, 'u.$&')}, f.seed FROM console_user u
     LEFT JOIN console_factor f ON f.user_id = u.user_id
     ${login === undefined ? '' : 'WHERE u.login = ?'} ORDER BY u.login`,
    login === undefined ? [] : [login],
  );
  const roles = await statements.rows<{ user_id: string; role: string }>(
    'SELECT user_id, role FROM console_user_role ORDER BY role',
  );
  const locked = await lockedLogins(
    statements,
    rows.map((row) => row.login),
    now,
  );
  return rows.map((row) => ({
    userId: row.user_id,
    login: row.login,
    name: row.name,
    language: row.language,
    scope: scopeOf(row),
    state: row.state === 'active' && locked.has(row.login) ? 'locked' : row.state,
    roles: roles.filter(({ user_id }) => user_id === row.user_id).map(({ role }) => role),
    version: row.version,
    isEnrolled: row.password_hash !== null && row.seed !== null,
    createdBy: row.created_by,
    createdAt: row.created_at,
    signedInAt: row.signed_in_at,
  }));
}

/** One user, or undefined. */
export async function findUser(statements: Statements, login: string, now: Date): Promise<User | undefined> {
  const [user] = await listUsers(statements, { now, login: loginOf(login) });
  return user;
}

async function lockedLogins(
  statements: Statements,
  logins: readonly string[],
  now: Date,
): Promise<Set<string>> {
  const byKey = new Map(logins.map((login) => [guardOfAccount(login).key.toString('hex'), login]));
  const rows = await statements.rows<{ guard_key: Buffer }>(
    'SELECT guard_key FROM sign_in_guard WHERE failures >= ? AND open_at > ?',
    [SIGN_IN_FAILURES_MAX, now],
  );
  return new Set(rows.map(({ guard_key }) => byKey.get(guard_key.toString('hex')) ?? NO_LOGIN));
}

/** The roles of a user, and what they may do by them, as the rows say now. */
export async function rightsOf(
  statements: Statements,
  { user_id, channel_id }: Pick<UserRow, 'user_id' | 'channel_id'>,
): Promise<{ roles: string[]; permissions: ReadonlySet<Permission> }> {
  const rows = await statements.rows<{ role: string; permission: string | null }>(
    `SELECT r.role, p.permission FROM console_user_role r
     LEFT JOIN console_role_permission p ON p.role = r.role WHERE r.user_id = ? ORDER BY r.role`,
    [user_id],
  );
  const roles = [...new Set(rows.map(({ role }) => role))];
  const custom = rows.flatMap(({ permission }) => permission ?? []);
  return { roles, permissions: permissionsOf(roles, custom, scopeOf({ channel_id })) };
}
