import type { RowToChange, Statements } from '#lib/platform';
import { ROLES, type Role } from './roles';

/** How a person stands who is a row among the users. */
export interface Standing {
  userId: string;
  isActive: boolean;
  /** Of what they may do; rises with every change of it. */
  version: number;
  /** Their roles of the house. */
  roles: readonly Role[];
}

/** How a person stands, as the users' rows say at this moment; undefined for somebody who is no user. */
export async function standingOf(statements: Statements, login: string): Promise<Standing | undefined> {
  const rows = await statements.rows<{
    user_id: string;
    state: string;
    version: number;
    role: string | null;
    channel_id: string | null;
  }>(
    `SELECT u.user_id, u.state, u.version, u.channel_id, r.role FROM console_user u
     LEFT JOIN console_user_role r ON r.user_id = u.user_id WHERE u.login = ?`,
    [login],
  );
  const [first] = rows;
  if (!first) return undefined;
  return {
    userId: first.user_id,
    // A partner's own staff decides about nothing of the house.
    isActive: first.state === 'active' && first.channel_id === null,
    version: first.version,
    roles: ROLES.filter((role) => rows.some((row) => row.role === role)),
  };
}

/** Written along with what a checker agrees to: whoever is disabled or given other roles meanwhile agrees to nothing. */
export function stillStands({ userId, version }: Standing): RowToChange {
  return { table: 'console_user', set: { version }, where: { user_id: userId, version, state: 'active' } };
}
