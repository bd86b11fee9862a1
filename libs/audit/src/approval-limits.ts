import { z } from 'zod';
import { readConfigFile, type Statements } from '#lib/platform';
import type { Approval } from './approval';
import { ROLES, type Role } from './roles';
import type { Standing } from './standing';
import { userOf } from './user';

/** A proposal moves more than this checker may agree to. */
export interface AboveLimit {
  kind: 'above limit';
  by: string;
  role: Role | 'none';
  amount: bigint;
  /** Up to which amount this checker may agree. */
  limit: bigint;
  /** Whose role reaches far enough. */
  may: { role: Role; users: readonly string[] }[];
}

/** Who may agree to how much. */
export interface ApprovalLimits {
  /**
   * What keeps a checker from agreeing to a proposal, if anything does.
   * @param standing the checker's row among the users: their roles are those of the row then. @throws NoUser.
   */
  objectionTo(
    proposal: Pick<Approval, 'kind' | 'payload'>,
    checker: string,
    standing?: Standing,
  ): AboveLimit | undefined;
}

/** Who has which role. */
export interface UserRoles {
  /** @param user as `userOf` gives them. */
  roleOf(user: string): Role | 'none';
}

/** What a command needs in which a second person agrees to what moves money. */
export interface ApprovalTools {
  approvalLimits: ApprovalLimits;
}

/** Of proposals that move no money by themselves. @throws Error for one that does. */
export const MOVES_NO_MONEY: ApprovalLimits = {
  objectionTo(proposal) {
    if (amountOf(proposal) !== undefined) throw new Error(`a ${proposal.kind} moves money and has no limits`);
    return undefined;
  },
};

const User = z.string().transform((typed, context) => {
  try {
    return userOf(typed);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
});

const Limits = z.strictObject({
  agrees_up_to: z.partialRecord(z.enum(ROLES), z.int().positive()),
  others: z.enum([...ROLES, 'none']),
  users: z.record(User, z.enum(ROLES)),
});

/**
 * Reads config/approvals.yaml. @throws ConfigError naming file, line and key.
 */
export function readApprovalLimits(path: string): ApprovalLimits & UserRoles {
  const { agrees_up_to: upTo, others, users } = readConfigFile(path, Limits);
  const limitOf = (role: Role | 'none') => BigInt((role === 'none' ? undefined : upTo[role]) ?? 0);
  const roleOf = (user: string) => users[user] ?? others;
  return {
    roleOf,
    objectionTo(proposal, checker, standing) {
      const by = userOf(checker);
      const amount = amountOf(proposal) ?? 0n;
      // Of several roles the one that reaches furthest counts.
      const held = standing ? standing.roles : [roleOf(by)];
      const role = [...held].sort((one, other) => Number(limitOf(other) - limitOf(one)))[0] ?? 'none';
      if (amount <= limitOf(role)) return undefined;
      const may = ROLES.filter((one) => limitOf(one) >= amount).map((one) => ({
        role: one,
        users: Object.keys(users).filter((user) => users[user] === one),
      }));
      return { kind: 'above limit', by, role, amount, limit: limitOf(role), may };
    },
  };
}

/** A refusal that also names the users of the roles which reach far enough. */
export async function withHolders(statements: Statements, tooMuch: AboveLimit): Promise<AboveLimit> {
  const rows = await statements.rows<{ login: string; role: string }>(
    `SELECT u.login, r.role FROM console_user u JOIN console_user_role r ON r.user_id = u.user_id
     WHERE u.state = 'active' AND u.channel_id IS NULL ORDER BY u.login`,
  );
  const may = tooMuch.may.map(({ role, users }) => {
    const holders = rows.filter((row) => row.role === role).map(({ login }) => login);
    return { role, users: [...new Set([...users, ...holders])] };
  });
  return { ...tooMuch, may };
}

/** What a proposal moves in all, either way: the `amount` of its payload, or the `sum` of many; undefined without either. */
function amountOf({ payload }: Pick<Approval, 'payload'>): bigint | undefined {
  const { sum, amount = sum } = payload as { amount?: unknown; sum?: unknown };
  if (amount === undefined) return undefined;
  if (typeof amount !== 'string' || !/^-?\d+$/.test(amount))
    throw new Error('the amount of a proposal is digits');
  const moved = BigInt(amount);
  return moved < 0n ? -moved : moved;
}
